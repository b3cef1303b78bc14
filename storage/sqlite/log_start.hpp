// A log that begins anew, because leaves of the one before are gone
// (storage/formats/checkpoint.md).
#pragma once

#include "storage/sqlite/own_stream.hpp"

namespace pykala::storage {

// Number and name of a log: the n of `host/tenant/log/n`.
struct log_name {
    std::int64_t number = 0;
    std::string name;
};

// The log in use. Problem `log_broken`.
result<log_name> newest_log(connection& db);
// The n that a name ends in; nothing where it ends in none.
std::optional<std::int64_t> number_of(std::string_view name);
// The name with another n.
std::string with_number(std::string_view name, std::int64_t number);

// Begins the log `next` with `first`, in a database that nobody serves and in the caller's
// transaction; the leaves that are there follow in their order, so that every event is proved by
// the new log.
result<void> begin_log(session& db, const std::string& tenant, const log_name& old,
                       const log_name& next, const own_event& first, desk::moment now);

inline constexpr std::string_view restore_stream = "restore";
inline constexpr std::string_view log_is_begun = "log_begun";
inline constexpr std::string_view is_restored = "restored";

}  // namespace pykala::storage
