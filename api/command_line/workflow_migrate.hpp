// `pykala workflow migrate`, below `pykala workflow`.
#pragma once

#include "api/command_line/grammar.hpp"

namespace pykala::api {

void add_workflow_migrate(const command_words& group, outcome& out);

}  // namespace pykala::api
