// The privacy officer's pages: queue, case, and every step that is open, as a form made from the
// workflow itself.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "api/web/cases.hpp"
#include "api/web/endpoints.hpp"
#include "storage/sealing/session_seal.hpp"
#include "storage/sqlite/staff.hpp"

namespace pykala::api::web {
namespace {

constexpr auto list_types = std::to_array<std::string_view>({"fields", "purposes", "records"});

bool is_list(const workflow::input& wanted) {
    return std::ranges::find(list_types, wanted.type) != list_types.end();
}

std::string text_at(const value_object& from, std::string_view name) {
    const auto found = from.find(name);
    const auto* text = found == from.end() ? nullptr : found->second.as_string();
    return text ? *text : std::string();
}

value_object row_values(const desk::queue_row& row, const call& at) {
    const auto today = at.here.time->now().on;
    return {{"number", row.number},
            {"right_name", at.here.pages->text("right." + row.right, at.in)},
            {"state", at.here.pages->text("state." + row.state, at.in)},
            {"received_on", day_text(row.received_on, at.in)},
            {"due_on", day_text(row.due_on, at.in)},
            {"act_by", day_text(row.act_by, at.in)},
            {"late", !row.closed_on && row.due_on < today},
            {"alert", row.alert},
            {"assignee", row.assignee}};
}

result<http::response> queue_page(call& at) {
    desk::queue_query asked;
    asked.closed = http::field(at.query, "closed") == "yes";
    asked.cursor = std::string(http::field(at.query, "cursor"));
    if (const auto right = http::field(at.query, "right"); !right.empty())
        asked.rights = {std::string(right)};
    PYKALA_TRY(const auto found, at.here.cases->queue(asked));
    value_array rows;
    for (const auto& each : found.rows) rows.emplace_back(row_values(each, at));
    return page(at, "queue",
                {{"none", rows.empty()},
                 {"closed", *asked.closed},
                 {"next", http::encoded(found.next)},
                 {"rows", std::move(rows)}});
}

// One input of a form, in the way a browser asks for it.
value_object input_values(const workflow::input& wanted, const workflow::vocabulary& words) {
    const auto known = words.inputs.find(wanted.name);
    value_array choices;
    for (const auto& each : wanted.choices) choices.emplace_back(value_object{{"choice", each}});
    return {{"name", wanted.name},
            {"meaning", known == words.inputs.end() ? wanted.name : known->second.meaning},
            {"required", wanted.required},
            {"is_choice", !wanted.choices.empty()},
            {"is_text", wanted.choices.empty() && wanted.type == "text"},
            {"is_date", wanted.type == "date"},
            {"is_records", wanted.type == "records"},
            {"is_lines", is_list(wanted) && wanted.type != "records"},
            {"is_line", wanted.choices.empty() && wanted.type != "text" && wanted.type != "date" &&
                            !is_list(wanted)},
            {"choices", std::move(choices)}};
}

// Steps that this visitor could take now, each once.
result<value_array> step_values(const call& at, const desk::open_case& c) {
    value_array steps;
    std::vector<std::string> seen;
    for (const auto& by : actors_of(at.who)) {
        PYKALA_TRY(const auto open, at.here.desk->open_to(c.now.number, by));
        for (const auto& name : open) {
            const auto* step = workflow::find_transition(c.how->flow, name);
            if (!step || std::ranges::find(seen, name) != seen.end()) continue;
            seen.push_back(name);
            value_array inputs;
            for (const auto& each : step->inputs)
                inputs.emplace_back(input_values(each, *c.how->words));
            const auto known = c.how->words->transitions.find(name);
            const bool named = known != c.how->words->transitions.end() && known->second.label;
            steps.emplace_back(
                value_object{{"transition", name},
                             {"title", named ? known->second.label->in(at.in) : name},
                             {"inputs", std::move(inputs)}});
        }
    }
    return steps;
}

std::string rule_values(const value& rule) {
    const auto* of = rule.as_object();
    if (!of) return {};
    auto cite = text_at(*of, "cite");
    return cite.empty() ? text_at(*of, "rule") : cite;
}

value_array record_values(const desk::open_case& c, const call& at) {
    value_array rows;
    const auto& pack = c.law->own_pack();
    for (const auto& [id, held] : c.now.records) {
        const auto category = text_at(held.source, "category");
        const auto known = pack.categories.find(category);
        const auto governing = held.assessed.find("governing");
        rows.emplace_back(
            value_object{{"id", id},
                         {"category", category},
                         {"category_name",
                          known == pack.categories.end() ? category : known->second.name.in(at.in)},
                         {"outcome", text_at(held.assessed, "outcome")},
                         {"action", text_at(held.assessed, "action")},
                         {"reason", text_at(held.assessed, "reason")},
                         {"retain_until", text_at(held.assessed, "retain_until")},
                         {"law", governing == held.assessed.end() ? std::string()
                                                                  : rule_values(governing->second)},
                         {"decision", held.decision},
                         {"executed", held.executed},
                         {"new_hold", held.kept_by_new_hold}});
    }
    return rows;
}

value_array event_values(const desk::open_case& c, language in) {
    value_array rows;
    for (const auto& each : c.events)
        rows.emplace_back(value_object{{"seq", static_cast<std::int64_t>(each.seq)},
                                       {"kind", each.kind},
                                       {"role", each.role},
                                       {"on", day_text(each.on, in)}});
    return rows;
}

result<http::response> case_page(call& at) {
    const auto& number = at.parts.front();
    PYKALA_TRY(const auto c, at.here.desk->read(number));
    PYKALA_CHECK(storage::note_look(*at.here.store, at.who.user, number, "/officer/cases/{case}",
                                    at.here.time->now().at));
    auto shown = case_values(c, at.in);
    PYKALA_TRY(auto steps, step_values(at, c));
    auto records = record_values(c, at);
    shown.emplace("has_records", !records.empty());
    shown.emplace("records", std::move(records));
    shown.emplace("no_steps", steps.empty());
    shown.emplace("steps", std::move(steps));
    shown.emplace("events", event_values(c, at.in));
    shown.emplace("letters", letter_values(c, at.here, at.in));
    shown.emplace("once", storage::new_bearer_secret());
    value_array orders;
    for (const auto& each : c.now.orders)
        orders.emplace_back(value_object{
            {"id", each.id}, {"verb", each.verb}, {"at", each.at}, {"result", each.result}});
    shown.emplace("has_orders", !orders.empty());
    shown.emplace("orders", std::move(orders));
    return page(at, "case", std::move(shown));
}

// Every value of a name, one for each box that was ticked or line that was written.
value_array list_of(const http::field_list& form, const std::string& name, bool lines) {
    value_array items;
    for (const auto& [key, text] : form) {
        if (key != name) continue;
        std::string_view rest = text;
        while (!rest.empty()) {
            const auto end = lines ? std::min(rest.find('\n'), rest.size()) : rest.size();
            auto line = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
            if (!line.empty()) items.emplace_back(std::string(line));
        }
    }
    return items;
}

value_object inputs_of(const call& at, const workflow::transition& step) {
    value_object inputs;
    for (const auto& each : step.inputs) {
        if (is_list(each)) {
            auto items = list_of(at.form, each.name, each.type != "records");
            if (!items.empty()) inputs.emplace(each.name, std::move(items));
        } else if (const auto text = at.form_field(each.name); !text.empty()) {
            inputs.emplace(each.name, std::string(text));
        }
    }
    return inputs;
}

result<http::response> take_step(call& at) {
    const auto& number = at.parts.front();
    const std::string name(at.form_field("transition"));
    PYKALA_TRY(const auto c, at.here.desk->read(number));
    const auto* step = workflow::find_transition(c.how->flow, name);
    if (!step)
        return fail(problem_kind::invalid, "no_such_transition",
                    fmt::format("`{}` has no step `{}`", c.how->flow.id, name));
    cases::command what{.name = name, .inputs = inputs_of(at, *step)};
    for (const auto& by : actors_of(at.who))
        if (what.by.role.empty() && std::ranges::find(step->by, by.role) != step->by.end())
            what.by = by;
    if (what.by.role.empty())
        return fail(problem_kind::forbidden, "wrong_role",
                    fmt::format("none of your roles takes `{}`", name));
    what.idempotency_key = std::string(at.form_field("once"));
    PYKALA_CHECK(take(at.here, number, std::move(what)));
    return see_other(at, "/officer/cases/" + number);
}

constexpr auto table = std::to_array<endpoint>({
    {"GET", "/officer/", door::staff, false, case_workers, queue_page},
    {"GET", "/officer/cases/{case}", door::staff, false, case_workers, case_page},
    {"POST", "/officer/cases/{case}/steps", door::staff, false, case_workers, take_step},
});

}  // namespace

std::span<const endpoint> officer_endpoints() {
    return table;
}

}  // namespace pykala::api::web
