// What a person must look at before an answer of access or portability leaves (product.md "To
// whom"): the names of the vocabulary's `check`, computed from what the registers gave.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/case/facts.hpp"
#include "engine/registers/register_port.hpp"

namespace pykala::api {

// Checks that the answer of one register calls for, in order of their names. Empty for rights that
// give nothing out.
std::vector<std::string> release_calls(const cases::case_state& c, const cases::tenant_law& law,
                                       const found_person& found, const register_answer& answer,
                                       date today);

// Whether two names can be those of one person: all that the register holds stands in the name
// from e-identification, in any order and case.
bool same_name(std::string_view identified, std::string_view in_register);

}  // namespace pykala::api
