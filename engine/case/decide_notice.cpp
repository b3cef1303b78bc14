#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "engine/case/notice.hpp"
#include "engine/case/steps.hpp"
#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

template <class List>
bool stands_in(const List& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

// A notice ends once: sent, or impossible. That it waits is said once for each reason.
result<step> decide_notice(const procedure& how, const case_state& c, const command& what,
                           const facts& known) {
    const auto* letter = member(what.inputs, "letter").as_integer();
    const auto result_name = text_of(what.inputs, "result");
    const auto why = text_of(what.inputs, "why");
    const bool sent = result_name == notice_sent;
    if (!letter || !stands_in(notice_results, result_name) ||
        (sent ? !why.empty() : !stands_in(notice_reasons, why)))
        return fail(problem_kind::invalid, "bad_input",
                    "a notice has `letter`, `result` and, where it was not sent, `why`",
                    "engine/case/notice.hpp lists results and reasons");
    const auto of = static_cast<std::uint64_t>(*letter);
    if (std::ranges::find(c.letters, of, &letter_sent::seq) == c.letters.end())
        return fail(problem_kind::refused, "no_such_letter",
                    fmt::format("event {} of the case sent no letter", *letter));
    if (const auto* before = c.notice_of(of);
        before &&
        (before->result != notice_waits || (result_name == notice_waits && before->why == why)))
        return fail(problem_kind::refused, "notice_noted",
                    "the case says already what became of this notice");
    step made;
    auto& e = made.happened = begin_event(how, c, what, known, kind_notice_noted);
    value_object notice{{"letter", *letter}, {"result", result_name}};
    add_text(notice, "why", why);
    put(e, "notice", std::move(notice));
    if (const auto to = text_of(what.inputs, "to"); !to.empty()) put(e, "notice_to", to);
    PYKALA_CHECK(follow(how, c, e, known));
    return made;
}

}  // namespace pykala::cases
