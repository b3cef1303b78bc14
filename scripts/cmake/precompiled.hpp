// What most sources include (CMakeLists.txt, PYKALA_PRECOMPILE). Nothing relies on it being
// included.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/case/decide.hpp"
#include "engine/case/values.hpp"
#include "engine/desk/ports.hpp"
#include "engine/policy/model.hpp"
#include "engine/registers/register_port.hpp"
#include "engine/workflow/model.hpp"
