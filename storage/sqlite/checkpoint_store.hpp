// Signed heads of the log. Signing happens beside the commits, never inside one.
#pragma once

#include <functional>
#include <optional>

#include "engine/log/checkpoint.hpp"

#include "storage/sqlite/tenant_store.hpp"

namespace pykala::storage {

struct checkpoint_signer {
    log::public_key key{};
    std::function<log::signature(std::string_view)> sign;
};

struct signed_checkpoint {
    tree_head head;
    std::string note;  // storage/formats/checkpoint.md
};

// Signs the head as it is now and keeps the note; the last one again when the log has not grown.
// What is signed always continues what was signed before: problem `log_inconsistent` (corrupt)
// where it would not. Durable on return.
result<signed_checkpoint> sign_checkpoint(tenant_store& store, const checkpoint_signer& signer,
                                          instant now);

// Nothing when none was signed yet.
result<std::optional<signed_checkpoint>> last_checkpoint(tenant_store& store);

}  // namespace pykala::storage
