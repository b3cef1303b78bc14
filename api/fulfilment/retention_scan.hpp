// Every person of every register, one after the other, with what all registers hold of her: who is
// in the first is looked for in the others by what it gives; then those that only later ones know.
// A register that lists nobody (over HTTP) is asked about those that others know.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/registers/register_port.hpp"
#include "engine/retention/plan.hpp"

namespace pykala::api {

struct scanned_person {
    std::vector<found_person> found;                    // by register
    std::vector<std::vector<register_record>> records;  // by register
    std::vector<retention::held_record> all;            // of all registers, in order
};

struct scan_settings {
    date on;
    std::size_t page = 500;  // persons asked for at once
};

// `each` gives false to stop. Problems of the ports, and of `each`: nothing is skipped in silence.
// Gives how many persons there were. Memory: the largest person, a page of keys, and eight bytes a
// person of a later register.
result<std::uint64_t> scan_people(std::span<register_port* const> registers,
                                  const scan_settings& how,
                                  const std::function<result<bool>(scanned_person&)>& each);

}  // namespace pykala::api
