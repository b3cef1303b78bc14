#include "api/web/step_forms.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "engine/case/rules_of_case.hpp"
#include "engine/case/values.hpp"

#include "api/web/cases.hpp"
#include "api/web/contested_fields.hpp"
#include "api/web/record_groups.hpp"
#include "api/web/words.hpp"
#include "storage/sqlite/staff.hpp"

namespace pykala::api::web {
namespace {

using cases::text_of;

constexpr std::string_view by_number = "customer_number:";

bool is_list(const workflow::input& wanted) {
    return wanted.type == "fields" || wanted.type == "purposes" || wanted.type == "records";
}

value_object option(const std::string& choice, const std::string& says, bool chosen = false) {
    return {{"choice", choice}, {"says", says}, {"chosen", chosen}};
}

cases::facts known_today(const call& at, const desk::open_case& c) {
    cases::facts known;
    known.today = at.here.time->now().on;
    known.law = c.law.get();
    known.others = cases::interlocks_of(c.others);
    return known;
}

// The text of an open task stands in the event that opened it.
std::string task_text(const desk::open_case& c, const std::string& id) {
    for (const auto& e : c.events)
        for (const auto& task : cases::objects_of(e["tasks"]))
            if (text_of(task, "id") == id) return text_of(e["in_task"]);
    return id;
}

// Rules of our own that hold records of this case, today or when a statute that runs has ended, and
// that nobody has confirmed or lifted.
value_array house_rules(const call& at, const desk::open_case& c) {
    std::set<std::string> rules;
    for (const auto& [id, held] : c.now.records)
        if (cases::flag_of(held.assessed, "confirm"))
            rules.insert(text_of(cases::member(held.assessed, "governing")["rule"]));
    const auto known = known_today(at, c);
    for (const auto& [id, all] : cases::rules_of_case(c.now, known)) {
        const auto& assessed = c.now.records.at(id).assessed;
        const auto statutory = cases::date_of(assessed, "statutory_until");
        if (text_of(assessed, "hold") != "dated" || !statutory || *statutory < known.today)
            continue;
        for (const auto& each : all)
            if (each.by == authority::house && each.until && *each.until > *statutory)
                rules.insert(each.rule);
    }
    for (const auto& settled : c.now.house) rules.erase(settled.rule);
    value_array options;
    for (const auto& rule : rules) {
        const auto says = words_of_rule(at, c, rule).because;
        options.emplace_back(option(rule, says.empty() ? rule : says, rules.size() == 1));
    }
    return options;
}

result<value_array> options_of(const call& at, const desk::open_case& c,
                               const workflow::input& wanted) {
    value_array options;
    for (const auto& each : wanted.choices)
        options.emplace_back(
            option(each, choice_word(at, c, each), wanted.required && wanted.choices.size() == 1));
    if (wanted.type == "rule") return house_rules(at, c);
    if (wanted.type == "user") {
        PYKALA_TRY(const auto names, storage::user_names(*at.here.store));
        for (const auto& name : names)
            options.emplace_back(option(name, name, name == at.who.name));
    }
    if (wanted.type == "task")
        for (const auto& task : c.now.tasks)
            if (!task.done) options.emplace_back(option(task.id, task_text(c, task.id)));
    if (wanted.type == "recipient")
        for (const auto& each : c.now.recipients)
            if (each.result.empty())
                options.emplace_back(option(each.id, recipient_word(at, c, each.id)));
    if (wanted.type == "category")
        for (const auto& [id, kind] : c.law->own_pack().categories)
            if (kind.parts.empty()) options.emplace_back(option(id, category_word(at, c, id)));
    if (wanted.type == "purposes")
        for (const auto& [use, decision] : c.now.uses)
            options.emplace_back(option(use, purpose_word(at, c, use)));
    return options;
}

std::string form_of(const workflow::input& wanted, bool has_options) {
    if (wanted.type == "records") return "is_records";
    if (wanted.type == "fields") return "is_fields";
    if (wanted.type == "purposes") return "is_boxes";
    if (has_options) return "is_choice";
    if (wanted.type == "text") return "is_text";
    return wanted.type == "date" ? "is_date" : "is_line";
}

// Every value of a name: one for each box that was ticked.
std::vector<std::string> list_of(const http::field_list& form, const std::string& name) {
    std::vector<std::string> items;
    for (const auto& [key, text] : form)
        if (key == name && !text.empty()) items.push_back(text);
    return items;
}

}  // namespace

std::vector<open_step> open_steps(const call& at, const desk::open_case& c) {
    const auto known = known_today(at, c);
    std::vector<open_step> steps;
    for (const auto& by : actors_of(at.who))
        for (const auto& name : cases::open_transitions(*c.how, c.now, by, known)) {
            const auto* step = workflow::find_transition(c.how->flow, name);
            if (step && std::ranges::find(steps, step, &open_step::step) == steps.end())
                steps.push_back({step, by});
        }
    return steps;
}

bool has_object(const call& at, const desk::open_case& c, const workflow::transition& step) {
    const auto asks = [&](std::string_view type) {
        return std::ranges::find(step.inputs, type, &workflow::input::type) != step.inputs.end();
    };
    if (asks("rule")) return !house_rules(at, c).empty();
    if (asks("task"))
        return std::ranges::any_of(c.now.tasks, [](const auto& task) { return !task.done; });
    if (asks("recipient"))
        return std::ranges::any_of(c.now.recipients,
                                   [](const auto& each) { return each.result.empty(); });
    return true;
}

value_object step_values(const call& at, const desk::open_case& c, const open_step& open) {
    return {{"transition", open.step->name},
            {"title", step_word(at, c, open.step->name)},
            {"needs_input", !open.step->inputs.empty()}};
}

result<value_array> input_values(const call& at, const desk::open_case& c,
                                 const workflow::transition& step) {
    // what it is about comes before what is said about it
    std::vector<const workflow::input*> ordered;
    for (const bool about : {true, false})
        for (const auto& each : step.inputs)
            if (about == (each.type != "text" && each.type != "date" && each.type != "choice"))
                ordered.push_back(&each);
    value_array inputs;
    for (const auto* each : ordered) {
        const auto& wanted = *each;
        PYKALA_TRY(auto options, options_of(at, c, wanted));
        value_object shown{{"name", wanted.name},
                           {"label", word(at, "input", wanted.name)},
                           {"required", wanted.required},
                           {"optional", !wanted.required},
                           {form_of(wanted, !options.empty()), true},
                           {"options", std::move(options)}};
        if (wanted.type == "records")
            shown.emplace("groups", group_values(at, c, grouped(c), true));
        if (wanted.type == "fields") {
            PYKALA_TRY(auto fields, contested_fields(at, c));
            shown.emplace("fields", std::move(fields));
        }
        inputs.emplace_back(std::move(shown));
    }
    return inputs;
}

value_object inputs_of(const call& at, const desk::open_case& c, const workflow::transition& step) {
    value_object inputs;
    for (const auto& each : step.inputs) {
        if (is_list(each)) {
            auto items = list_of(at.form, each.name);
            if (each.type == "records") items = records_named(c, items);
            if (!items.empty()) inputs.emplace(each.name, cases::list_value(items));
        } else if (std::string text(at.form_field(each.name)); !text.empty()) {
            // an officer knows the person by the customer number
            if (each.type == "person" && !text.contains(':')) text.insert(0, by_number);
            inputs.emplace(each.name, std::move(text));
        }
    }
    return inputs;
}

}  // namespace pykala::api::web
