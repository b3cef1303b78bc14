// What somebody can do who holds the signing key of a log: change events and make everything around
// them fit again, from the commitments to the signature of the bundle.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "storage/sealing/key_store.hpp"

namespace pykala::tests {

using event_lines = std::vector<value_object>;  // as the bundle writes them

// The bundle must hold one case and nothing else, from the first leaf of its log. Events may be
// changed, left out and moved: index, number and proof of each are made anew.
std::string forge(const std::string& bundle, const storage::key_store& keys,
                  const std::function<void(event_lines&)>& edit);

// A field of an event line; throws when it has none of that name.
value& held(value_object& event, std::string_view field);
void drop_field(value_object& event, std::string_view field);
value_object& body_of(value_object& event);

}  // namespace pykala::tests
