// Inside of apply: each field of an event folds by one small function.
#pragma once

#include <span>
#include <string_view>

#include "engine/case/state.hpp"

namespace pykala::cases {

struct field_fold {
    std::string_view field;
    void (*fold)(case_state& c, const event& e, const value& held);
};

// In the order in which they apply.
std::span<const field_fold> folds_of_course();   // filing, moves, dates, people
std::span<const field_fold> folds_of_records();  // what is held, decided and carried out

// The case follows another procedure from here on, where some names are others.
void fold_migrated(case_state& c, const event& e, const value& held);

// Deadlines as events carry them.
value_object deadlines_value(const deadlines& d);
deadlines deadlines_of(const value& v);

}  // namespace pykala::cases
