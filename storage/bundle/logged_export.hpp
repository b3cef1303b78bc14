// An export as it is handed out: whole, and only when the tenant's own log says who got what.
#pragma once

#include "engine/desk/ports.hpp"

#include "storage/bundle/export.hpp"
#include "storage/sealing/sealed_spool.hpp"

namespace pykala::storage {

// Who takes an export along.
struct export_taker {
    std::string role;  // of the contract
    std::string name;  // of the user; empty where somebody works on the machine itself
    std::string way;   // `page`, `api` or `command`
};

struct logged_bundle {
    sealed_spool bytes;  // read from its begin
    log::digest hash{};  // SHA-256 of all bytes
};

// Makes the bundle and keeps it sealed; then the stream `export` gets the event `exported`, with
// digest and size of the bundle, its scope and leaves, the streams of the cases that were named
// (never a number: it must go with its case), the classes opened, and the taker's name, sealed.
// When this returns a bundle, the event is durable: no byte of it was given away before. Problems:
// those of export_bundle, sealed_spool, store and keys.
result<logged_bundle> export_for(const export_taker& who, tenant_store& store, key_store& keys,
                                 const export_request& request, desk::moment now);

inline constexpr std::string_view export_stream = "export";
inline constexpr std::string_view is_exported = "exported";

}  // namespace pykala::storage
