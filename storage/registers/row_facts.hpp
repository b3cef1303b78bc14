// Private to the connector: rows become records as the assessment and the pages know them. Pure.
#pragma once

#include "storage/registers/row_reader.hpp"

namespace pykala::storage::registers {

// Every record of the rows on a day, in order of their ids. A category whose columns are all empty
// is no record.
std::vector<register_record> records_of(const register_map& map, const person_rows& rows, date on);

}  // namespace pykala::storage::registers
