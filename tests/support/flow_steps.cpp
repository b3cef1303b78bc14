#include "tests/support/flow_steps.hpp"

#include <fstream>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "engine/case/values.hpp"

namespace pykala::tests {

using cases::text_of;

void tell_recipients(flow_world& w, const std::string& number) {
    for (const auto& each : w.state(number).recipients)
        w.take(number, "officer", "record_recipient", {{"recipient", each.id}, {"result", "sent"}});
    w.work();  // what closing asks of the registers
}

std::string record_with(flow_world& w, bool voucher, const std::string& reg,
                        const std::string& hetu, const std::string& column) {
    const auto people = find_everywhere(w.registers, {{"hetu", {hetu}}});
    for (std::size_t i = 0; i < people.size(); ++i) {
        if (w.registers.ports[i]->id() != reg) continue;
        for (const auto& held : w.registers.ports[i]->read(people[i], w.time.on)->records)
            for (const auto& field : held.fields)
                if (field.column == column && (!voucher || held.voucher)) return held.facts.id;
    }
    return {};
}

void settle(flow_world& w, const std::string& number) {
    std::set<std::string> rules;
    for (const auto& [id, held] : w.state(number).records)
        if (cases::flag_of(held.assessed, "confirm"))
            rules.insert(text_of(cases::member(held.assessed, "governing")["rule"]));
    for (const auto& rule : rules)
        w.take(number, "officer", "lift_house_rule",
               {{"rule", rule}, {"reason", "Ei enää tarpeen."}});
    value_array waiting;
    for (const auto& [id, held] : w.state(number).records)
        if (text_of(held.assessed, "outcome") == "review") waiting.emplace_back(id);
    if (!waiting.empty())
        w.take(number, "officer", "decide_records",
               {{"records", waiting},
                {"decision", "erase"},
                {"erasure_ground", "17_1_a"},
                {"reason", "Ei enää tarpeen."}});
}

std::string close_erasure(flow_world& w, const std::string& number) {
    settle(w, number);
    const auto refused = w.attempt(number, "officer", "propose_erasure");
    if (!refused.empty())
        w.take(number, "officer", "propose_partial_erasure", {{"reason", "Laki vaatii."}});
    w.take(number, "reviewer", "approve");
    w.work();
    for (const auto& each : w.state(number).recipients)
        w.take(number, "officer", "record_recipient", {{"recipient", each.id}, {"result", "sent"}});
    return w.state(number).outcome;
}

namespace {

void finish_rectification(flow_world& w, const std::string& number, const std::string& field) {
    w.take(number, "officer", "decide_fields",
           {{"fields", value_array{value(field)}},
            {"field_result", "corrected"},
            {"value", "+358401234567"}});
    w.take(number, "officer", "rectify");
    w.work();
    tell_recipients(w, number);
}

void finish_restriction(flow_world& w, const std::string& number) {
    value_array all;
    for (const auto& [id, held] : w.state(number).records) all.emplace_back(id);
    w.take(number, "officer", "decide_records",
           {{"records", all}, {"decision", "restrict"}, {"restriction_ground", "18_1_c"}});
    w.take(number, "officer", "restrict");
    w.work();
    tell_recipients(w, number);
    w.take(number, "officer", "warn_of_lifting",
           {{"lift_reason", "claims_ended"}, {"reason", "Asia on selvä."}});
    w.time.set(w.time.on + std::chrono::days(40));
    if (!w.fulfilment->run_due()) throw std::runtime_error("timers");
    w.take(number, "officer", "lift");
    w.work();
}

}  // namespace

std::string finish(flow_world& w, const std::string& right) {
    const auto who = sample_person_of(w.registers.tenant, 0);
    value_object more;
    const auto field = record_with(w, false, "crm", who.hetu, "phone") + "/phone";
    if (right == "rectification")
        more.emplace("request",
                     value_object{{"fields", value_array{value_object{{"field", field},
                                                                      {"value", "+358401"}}}}});
    if (right == "objection") more = {{"kind", "direct_marketing"}, {"marketing_target", true}};
    const auto number = w.file(right, who.hetu, who.name, std::move(more));
    w.work();
    if (right == "access" || right == "portability") look_before_release(w, number);
    if (right == "access") w.take(number, "officer", "release");
    if (right == "portability")
        w.take(number, "officer", "release_within_scope", {{"reason", "20 artiklan mukaan."}});
    if (right == "erasure") close_erasure(w, number);
    if (right == "rectification") finish_rectification(w, number, field);
    if (right == "restriction") finish_restriction(w, number);
    w.work();
    return number;
}

std::string bytes_below(const std::filesystem::path& folder) {
    std::string all;
    for (const auto& each : std::filesystem::recursive_directory_iterator(folder)) {
        if (!each.is_regular_file()) continue;
        std::ifstream file(each.path(), std::ios::binary);
        all.append(std::istreambuf_iterator<char>(file), {});
    }
    return all;
}

}  // namespace pykala::tests
