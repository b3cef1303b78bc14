#include "engine/workflow/draw.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/base/markup.hpp"

namespace pykala::workflow {
namespace {

// A step open in at least so many states would hide the others; it stands below the picture.
constexpr std::size_t nearly_everywhere = 5;

struct look {
    const char *fill, *line;
};

look look_of(const state& s) {
    if (s.kind == state_kind::initial) return {"#e3eefb", "#1d5fa7"};
    if (s.kind == state_kind::reopened) return {"#f0e6fa", "#6f3fa0"};
    if (s.kind == state_kind::final) return {"#e2f3e6", "#2b7a3d"};
    if (s.clock == state_clock::paused) return {"#fdf1d8", "#9a6a00"};
    if (s.clock == state_clock::stopped) return {"#e2f3e6", "#2b7a3d"};
    return {"#ffffff", "#4a5568"};
}

const char* clock_in_words(const state& s) {
    if (s.clock == state_clock::paused) return "the clock may pause";
    if (s.clock == state_clock::stopped) return "the clock has stopped";
    return "the clock runs";
}

std::string label_of(const terms& all, const std::string& name) {
    const auto found = all.find(name);
    return found != all.end() && found->second.label ? found->second.label->en : name;
}

bool only_system(const transition& t) {
    return t.by.size() == 1 && t.by.front() == "system";
}

std::string spaced(std::string name) {
    std::ranges::replace(name, '_', ' ');
    return name;
}

// For which kinds of request, the shorter way round.
std::string kinds_of(const definition& d, const transition& t) {
    if (t.kinds.size() + 1 == d.kinds.size() && t.kinds.size() > 1)
        for (const auto& kind : d.kinds)
            if (std::ranges::find(t.kinds, kind) == t.kinds.end()) return "not " + spaced(kind);
    return spaced(fmt::format("{}", fmt::join(t.kinds, ", ")));
}

// Who moves it, as far as that is worth a word: nobody, a second person, or only after a wait.
std::string remark_on(const definition& d, const transition& t) {
    std::vector<std::string> remarks;
    if (only_system(t)) remarks.emplace_back("by itself");
    if (!t.not_same_person_as.empty()) remarks.emplace_back("second person");
    if (!t.after.empty()) remarks.push_back("after " + spaced(t.after));
    if (!t.kinds.empty()) remarks.push_back(kinds_of(d, t));
    return remarks.empty() ? std::string{} : fmt::format(" ({})", fmt::join(remarks, ", "));
}

std::string line_of(const definition& d, const transition& t, const vocabulary& words) {
    return label_of(words.transitions, t.name) + remark_on(d, t);
}

bool is_everywhere(const transition& t) {
    return t.from.size() >= nearly_everywhere;
}

std::vector<std::string> stays_in(const definition& d, const vocabulary& words,
                                  const std::string& state) {
    std::vector<std::string> lines;
    for (const auto& t : d.transitions)
        if (t.stays() && !is_everywhere(t) && std::ranges::find(t.from, state) != t.from.end())
            lines.push_back(line_of(d, t, words));
    return lines;
}

// A line of a label in Graphviz, set to the left.
std::string label_line(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\\l";
}

// Plain labels only: those that are like HTML cost memory that Graphviz never gives back.
std::string node(const definition& d, const vocabulary& words, const state& s) {
    const auto [fill, line] = look_of(s);
    auto label = label_line(label_of(words.states, s.name)) + label_line(clock_in_words(s));
    for (const auto& each : stays_in(d, words, s.name)) label += label_line("- " + each);
    return fmt::format("    {} [label=\"{}\", fillcolor=\"{}\", color=\"{}\", penwidth={}];\n",
                       s.name, label, fill, line, s.kind == state_kind::initial ? "2.4" : "1.4");
}

// The order of the file means nothing to a case, but a reader finds the states in it as the author
// saw them.
std::vector<const state*> as_written(const definition& d) {
    std::vector<const state*> states;
    for (const auto& s : d.states) states.push_back(&s);
    std::ranges::sort(states, {}, [](const state* s) { return s->at.line; });
    return states;
}

// One arrow with a line for each of its moves; dashed when nobody takes any of them. Arrows back
// are written from their head, so that the picture keeps the order of the file from above to below.
std::string arrow(const definition& d, const state& from, const state& to,
                  const std::vector<const transition*>& moves, const vocabulary& words) {
    std::string label, names;
    for (const auto* t : moves) {
        label += label_line(line_of(d, *t, words));
        names += (names.empty() ? "" : " ") + t->name;
    }
    const bool back = to.at.line < from.at.line;
    const bool all_system =
        std::ranges::all_of(moves, [](const auto* t) { return only_system(*t); });
    return fmt::format("    {} -> {} [label=\"{}\", comment=\"{}\"{}{}];\n",
                       back ? to.name : from.name, back ? from.name : to.name, label, names,
                       back ? ", dir=back" : "", all_system ? ", style=dashed" : "");
}

std::string arrows(const definition& d, const vocabulary& words) {
    std::map<std::pair<std::string, std::string>, std::vector<const transition*>> between;
    for (const auto& t : d.transitions)
        if (!t.stays() && !is_everywhere(t))
            for (const auto& from : t.from) between[{from, t.to}].push_back(&t);
    std::string out;
    const auto states = as_written(d);
    for (const auto* from : states)
        for (const auto* to : states)
            if (const auto found = between.find({from->name, to->name}); found != between.end())
                out += arrow(d, *from, *to, found->second, words);
    return out;
}

std::string sentence_of_everywhere(const definition& d, const vocabulary& words) {
    std::vector<std::string> stays, moves;
    for (const auto& t : d.transitions) {
        if (!is_everywhere(t)) continue;
        const auto line = line_of(d, t, words);
        if (t.stays())
            stays.push_back(line);
        else
            moves.push_back(fmt::format("{} leads to {}", line, label_of(words.states, t.to)));
    }
    auto text = fmt::format("In nearly every state: {}.", fmt::join(stays, ", "));
    if (!moves.empty()) text += fmt::format(" {}.", fmt::join(moves, "; "));
    return text;
}

std::string wrapped(const std::string& text, std::size_t width) {
    std::string out, line;
    std::size_t start = 0;
    while (start < text.size()) {
        auto end = text.find(' ', start);
        if (end == std::string::npos) end = text.size();
        const auto word = text.substr(start, end - start);
        if (!line.empty() && line.size() + 1 + word.size() > width) {
            out += label_line(line);
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
        start = end + 1;
    }
    return out + label_line(line);
}

std::string attribute(std::string_view name, const name_list& values) {
    return values.empty() ? std::string{}
                          : fmt::format(" pykala:{}=\"{}\"", name,
                                        markup_escaped(fmt::format("{}", fmt::join(values, " "))));
}

std::string scxml_transition(const transition& t) {
    auto text = fmt::format("    <transition event=\"{}\"", t.name);
    text += t.stays() ? " type=\"internal\"" : fmt::format(" target=\"{}\"", t.to);
    name_list inputs;
    for (const auto& in : t.inputs) inputs.push_back(in.name + (in.required ? "" : "?"));
    text += attribute("by", t.by) + attribute("kinds", t.kinds) +
            attribute("requires", t.requires_all) + attribute("unless", t.unless) +
            attribute("input", inputs) + attribute("sends", t.sends) + attribute("does", t.does) +
            attribute("notSamePersonAs", t.not_same_person_as);
    if (t.at_once) text += " pykala:atOnce=\"true\"";
    if (!t.after.empty()) text += fmt::format(" pykala:after=\"{}\"", t.after);
    if (!t.outcome.empty()) text += fmt::format(" pykala:outcome=\"{}\"", t.outcome);
    return text + "/>\n";
}

}  // namespace

std::string to_dot(const definition& d, const vocabulary& words) {
    auto out = fmt::format(
        "digraph {} {{\n"
        "    graph [rankdir=TB, splines=spline, nodesep=0.7, ranksep=0.55, pad=0.3,\n"
        "        fontname=\"Helvetica\", fontsize=12, labelloc=b, labeljust=l, "
        "bgcolor=\"#ffffff\",\n"
        "        label=\"{}\"];\n"
        "    node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=13, "
        "margin=\"0.2,0.07\"];\n"
        "    edge [fontname=\"Helvetica\", fontsize=11, color=\"#4a5568\", "
        "fontcolor=\"#1a202c\", arrowsize=0.8];\n",
        d.id, wrapped(sentence_of_everywhere(d, words), 110));
    for (const auto* s : as_written(d)) out += node(d, words, *s);
    out += arrows(d, words);
    return out + "}\n";
}

std::string to_scxml(const definition& d, const vocabulary& words) {
    auto out = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<scxml xmlns=\"http://www.w3.org/2005/07/scxml\" xmlns:pykala=\"urn:pykala:workflow:1\" "
        "version=\"1.0\" datamodel=\"null\" name=\"{}\" initial=\"{}\" "
        "pykala:version=\"{}\">\n",
        d.id, initial_state(d).name, d.version);
    for (const auto& s : d.states) {
        out += fmt::format(
            "  <state id=\"{}\" pykala:kind=\"{}\" pykala:clock=\"{}\" "
            "pykala:label=\"{}\">\n",
            s.name, name_of(s.kind), name_of(s.clock),
            markup_escaped(label_of(words.states, s.name)));
        for (const auto& t : d.transitions)
            if (std::ranges::find(t.from, s.name) != t.from.end()) out += scxml_transition(t);
        out += "  </state>\n";
    }
    return out + "</scxml>\n";
}

std::string in_words(const definition& d, const vocabulary& words) {
    auto out = fmt::format("{} states. ", d.states.size());
    for (const auto* each : as_written(d)) {
        const auto& s = *each;
        std::vector<std::string> ways;
        for (const auto& t : d.transitions)
            if (!t.stays() && !is_everywhere(t) &&
                std::ranges::find(t.from, s.name) != t.from.end())
                ways.push_back(fmt::format("{} leads to {}", line_of(d, t, words),
                                           label_of(words.states, t.to)));
        out += fmt::format("{}: {}", label_of(words.states, s.name), clock_in_words(s));
        if (!ways.empty()) out += fmt::format("; {}", fmt::join(ways, "; "));
        out += ". ";
    }
    return out + sentence_of_everywhere(d, words);
}

}  // namespace pykala::workflow
