#include "api/web/case_parts.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "engine/case/values.hpp"

#include "api/web/cases.hpp"
#include "api/web/words.hpp"

namespace pykala::api::web {
namespace {

using cases::text_of;

void put_list(value_object& shown, const std::string& name, value_array list) {
    shown.emplace("has_" + name, !list.empty());
    shown.emplace(name, std::move(list));
}

value_array alert_values(const call& at, const desk::open_case& c) {
    value_array texts;
    for (const auto& why : c.now.alerts) {
        const auto text = word_if(at, "alert", why);
        texts.emplace_back(
            value_object{{"says", text.empty() ? word(at, "alert", "other") : text}});
    }
    return texts;
}

std::string register_word(const call& at, std::string_view name) {
    for (const auto* port : at.here.registers)
        if (port->id() == name) return port->title().in(at.in);
    return std::string(name);
}

// One line for each register and kind of order; the last answer counts.
value_array order_values(const call& at, const desk::open_case& c) {
    std::map<std::string, value_object> lines;
    for (const auto& each : c.now.orders) {
        const bool open = each.result.empty();
        lines.insert_or_assign(
            each.verb + "/" + each.at,
            value_object{
                {"verb", word(at, "verb", each.verb)},
                {"at", each.at == "package" ? std::string() : register_word(at, each.at)},
                {"result", open ? word(at, "verb", "waits") : word(at, "choice", each.result)},
                {"failed", each.result == "failed"}});
    }
    value_array shown;
    for (auto& [key, line] : lines) shown.emplace_back(std::move(line));
    return shown;
}

// `register/table/key#category/column`: the category and the column tell a person what it is.
value_array field_values(const call& at, const desk::open_case& c) {
    value_array fields;
    for (const auto& [id, field] : c.now.contested) {
        const auto category = id.substr(std::min(id.find('#') + 1, id.size()));
        const auto end = std::min(category.rfind('/'), category.size());
        fields.emplace_back(value_object{
            {"name", category_word(at, c, category.substr(0, end))},
            {"decision", field.result.empty() ? std::string() : word(at, "choice", field.result)}});
    }
    return fields;
}

value_array use_values(const call& at, const desk::open_case& c) {
    value_array uses;
    for (const auto& [use, decision] : c.now.uses)
        uses.emplace_back(value_object{
            {"name", purpose_word(at, c, use)},
            {"decision", decision.empty() ? std::string() : word(at, "choice", decision)}});
    return uses;
}

value_array check_values(const call& at, const desk::open_case& c) {
    value_array checks;
    for (const auto& call_for : c.now.release_calls) {
        const auto done =
            std::ranges::find(c.now.release_checks, call_for, &cases::release_check::check);
        const bool waits = done == c.now.release_checks.end();
        checks.emplace_back(
            value_object{{"name", word(at, "choice", call_for)},
                         {"finding", waits ? std::string() : word(at, "choice", done->finding)}});
    }
    return checks;
}

value_array recipient_values(const call& at, const desk::open_case& c) {
    value_array all;
    for (const auto& each : c.now.recipients)
        all.emplace_back(value_object{
            {"name", recipient_word(at, c, each.id)},
            {"result", each.result.empty() ? std::string() : word(at, "choice", each.result)}});
    return all;
}

// What became of the e-mail that tells of a letter; empty where none was wished.
std::string notice_says(const call& at, const desk::open_case& c, std::uint64_t letter) {
    const auto* notice = c.now.notice_of(letter);
    if (!notice) return {};
    const auto became = word(at, "notice", notice->result);
    return notice->why.empty() ? fmt::format("{} {}", became, day_text(notice->on, at.in))
                               : fmt::format("{}: {}", became, word(at, "notice", notice->why));
}

value_array letter_links(const call& at, const desk::open_case& c) {
    value_array links;
    for (const auto& each : c.now.letters)
        links.emplace_back(value_object{{"seq", std::int64_t(each.seq)},
                                        {"title", word(at, "letter", each.name)},
                                        {"way", word(at, "choice", each.way)},
                                        {"notice", notice_says(at, c, each.seq)},
                                        {"on", day_text(each.dispatched_on, at.in)}});
    std::ranges::reverse(links);
    return links;
}

value_array other_cases(const call& at, const desk::open_case& c) {
    value_array links;
    for (const auto& each : c.others)
        links.emplace_back(
            value_object{{"number", each.number},
                         {"right_name", word(at, "right", each.right)},
                         {"state", word(at, "state", each.state)},
                         {"same_message", !each.linked.empty() && each.linked == c.now.linked}});
    return links;
}

// The practice rule whose timer had a class destroyed: `letters_life`; empty where no timer had.
std::string rule_of_timer(const desk::open_case& c, const cases::event& e) {
    const auto name = text_of(cases::member(cases::object_of(e["fired"]), "name"));
    const auto& timers = c.how->flow.timers;
    const auto timer = std::ranges::find(timers, name, &workflow::timer::name);
    constexpr std::string_view practice = "practice.";
    if (timer == timers.end() || !timer->rule.starts_with(practice)) return {};
    return timer->rule.substr(practice.size());
}

// When and under what a class went, by the name of the class.
std::map<std::string, value_object> destroyed_classes(const desk::open_case& c, language in) {
    std::map<std::string, value_object> gone;
    for (const auto& e : c.events)
        for (const auto& name : cases::list_of(e["destroyed"])) {
            const auto rule = rule_of_timer(c, e);
            const auto* known = find(c.law->rules->practice, rule);
            const bool told = known && (rule == "letters_life" || rule == "package_life");
            gone.try_emplace(name, value_object{{"on", day_text(e.on, in)},
                                                {"cite", told ? known->cite : std::string()},
                                                {told ? rule : std::string("otherwise"), true}});
        }
    return gone;
}

}  // namespace

void put_destroyed(value_object& shown, const call& at, const desk::open_case& c) {
    for (auto& [name, when] : destroyed_classes(c, at.in))
        shown.insert_or_assign("gone_" + name, std::move(when));
    if (!shown.contains("gone_decision_facts")) return;
    // what would be shown is only what a case without facts looks like
    shown.insert_or_assign("assurance", std::string());
}

void put_summary(value_object& shown, const call& at, const desk::open_case& c) {
    const auto& now = c.now;
    const auto left = (now.due.due_on - at.here.time->now().on).count();
    shown.emplace("heading", fmt::format("{} – {}", now.number, c.how->flow.title.in(at.in)));
    shown.emplace("person", text_of(now.subject, "name"));
    shown.emplace("customer_number", now.person.starts_with("customer_number:")
                                         ? now.person.substr(16)
                                         : text_of(now.subject, "customer_number"));
    shown.emplace("protected", now.flags.contains("address_protected"));
    shown.emplace("says", text_of(now.request, "says"));
    shown.emplace("receiver", text_of(now.request, "receiver"));
    shown.insert_or_assign("channel", word(at, "choice", now.channel));
    shown.insert_or_assign("assurance", word(at, "choice", now.who.assurance));
    if (now.entered_on != now.received_on)
        shown.emplace("entered_on", day_text(now.entered_on, at.in));
    const bool open = !now.closed() && !now.answered_on;
    shown.emplace("counts_down", open);
    shown.emplace("late", open && left < 0);
    shown.emplace("soon", open && left >= 0 && left <= 7);
    shown.emplace("days", std::int64_t(left < 0 ? -left : left));
    if (!now.kind.empty()) shown.insert_or_assign("kind_name", word(at, "short", now.kind));
    const bool reading = std::ranges::any_of(now.orders, [](const auto& order) {
        return (order.verb == "read" || order.verb == "find") && order.result != "done";
    });
    shown.emplace("reading", reading && !now.closed());
    shown.emplace("hint", word_if(at, "officer_next", now.state));
    put_list(shown, "alerts", alert_values(at, c));
    put_destroyed(shown, at, c);
}

void put_parts(value_object& shown, const call& at, const desk::open_case& c) {
    put_list(shown, "fields", field_values(at, c));
    put_list(shown, "uses", use_values(at, c));
    put_list(shown, "checks", check_values(at, c));
    put_list(shown, "recipients", recipient_values(at, c));
    put_list(shown, "orders", order_values(at, c));
    put_list(shown, "letters", letter_links(at, c));
    put_list(shown, "others", other_cases(at, c));
}

}  // namespace pykala::api::web
