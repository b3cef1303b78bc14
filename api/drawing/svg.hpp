// Lays out a Graphviz text as a picture for the web.
#pragma once

#include <string>

#include "engine/base/result.hpp"

namespace pykala::api {

// An SVG document with a title and a description for who cannot see it. Text is measured with
// Graphviz's own tables, so the same text gives the same picture on every machine. Fails with
// `not_drawable` when `dot` is not Graphviz. Calls follow each other: Graphviz is not made for
// threads.
result<std::string> draw_svg(const std::string& dot, const std::string& title,
                             const std::string& description);

}  // namespace pykala::api
