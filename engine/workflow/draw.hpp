// Pictures of a workflow as text: for Graphviz, for programs that read state charts, and in words
// for who cannot see.
#pragma once

#include <string>

#include "engine/workflow/model.hpp"

namespace pykala::workflow {

// Graphviz: states as boxes, moves as arrows; steps that stay stand in their box, and what may
// happen nearly everywhere below the picture.
std::string to_dot(const definition& d, const vocabulary& words);

// W3C SCXML 1.0. Roles, guards, letters and effects are attributes of a namespace of ours, lists
// parted by spaces. A final state is a plain state here, since SCXML lets nothing leave a final one
// and a case can be reopened.
std::string to_scxml(const definition& d, const vocabulary& words);

// What the picture shows, in sentences.
std::string in_words(const definition& d, const vocabulary& words);

}  // namespace pykala::workflow
