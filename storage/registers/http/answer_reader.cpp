#include "storage/registers/http/answer_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "storage/registers/http/member_reader.hpp"

namespace pykala::storage::registers {

namespace {

constexpr std::int64_t most_values = 1'000'000;  // of a series of a month

result<void> no_fault(const answer_fault& fault) {
    if (!fault.found()) return {};
    return fail(problem_kind::corrupt, "register_answer",
                fmt::format("an answer of the register is wrong: `{}` {}", fault.where, fault.what),
                "nothing of it was taken over; show this to the supplier of the register");
}

// Of a results document: what the peer has looked at already.
member_reader document(const value& results, answer_fault& fault) {
    member_reader read(results, "", fault);
    read.ignore("contract");
    read.ignore("subject_request_id");
    return read;
}

person_facts read_person(member_reader& from) {
    person_facts one{.key = from.text("key"),
                     .name = from.text_if("name"),
                     .language = from.text_if("language"),
                     .kind = from.text("kind"),
                     .protected_address = from.flag("protected_address"),
                     .contact_changed_on = from.day("contact_changed_on")};
    if (!one.language.empty() && one.language != "fi" && one.language != "sv")
        from.wrong("language", "is neither `fi` nor `sv`");
    constexpr std::array<std::string_view, 4> kinds{"person", "company", "death_estate",
                                                    "contact_person"};
    if (std::ranges::find(kinds, one.kind) == kinds.end())
        from.wrong("kind", "is not one of the names of the contract");
    from.end();
    return one;
}

register_field read_field(member_reader& from) {
    register_field field{.column = from.text("column"),
                         .form = from.choice<field_form>("form"),
                         .text = from.text_if("value"),
                         .null = !from.has("value"),
                         .media = from.flag("media"),
                         .concealed = from.flag("concealed")};
    if (auto label = from.object_if("label")) {
        field.label = {label->text("fi"), label->text("sv"), label->text("en")};
        label->end();
    }
    if (field.media) field.text.clear();
    from.end();
    return field;
}

series_facts read_series(member_reader& from) {
    series_facts series{.point = from.text("point"),
                        .month = from.text("month"),
                        .step = from.text("step"),
                        .unit = from.text("unit"),
                        .count = from.number("count", 0, most_values),
                        .digest = from.text("digest")};
    if (series.step != "hour" && series.step != "month")
        from.wrong("step", "is neither `hour` nor `month`");
    from.end();
    return series;
}

// What decides about keeping has no default: silence is not consent to erase.
void read_facts(member_reader& from, const std::string& reg, record& facts) {
    const auto table = from.text("table"), key = from.text("key");
    facts.category = from.text("category");
    facts.id = to_string({reg, table, key, facts.category});
    const auto back = parse_record_id(facts.id);
    if (!back || back->table != table || back->key != key || back->category != facts.category)
        from.wrong("table", "cannot be told apart from `key` and `category`");
    facts.event = from.day("event");
    facts.contract_end = from.day("contract_end");
    facts.role_end = from.day("role_end");
    facts.accounting_period_end = from.day("accounting_period_end");
    facts.contract = from.choice<contract_state>("contract");
    const auto balance = from.text("balance");
    if (const auto known = from_name<balance_state>(balance))
        facts.balance = *known;
    else if (balance != "unknown")
        from.wrong("balance", "is not one of the names of the contract");
    if (from.has("commodity"))
        facts.commodity = from.choice<commodity>("commodity");
    else
        from.ignore("commodity");
    for (auto& hold : from.list("holds")) {
        facts.holds.push_back({hold.text("reason"), hold.day("until")});
        hold.end();
    }
}

register_record read_record(member_reader& from, const std::string& reg) {
    register_record one;
    read_facts(from, reg, one.facts);
    for (auto& field : from.list("fields")) one.fields.push_back(read_field(field));
    if (auto series = from.object_if("series")) one.series = read_series(*series);
    one.marks = {from.flag("restricted"), from.flag("hold_only")};
    one.several_parties = from.flag("several_parties");
    one.voucher = from.flag("voucher");
    one.outside_contract = from.flag("outside_contract");
    return one;
}

change_result read_one_outcome(member_reader& from, const record_change& of) {
    change_result one{.record = of.record, .verb = of.verb};
    const auto name = from.text("result");
    const auto status =
        name == "kept" ? change_status::kept_by_new_hold : from_name<change_status>(name);
    if (!status || name == "kept_by_new_hold")
        from.wrong("result", "is not one of the names of the contract");
    one.status = status.value_or(change_status::failed);
    if (one.status == change_status::kept_by_new_hold) {
        auto retention = from.object_if("retention");
        if (!retention) {
            from.wrong("retention", "is missing");
        } else {
            one.reason = retention->text("basis");
            one.until = retention->day("until");
            if (!is_word(one.reason)) retention->wrong("basis", "is no name");
            retention->end();
        }
    } else if (one.status == change_status::failed || one.status == change_status::conflict) {
        one.reason = from.text("reason");
        if (!is_word(one.reason)) from.wrong("reason", "is no name");
    }
    if (one.status == change_status::corrected && of.verb != register_verb::rectify)
        from.wrong("result", "tells of a correction that nobody asked for");
    return one;
}

// The word for the whole that follows from its parts (interop 1.4: 8).
std::string_view whole_of(const std::vector<change_result>& all) {
    const auto any = [&](auto... statuses) {
        return std::ranges::any_of(
            all, [&](const auto& one) { return ((one.status == statuses) || ...); });
    };
    const bool good = any(change_status::done, change_status::corrected);
    const bool stays =
        any(change_status::kept_by_new_hold, change_status::failed, change_status::conflict);
    if (stays) return good ? "partial" : "refused";
    return good ? "done" : "no_data";
}

}  // namespace

result<found_person> read_found(const value& results, const person_keys& asked) {
    answer_fault fault;
    auto read = document(results, fault);
    found_person found;
    for (auto& person : read.list("people")) {
        auto key = person.text("key");
        if (std::ranges::find(found.people, key) != found.people.end())
            person.wrong("key", "stands twice");
        found.people.push_back(std::move(key));
        const auto by = person.texts_if("found_by");
        if (by.empty()) person.wrong("found_by", "is missing or empty");
        for (const auto& kind : by) {
            if (!asked.contains(kind)) person.wrong("found_by", "has a key that was not asked for");
            found.found_by.insert(kind);
        }
        if (auto gives = person.object_if("gives")) {
            for (const auto* kind : {"customer_number", "email", "phone"})
                for (auto& text : gives->texts_if(kind)) found.gives[kind].insert(std::move(text));
            gives->end();
        }
        person.end();
    }
    read.end();
    PYKALA_CHECK(no_fault(fault));
    std::ranges::sort(found.people);
    return found;
}

result<judged_answer> read_records(const value& results, const std::string& reg,
                                   const std::vector<std::string>& people) {
    answer_fault fault;
    auto read = document(results, fault);
    judged_answer given;
    given.seen = read.text("seen");
    const auto is_asked = [&](const std::string& key) {
        return std::ranges::find(people, key) != people.end();
    };
    for (auto& from : read.list("people")) {
        auto one = read_person(from);
        if (!is_asked(one.key)) from.wrong("key", "is of a person who was not asked for");
        given.answer.people.push_back(std::move(one));
    }
    for (auto& from : read.list("records")) {
        if (!is_asked(from.text("person")))
            from.wrong("person", "is somebody who was not asked for");
        given.answer.records.push_back(read_record(from, reg));
        from.end();
    }
    for (auto& from : read.list("disclosures")) {
        given.answer.disclosures.push_back(
            {from.text("recipient"), from.day("on"), from.text_if("what")});
        from.end();
    }
    read.end();
    const auto id_of = [](const register_record& r) -> const std::string& { return r.facts.id; };
    std::ranges::sort(given.answer.records, {}, id_of);
    if (std::ranges::adjacent_find(given.answer.records, {}, id_of) != given.answer.records.end())
        fault.say("records", "have one record twice");
    PYKALA_CHECK(no_fault(fault));
    return given;
}

result<std::vector<change_result>> read_outcome(const value& extension,
                                                const std::vector<record_change>& changes) {
    answer_fault fault;
    member_reader read(extension, "extensions", fault);
    auto outcome = read.object_if("outcome");
    if (!outcome) fault.say("extensions.outcome", "is missing");
    PYKALA_CHECK(no_fault(fault));
    auto given = outcome->list("changes");
    if (given.size() != changes.size()) outcome->wrong("changes", "are not as many as were sent");
    std::vector<change_result> results;
    for (std::size_t i = 0; i < given.size() && i < changes.size(); ++i) {
        auto& from = given[i];
        if (from.text_if("record") != changes[i].record)
            from.wrong("record", "is not the one that was sent");
        if (from.text("verb") != name_of(changes[i].verb))
            from.wrong("verb", "is not the one that was sent");
        results.push_back(read_one_outcome(from, changes[i]));
        from.end();
    }
    const auto has = [&](change_status status) {
        return std::ranges::find(results, status, &change_result::status) != results.end();
    };
    if (has(change_status::conflict) && (has(change_status::done) || has(change_status::corrected)))
        outcome->wrong("changes", "are done although one was in conflict");
    if (outcome->text("result") != whole_of(results))
        outcome->wrong("result", "is not what the changes say");
    outcome->end();
    PYKALA_CHECK(no_fault(fault));
    return results;
}

}  // namespace pykala::storage::registers
