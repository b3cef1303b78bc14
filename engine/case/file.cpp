#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/case/apply_fields.hpp"
#include "engine/case/dates.hpp"
#include "engine/case/steps.hpp"
#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

enum class form { text, date, flag, object };

struct filing_input {
    std::string_view name;
    form how;
    bool required = false;
};

// engine/case/README.md says what each means.
constexpr auto filing_inputs = std::to_array<filing_input>({
    {"address_given", form::flag},
    {"address_known", form::flag},
    {"answer_in", form::text},
    {"assurance", form::text},
    {"channel", form::text, true},
    {"is_person", form::flag},
    {"kind", form::text},
    {"language", form::text, true},
    {"linked", form::text},
    {"mandate_until", form::date},
    {"mandate_verified", form::flag},
    {"marketing_target", form::flag},
    {"notice_wished", form::flag},
    {"has_portal", form::flag},
    {"person", form::text},
    {"received_at", form::text},
    {"received_on", form::date, true},
    {"request", form::object},
    {"right", form::text, true},
    {"scope", form::text},
    {"subject", form::object},
});

constexpr auto filing_roles = std::to_array<std::string_view>(
    {"customer", "representative", "officer", "dpo", "customer_service"});

bool fits(form how, const value& given) {
    switch (how) {
        case form::text:
            return given.as_string() && given.as_string()->size() <= 200;
        case form::date:
            return date_of(given).has_value();
        case form::flag:
            return given.as_bool() != nullptr;
        case form::object:
            return given.as_object() != nullptr;
    }
    return false;
}

checked check_forms(const value_object& inputs) {
    for (const auto& [name, given] : inputs)
        if (std::ranges::find(filing_inputs, name, &filing_input::name) == filing_inputs.end())
            return fail(problem_kind::invalid, "unknown_input",
                        fmt::format("a request takes no input `{}`", name));
    for (const auto& each : filing_inputs)
        if (each.required && member(inputs, each.name).is_null())
            return fail(problem_kind::invalid, "missing_input",
                        fmt::format("a request needs `{}`", each.name));
    for (const auto& each : filing_inputs) {
        const auto& given = member(inputs, each.name);
        if (!given.is_null() && !fits(each.how, given))
            return fail(problem_kind::invalid, "bad_input",
                        fmt::format("`{}` is not what it should be", each.name),
                        "engine/case/README.md lists the inputs of a request");
    }
    return {};
}

template <named_enum E>
checked check_name(const value_object& inputs, std::string_view name) {
    const auto text = text_of(inputs, name);
    if (text.empty() || from_name<E>(text)) return {};
    return fail(problem_kind::invalid, "bad_input", fmt::format("`{}` is not known", name),
                fmt::format("one of {}", fmt::join(all_names<E>(), ", ")));
}

checked check_kind(const procedure& how, const value_object& inputs) {
    const auto kind = text_of(inputs, "kind");
    const auto& kinds = how.flow.kinds;
    const bool fits_flow =
        kinds.empty() ? kind.empty() : std::ranges::find(kinds, kind) != kinds.end();
    if (fits_flow) return {};
    return fail(problem_kind::invalid, "wrong_kind",
                fmt::format("`{}` has no kind of request `{}`", how.flow.id, kind),
                kinds.empty() ? std::string("give no `kind`")
                              : fmt::format("one of {}", fmt::join(kinds, ", ")));
}

checked check_values(const procedure& how, const command& what, const facts& known) {
    const auto& in = what.inputs;
    if (text_of(in, "right") != how.flow.id)
        return fail(problem_kind::invalid, "unknown_right",
                    fmt::format("`{}` is not the right of this workflow", text_of(in, "right")));
    PYKALA_CHECK(check_name<channel>(in, "channel"));
    PYKALA_CHECK(check_name<language>(in, "language"));
    PYKALA_CHECK(check_name<assurance>(in, "assurance"));
    PYKALA_CHECK(check_kind(how, in));
    const auto& accepted = known.law->own_pack().channels_accepted;
    const auto way_in = *from_name<channel>(text_of(in, "channel"));
    if (std::ranges::find(accepted, way_in) == accepted.end())
        return fail(problem_kind::refused, "channel_not_accepted",
                    fmt::format("requests do not come in by `{}`", text_of(in, "channel")));
    if (*date_of(in, "received_on") > what.on)
        return fail(problem_kind::invalid, "arrival_in_future",
                    fmt::format("a request cannot have arrived on `{}`, after today",
                                text_of(in, "received_on")));
    return {};
}

