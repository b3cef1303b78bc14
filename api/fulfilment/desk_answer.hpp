// A command of the system, and its answer awaited.
#pragma once

#include <string>

#include "engine/desk/desk.hpp"

namespace pykala::api {

// Blocks until it is durable or refused: never on a thread of the store. Problems: those of the
// desk.
result<desk::reply> answer_of_desk(desk::front_desk& desk, const std::string& number,
                                   cases::command what, desk::enclosure with = {});

}  // namespace pykala::api
