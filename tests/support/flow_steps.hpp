// Steps of officers in whole cases, as several tests take them.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/browser.hpp"
#include "tests/support/flow_world.hpp"

namespace pykala::tests {

// Every recipient is told, and what closing asks of the registers is done.
void tell_recipients(flow_world& w, const std::string& number);

// The first record of a person in a register with the given column among its fields; of vouchers
// only, when asked.
std::string record_with(flow_world& w, bool voucher, const std::string& reg,
                        const std::string& hetu, const std::string& column);

// The officer settles everything that waits for a look: reviews are erased, our own rules lifted.
void settle(flow_world& w, const std::string& number);

// From the read registers to the end; gives the outcome.
std::string close_erasure(flow_world& w, const std::string& number);

// A request of the right by the first sample customer, from the form to its end; gives its number.
std::string finish(flow_world& w, const std::string& right);

// All files of a folder and below, one after the other: what lies at rest.
std::string bytes_below(const std::filesystem::path& folder);

}  // namespace pykala::tests
