// Keys die in three steps, each durable before the next: the log says that it will be, both copies
// of the key store lose the key, the log says that it is done (storage/formats/keys.md). A crash
// between two steps leaves an intent, which is carried out at the next start.
#pragma once

#include <mutex>
#include <set>

#include "engine/desk/ports.hpp"

#include "storage/sealing/key_store.hpp"
#include "storage/sqlite/tenant_store.hpp"

namespace pykala::storage {

// Safe to use from several threads; one destroys at a time. Everything must outlive it.
class key_destruction {
public:
    key_destruction(tenant_store& store, key_store& keys, desk::clock& clock)
        : store_(store), keys_(keys), clock_(clock) {}

    // The keys of an owner, of these classes; without classes all of them. Those that are gone
    // already are no error. Gives how many were destroyed now.
    result<std::size_t> destroy(const log::stream_tag& owner, const std::set<std::string>& classes);

    // At the start, before anything else is sealed: intents without their second event are carried
    // out. Gives how many.
    result<std::size_t> finish_intended();

    // Keys older than a day whose owner the data does not know: made for a case that never came.
    // Not those of before a restore.
    result<std::size_t> sweep_orphans();

private:
    result<std::size_t> carry_out(const std::vector<log::key_id>& ids);
    result<void> note(std::string_view kind, const std::vector<log::key_id>& ids);

    tenant_store& store_;
    key_store& keys_;
    desk::clock& clock_;
    std::mutex working_;
    std::set<log::key_id> intended_;  // logged by this process, and not yet done
};

inline constexpr std::string_view keys_stream = "keys";
inline constexpr std::string_view destruction_intended = "key_destruction_intended";
inline constexpr std::string_view key_is_destroyed = "key_destroyed";

}  // namespace pykala::storage
