// One suite for every case store: what the desk relies on, whatever keeps it.
#pragma once

#include <functional>
#include <memory>

#include "engine/desk/ports.hpp"

namespace pykala::tests {

// A store that is empty, and whatever it stands on.
struct fresh_store {
    std::shared_ptr<void> ground;  // outlives the store
    std::unique_ptr<desk::case_store> store;
};
using store_maker = std::function<fresh_store()>;

// Makes stores with the case prefix `KUO` and checks each of their promises with doctest.
void check_case_store(const store_maker& make);

}  // namespace pykala::tests
