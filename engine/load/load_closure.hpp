// Definitions of one closure (storage/formats/event_leaf.md), from the exact texts that its hash is
// over, ready to decide with.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/case/facts.hpp"
#include "engine/load/source_text.hpp"

namespace pykala {

// The workflow of a right with its vocabulary and what its deadlines are computed from. Problems:
// `broken_definitions` (a text does not load), `no_such_right`.
result<std::shared_ptr<const cases::procedure>> load_procedure(const source_texts& files,
                                                               std::string_view right,
                                                               const log::digest& hash);

// A law before it is compiled for a day.
struct loaded_law {
    log::digest hash{};
    std::shared_ptr<const policy_set> rules;
    std::string tenant;
    std::shared_ptr<const calendar> days;
};

// Problem `broken_definitions`: a text does not load, or the tenant's pack is not among them.
result<loaded_law> load_law_closure(const source_texts& files, std::string_view tenant,
                                    const log::digest& hash);

// Problems of assessment_table::compile.
result<std::shared_ptr<const cases::tenant_law>> law_on_day(const loaded_law& law, date day);

}  // namespace pykala
