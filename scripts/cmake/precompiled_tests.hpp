// As precompiled.hpp, for the tests.
#pragma once

#include <doctest/doctest.h>

#include "scripts/cmake/precompiled.hpp"