value_object filed_value(const value_object& in) {
    value_object filed{{"right", text_of(in, "right")},
                       {"channel", text_of(in, "channel")},
                       {"language", text_of(in, "language")},
                       {"received_on", text_of(in, "received_on")}};
    for (const auto* name : {"kind", "scope", "linked", "received_at"})
        add_text(filed, name, text_of(in, name));
    if (!text_of(member(in, "request")["receiver"]).empty())
        filed.emplace("transmission_asked", true);
    return filed;
}

value_object who_value(const value_object& in) {
    const auto assured = text_of(in, "assurance");
    value_object who{{"assurance", assured.empty() ? "none" : assured}};
    const auto& person = member(in, "is_person");
    who.emplace("is_person", person.is_null() || flag_of(person));
    for (const auto* name : {"mandate_verified", "has_portal", "address_known", "address_given",
                             "marketing_target", "notice_wished"})
        if (flag_of(in, name)) who.emplace(name, true);
    add_text(who, "mandate_until", text_of(in, "mandate_until"));
    add_text(who, "answer_in", text_of(in, "answer_in"));
    return who;
}

// Uses that rest on legitimate interest: what an objection is about when it names none.
name_set uses_on_interest(const pack& own) {
    name_set uses;
    for (const auto& [id, kind] : own.categories) {
        const auto& basis = kind.facts.basis.value;
        if (std::ranges::find(basis, legal_basis::interest) == basis.end()) continue;
        uses.insert(kind.facts.purposes.value.begin(), kind.facts.purposes.value.end());
    }
    return uses;
}

// The part of a request that decisions look at, without its words: it stays as long as they do.
void put_asked(event& e, const value_object& in) {
    const auto& request = member(in, "request");
    value_object asked;
    for (const auto* name : {"categories", "records"})
        if (const auto named = list_of(request[name]); !named.empty())
            asked.emplace(name, list_value(named));
    if (!asked.empty()) put(e, "asked", std::move(asked));
}

checked put_parts(event& e, const value_object& in, const facts& known) {
    const auto& request = member(in, "request");
    value_array contested;
    for (const auto& each : objects_of(request["fields"])) {
        value_object field{{"field", text_of(each, "field")}, {"result", ""}};
        field.emplace("voucher", flag_of(each, "voucher"));
        field.emplace("self_service", flag_of(each, "self_service"));
        contested.emplace_back(std::move(field));
    }
    if (!contested.empty()) put(e, "contested", std::move(contested));
    if (text_of(in, "kind") != "legitimate_interest") return {};
    auto named = list_of(request["purposes"]);
    const auto& own = known.law->own_pack();
    if (named.empty())
        for (const auto& use : uses_on_interest(own)) named.push_back(use);
    value_object uses;
    for (const auto& use : named) {
        if (!find(own.purposes, use))
            return fail(problem_kind::invalid, "unknown_use",
                        fmt::format("the pack names no use `{}`", use));
        uses.emplace(use, "");
    }
    put(e, "uses", std::move(uses));
    return {};
}

}  // namespace

result<step> decide_filing(const procedure& how, const case_state& c, const command& what,
                           const facts& known) {
    if (c.version != 0)
        return fail(problem_kind::conflict, "version_moved", "the case has been filed already");
    if (std::ranges::find(filing_roles, what.by.role) == filing_roles.end())
        return fail(problem_kind::forbidden, "wrong_role",
                    fmt::format("the role `{}` files no requests", what.by.role));
    PYKALA_CHECK(check_forms(what.inputs));
    PYKALA_CHECK(check_values(how, what, known));

    step made;
    auto& e = made.happened = begin_event(how, c, what, known, kind_request_received);
    const auto& in = what.inputs;
    put(e, "filed", filed_value(in));
    put(e, "who", who_value(in));
    const auto person = text_of(in, "person");
    if (!person.empty()) {
        put(e, "person", person);
        put(e, "marks", value_object{{"set", value_array{"person_matched"}}});
    }
    if (!known.person_tags.empty()) put(e, "person_tags", list_value(known.person_tags));
    if (!member(in, "subject").is_null()) put(e, "subject", member(in, "subject"));
    if (!member(in, "request").is_null()) put(e, "request", member(in, "request"));
    put_asked(e, in);
    PYKALA_CHECK(put_parts(e, in, known));
    PYKALA_TRY(const auto due,
               deadlines_for(how, *known.law, *date_of(in, "received_on"), {}, false));
    put(e, "dates", deadlines_value(due));
    put(e, "moved", value_object{{"from", ""}, {"to", workflow::initial_state(how.flow).name}});
    PYKALA_CHECK(follow(how, c, e, known));
    made.reasons = how.flow.cite;
    return made;
}

}  // namespace pykala::cases
