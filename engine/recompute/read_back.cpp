#include "engine/recompute/read_back.hpp"

#include <array>

#include "engine/case/values.hpp"

namespace pykala::recompute {
namespace {

using namespace cases;

constexpr std::string_view input_prefix = "in_";
constexpr std::string_view some_words = "x";

bool is_closed(const shown_event& shown, std::string_view field) {
    return shown.closed.contains(field);
}

// What a request was about, out of the fields that hold it without its words.
value_object request_of(const event& e) {
    auto request = object_of(e["asked"]);
    value_array fields;
    for (const auto& each : objects_of(e["contested"]))
        fields.emplace_back(value_object{{"field", member(each, "field")},
                                         {"voucher", flag_of(each, "voucher")},
                                         {"self_service", flag_of(each, "self_service")}});
    if (!fields.empty()) request.emplace("fields", std::move(fields));
    value_array purposes;
    for (const auto& [use, decision] : object_of(e["uses"])) purposes.emplace_back(use);
    if (!purposes.empty()) request.emplace("purposes", std::move(purposes));
    if (flag_of(e["filed"]["transmission_asked"])) request.emplace("receiver", some_words);
    return request;
}

value_object filing_of(const shown_event& shown) {
    const auto& e = shown.happened;
    value_object in;
    for (const auto* from : {"filed", "who"})
        for (const auto& [name, given] : object_of(e[from])) in.insert_or_assign(name, given);
    in.erase("transmission_asked");
    if (const auto& person = e["person"]; !person.is_null()) in.emplace("person", person);
    if (is_closed(shown, "subject"))
        in.emplace("subject", value_object());
    else if (const auto& subject = e["subject"]; !subject.is_null())
        in.emplace("subject", subject);
    if (is_closed(shown, "request"))
        in.emplace("request", request_of(e));
    else if (const auto& request = e["request"]; !request.is_null())
        in.emplace("request", request);
    return in;
}

value_object inputs_of(const shown_event& shown, const workflow::transition& t) {
    const auto& e = shown.happened;
    value_object in;
    for (const auto& wanted : t.inputs) {
        const auto field = std::string(input_prefix) + wanted.name;
        if (const auto found = e.fields.find(field); found != e.fields.end())
            in.emplace(wanted.name, found->second.held);
        else if (is_closed(shown, field))
            in.emplace(wanted.name, std::string(some_words));
    }
    // the decision keeps the document of an order by its id
    if (is_closed(shown, "in_order_document"))
        if (const auto& id = e["exception"]["order_document"]; !id.is_null())
            in.insert_or_assign("order_document", id);
    return in;
}

register_findings findings_of(const event& e, const case_state& before) {
    register_findings f;
    for (const auto* field : {"found", "found_again"})
        for (auto& record : objects_of(e[field]["records"])) f.records.push_back(std::move(record));
    f.searched = list_of(e["searched"]);
    f.recipients = list_of(e["recipients"]);
    f.flags = list_of(e["flags"]);
    f.calls = list_of(e["calls"]);
    if (const auto* copy = e["copy"].as_object()) f.copy = *copy;
    f.kept = list_of(e["order_answer"]["kept"]);
    f.person = text_of(e["person"]);
    for (const auto& fact : list_of(e["marks"]["set"]))
        if (fact == "person_matched" && f.person.empty()) f.person = before.person;
    return f;
}

value_object notice_of(const shown_event& shown) {
    auto in = object_of(shown.happened["notice"]);
    if (is_closed(shown, "notice_to"))
        in.insert_or_assign("to", std::string(some_words));
    else
        add_text(in, "to", text_of(shown.happened["notice_to"]));
    return in;
}

value_object migration_of(const shown_event& shown) {
    const auto& e = shown.happened;
    const bool closed = is_closed(shown, "in_reason");
    value_object in{{"reason", closed ? std::string(some_words) : text_of(e["in_reason"])}};
    if (const auto& names = e["migrated"]["names"]; !names.is_null()) in.emplace("names", names);
    return in;
}

}  // namespace

command command_of(const shown_event& shown, const case_state& before,
                   const workflow::definition& flow) {
    const auto& e = shown.happened;
    command what;
    what.by = {e.role, text_of(e["actor"])};
    what.at = e.at;
    what.on = e.on;
    if (before.version == 0 && e.kind == kind_request_received) {
        what.kind = command_kind::file;
        what.inputs = filing_of(shown);
    } else if (e.kind == kind_timer_fired) {
        what.kind = command_kind::timer;
        what.name = text_of(e["fired"]["name"]);
    } else if (e.kind == kind_interlock_noted) {
        what.kind = command_kind::interlock;
    } else if (e.kind == kind_notice_noted) {
        what.kind = command_kind::notice;
        what.inputs = notice_of(shown);
    } else if (e.kind == kind_procedure_migrated) {
        what.kind = command_kind::migrate;
        what.inputs = migration_of(shown);
    } else if (e.kind == kind_attempt_refused) {
        what.name = text_of(e["attempt"]["transition"]);
    } else {
        what.name = e.kind;
        if (const auto* t = workflow::find_transition(flow, e.kind))
            what.inputs = inputs_of(shown, *t);
    }
    return what;
}

facts facts_of(const event& e, const case_state& before, const tenant_law& law) {
    facts known;
    known.today = e.on;
    known.law = &law;
    const auto& kept = e["known"];
    known.others = interlocks_from(kept);
    known.registers = list_of(kept["registers"]);
    known.person_tags = list_of(e["person_tags"]);
    if (flag_of(kept["findings"])) known.findings = findings_of(e, before);
    return known;
}

}  // namespace pykala::recompute
