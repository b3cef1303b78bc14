// What a case leaves behind when its data must go.
#pragma once

#include "engine/desk/ports.hpp"

#include "storage/sqlite/tenant_store.hpp"

namespace pykala::storage {

// Takes away everything of a case but its leaves: of each event its place and the hash to which the
// log commits stay. The log says so in the stream `retention` (`case_removed`, open field
// `stream`), in the same transaction, and so does the erasure list, which
// a restored backup applies. The keys must be destroyed before. A case that is gone is no
// error.
result<void> remove_case(tenant_store& store, std::string_view number, desk::moment now);

inline constexpr std::string_view retention_stream = "retention";
inline constexpr std::string_view case_is_removed = "case_removed";

}  // namespace pykala::storage
