// Reads the mapping of a register. The grammar is storage/registers/README.md; every fault is
// recorded, with these codes beside those of table_reader.hpp:
//     R01 not the name of a table or column      R02 a column that belongs to two categories
//     R03 a table that is not in the mapping, or a way to the person that never ends
//     R04 a category that the pack does not have, or that it splits
//     R05 keys that do not go together           R06 a displayed column without a label
#pragma once

#include "engine/base/diagnostic.hpp"
#include "engine/load/source_text.hpp"
#include "engine/policy/model.hpp"
#include "engine/registers/register_map.hpp"

namespace pykala {

// `labels` is a file of `[label.COLUMN]` tables that several mappings share; null: there is none.
// The map is usable only when no error was recorded.
register_map load_register_map(const source_text& mapping, const source_text* labels,
                               const pack& tenant, diagnostics& findings);

}  // namespace pykala
