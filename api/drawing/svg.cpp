#include "api/drawing/svg.hpp"

#include <cstdlib>
#include <memory>
#include <mutex>
#include <string_view>

#include <fmt/format.h>
#include <gvc.h>
#include <gvplugin.h>

#include "engine/base/markup.hpp"

// The two parts of Graphviz that are needed, linked in: nothing is searched for at run time, and no
// font library is loaded, which would measure with the fonts of this machine.
extern "C" {
extern gvplugin_library_t gvplugin_core_LTX_library;
extern gvplugin_library_t gvplugin_dot_layout_LTX_library;
}

namespace pykala::api {
namespace {

// Whoever looks has other fonts than the tables: text is drawn smaller than it was measured, and
// fits in all of them.
std::string with_smaller_text(const std::string& svg) {
    constexpr std::string_view key = "font-size=\"";
    constexpr double shrink = 0.86;
    std::string out;
    std::size_t done = 0;
    for (auto at = svg.find(key); at != std::string::npos; at = svg.find(key, done)) {
        const auto start = at + key.size();
        const auto end = svg.find('"', start);
        out += svg.substr(done, start - done);
        out += fmt::format("{:.2f}", std::strtod(svg.c_str() + start, nullptr) * shrink);
        done = end;
    }
    return out + svg.substr(done);
}

// The first line of a box is its name.
std::string with_bold_names(std::string svg) {
    constexpr std::string_view box = "class=\"node\"", text = "<text ",
                               bold = "font-weight=\"bold\" ";
    for (auto at = svg.find(box); at != std::string::npos; at = svg.find(box, at + box.size()))
        if (const auto name = svg.find(text, at); name != std::string::npos)
            svg.insert(name + text.size(), bold);
    return svg;
}

// Names the picture at its root; Graphviz cannot. Its own titles are the names of nodes, for nobody
// to read.
std::string with_words(std::string svg, const std::string& title, const std::string& description) {
    constexpr std::string_view opening = "<title>", closing = "</title>\n";
    for (auto at = svg.find(opening); at != std::string::npos; at = svg.find(opening, at))
        svg.erase(at, svg.find(closing, at) + closing.size() - at);
    const auto root = svg.find("<svg ");
    const auto end = svg.find('>', root);
    if (root == std::string::npos || end == std::string::npos) return svg;
    svg.insert(end + 1, "\n<title id=\"drawing-title\">" + markup_escaped(title) +
                            "</title>\n<desc id=\"drawing-description\">" +
                            markup_escaped(description) + "</desc>");
    svg.insert(root + 5,
               "role=\"img\" aria-labelledby=\"drawing-title\" "
               "aria-describedby=\"drawing-description\" ");
    return svg;
}

}  // namespace

result<std::string> draw_svg(const std::string& dot, const std::string& title,
                             const std::string& description) {
    static std::mutex one_at_a_time;
    const std::scoped_lock lock(one_at_a_time);
    agseterr(AGMAX);  // our own message says it
    lt_symlist_t parts[] = {{"gvplugin_core_LTX_library", &gvplugin_core_LTX_library},
                            {"gvplugin_dot_layout_LTX_library", &gvplugin_dot_layout_LTX_library},
                            {nullptr, nullptr}};
    const std::unique_ptr<GVC_t, int (*)(GVC_t*)> context(gvContextPlugins(parts, 0),
                                                          gvFreeContext);
    const std::unique_ptr<Agraph_t, int (*)(Agraph_t*)> graph(agmemread(dot.c_str()), agclose);
    if (!context || !graph || gvLayout(context.get(), graph.get(), "dot") != 0)
        return fail(problem_kind::corrupt, "not_drawable", "Graphviz cannot lay out this drawing");
    char* text = nullptr;
    unsigned length = 0;
    const bool drawn =
        gvRenderData(context.get(), graph.get(), "svg", &text, &length) == 0 && text != nullptr;
    std::string svg = drawn ? std::string(text, length) : std::string{};
    gvFreeRenderData(text);
    gvFreeLayout(context.get(), graph.get());
    if (!drawn)
        return fail(problem_kind::corrupt, "not_drawable", "Graphviz cannot render this drawing");
    return with_words(with_bold_names(with_smaller_text(svg)), title, description);
}

}  // namespace pykala::api
