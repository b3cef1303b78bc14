// Private to the connectors: whether a record may go at the moment at which it would go. Pure.
#pragma once

#include <optional>

#include "engine/registers/register_port.hpp"

namespace pykala::storage::registers {

// Erase, unlink, reduce: after it the record, or who it is about, is not there any more.
bool lets_go(register_verb verb);

// Why a record may not go now; nothing when it may. `now` is the record as it stands and `answer`
// its assessment at this moment.
std::optional<change_result> kept(const record_change& change, const register_record& now,
                                  const assessment& answer);

}  // namespace pykala::storage::registers
