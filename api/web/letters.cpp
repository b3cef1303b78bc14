#include "api/web/letters.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/case/interlocks.hpp"
#include "engine/case/values.hpp"

#include "api/letters/facts_of_case.hpp"
#include "api/web/cases.hpp"

namespace pykala::api::web {
namespace {

// A letter with what stands around it.
struct posted {
    const site& here;
    const desk::open_case& c;
    std::span<const cases::event> events;  // the last one sends
    const cases::interlocks& others;
    language in = language::fi;
};

result<letters::rendered_letter> render(const posted& from, std::string_view name,
                                        date dispatched_on, date closed_on) {
    cases::facts known;
    known.today = dispatched_on;
    known.law = from.c.law.get();
    known.others = from.others;
    const letters::letter_occasion about{.events = from.events,
                                         .case_number = from.c.now.number,
                                         .known = known,
                                         .flow = from.c.how->flow,
                                         .words = from.here.letters->definitions(),
                                         .in = from.in,
                                         .portal_address = from.here.address,
                                         .package_until = from.here.address.empty()
                                                              ? std::nullopt
                                                              : package_until(from.c, closed_on)};
    return from.here.letters->render(name, from.in, letters::facts_of_case(about));
}

bool answers(const desk::open_case& c, std::string_view letter) {
    const auto found = c.how->words->letters.find(letter);
    return found != c.how->words->letters.end() &&
           std::ranges::find(found->second.sets, "answer_dispatched") != found->second.sets.end();
}

value as_it_left(const desk::open_case& c, const cases::letter_sent& sent) {
    const auto* texts = c.events[sent.seq]["letter_texts"].as_array();
    if (!texts) return {};
    const auto found = std::ranges::find_if(
        *texts, [&](const value& each) { return each["name"] == value(sent.name); });
    return found == texts->end() ? value() : *found;
}

}  // namespace

result<value_array> site_letters::write(const desk::leaving& what) {
    value_array texts;
    // a new case has no number yet, and a letter without it is none
    if (!here_.letters || what.before.now.number.empty()) return texts;
    const posted from{here_, what.before, what.events, what.known.others,
                      from_name<language>(what.before.now.language).value_or(language::fi)};
    for (const auto& each : cases::objects_of(what.events.back()["letters"])) {
        const auto name = cases::text_of(each, "name");
        const auto on = cases::date_of(each, "on").value_or(what.known.today);
        if (!here_.letters->has(name)) continue;
        auto letter = render(from, name, on, on);
        if (!letter && answers(what.before, name)) {
            auto wrong = std::move(letter).error();
            wrong.kind = problem_kind::refused;
            return std::unexpected(std::move(wrong));
        }
        if (letter)
            texts.emplace_back(value_object{{"html", std::move(letter->html)},
                                            {"lang", name_of(from.in)},
                                            {"name", name},
                                            {"title", std::move(letter->title)}});
    }
    return texts;
}

value_array letter_values(const desk::open_case& c, const site& here, language in,
                          std::string_view only) {
    value_array shown;
    if (!here.letters) return shown;
    const auto others = cases::interlocks_of(c.others);
    const auto wanted = from_name<language>(c.now.language).value_or(in);
    for (const auto& sent : c.now.letters) {
        if (sent.seq >= c.events.size() || !here.letters->has(sent.name)) continue;
        if (!only.empty() && only != std::to_string(sent.seq)) continue;
        value_object item{{"name", sent.name},
                          {"way", sent.way},
                          {"lang", std::string(name_of(wanted))},
                          {"on", day_text(sent.dispatched_on, in)}};
        if (const auto kept = as_it_left(c, sent); !kept.is_null()) {
            item.insert_or_assign("lang", kept["lang"]);
            item.emplace("title", kept["title"]);
            item.emplace("letter", kept["html"]);
        } else {
            const posted from{here, c, std::span(c.events).first(sent.seq + 1), others, wanted};
            auto letter = render(from, sent.name, sent.dispatched_on,
                                 c.now.closed_on.value_or(sent.dispatched_on));
            if (!letter) continue;
            item.emplace("title", std::move(letter->title));
            item.emplace("letter", std::move(letter->html));
        }
        shown.emplace_back(std::move(item));
    }
    std::ranges::reverse(shown);
    return shown;
}

}  // namespace pykala::api::web
