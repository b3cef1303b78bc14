// Every definition ever used, by hash: files under the SHA-256 of their bytes, closures under the
// hash that events name (storage/formats/event_leaf.md).
#pragma once

#include "storage/bundle/bundle_writer.hpp"
#include "storage/sqlite/tenant_store.hpp"

namespace pykala::storage {

// Keeps a closure and its files; what is there already is not written again. Gives its hash.
// Durable on return.
result<log::digest> keep_closure(tenant_store& store, const definition_closure& closure);

// Problem `no_such_definition` (corrupt): no closure has this hash; `definition_differs` (corrupt):
// the stored bytes are not those of the hash.
result<definition_closure> read_closure(tenant_store& store, const log::digest& hash);

}  // namespace pykala::storage
