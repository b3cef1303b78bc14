#include "api/web/timeline.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/case/values.hpp"

#include "api/web/cases.hpp"
#include "api/web/words.hpp"

namespace pykala::api::web {
namespace {

std::string event_word(const call& at, const desk::open_case& c, const cases::event& e) {
    if (e.kind == cases::kind_timer_fired)
        if (auto text = word_if(at, "alert", cases::text_of(e["fired"])); !text.empty())
            return text;
    if (auto text = word_if(at, "event", e.kind); !text.empty()) return text;
    return step_word(at, c, e.kind);
}

void add(value_array& lines, value_object line) {
    if (!lines.empty()) {
        auto& last = *lines.back().as_object();
        if (last["on"] == line["on"] && last["says"] == line["says"] &&
            last["who"] == line["who"]) {
            const auto* count = last["count"].as_integer();
            last.insert_or_assign("count", (count ? *count : 1) + 1);
            return;
        }
    }
    lines.emplace_back(std::move(line));
}

}  // namespace

value_array officer_timeline(const call& at, const desk::open_case& c) {
    value_array lines;
    for (const auto& e : c.events) {
        value_object line{{"on", day_text(e.on, at.in)}, {"says", event_word(at, c, e)}};
        const auto actor = cases::text_of(e["actor"]);
        const bool named = e.role != "system" && e.role != "customer" && !actor.empty();
        line.emplace("who", named ? fmt::format("{}, {}", actor, word(at, "role", e.role))
                                  : word(at, "role", e.role));
        // what was written down stands with the line, not behind it
        auto said = cases::text_of(e["in_note"]);
        if (said.empty()) said = cases::text_of(e["in_reason"]);
        if (!said.empty()) line.emplace("said", said);
        add(lines, std::move(line));
    }
    std::ranges::reverse(lines);
    return lines;
}

value_array customer_timeline(const call& at, const desk::open_case& c) {
    value_array lines;
    for (const auto& e : c.events)
        if (auto says = word_if(at, "told", e.kind); !says.empty())
            add(lines, {{"on", day_text(e.on, at.in)}, {"says", std::move(says)}});
    std::ranges::reverse(lines);
    return lines;
}

}  // namespace pykala::api::web
