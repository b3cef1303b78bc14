// How every command speaks: JSON on standard output, messages for people on standard error.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace pykala::api {

// Prints what went wrong, and how to mend it, to standard error. Gives the exit status, 1.
int print(const problem& wrong);

// `1 fault`, `2 faults`.
std::string counted(std::size_t number, std::string_view what);

// Calls `take` with each line of the file (`-`: standard input) and its number from 1, until it
// gives false. False when the file cannot be read (then a message was printed) or when `take` gave
// false.
bool for_each_line(const std::string& file,
                   const std::function<bool(const std::string& line, std::size_t number)>& take);

}  // namespace pykala::api
