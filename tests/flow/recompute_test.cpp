// Protects the auditor's proof of real cases: each of the six rights on its whole way over real
// registers, exported as the auditor gets it, proved and computed again from the file alone.
#include <functional>
#include <set>
#include <stdexcept>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/case/values.hpp"

#include "tests/support/flow_steps.hpp"
#include "tests/support/forged_bundle.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

std::string findings_of(const storage::verify::report& report) {
    std::string all;
    for (const auto& each : report.findings) all += each.code + ": " + each.detail + "\n";
    return all;
}

void check_proof(flow_world& w, const std::string& number) {
    const auto report = w.proof(w.bundle({number}));
    CHECK(findings_of(report) == "");
    CHECK(report.cases == 1);
    CHECK(report.recomputed.transitions == report.events);
    CHECK(report.recomputed.deadlines > 10);
    CHECK(report.recomputed.not_possible.empty());
    MESSAGE(fmt::format("{}: {} events, {} deadlines, {} transitions, {} decisions", number,
                        report.events, report.recomputed.deadlines, report.recomputed.transitions,
                        report.recomputed.decisions));
    CHECK(findings_of(w.proof(w.bundle())) == "");
}

// Codes found, each once.
std::set<std::string> codes_of(const storage::verify::report& report) {
    std::set<std::string> codes;
    for (const auto& each : report.findings) codes.insert(each.code);
    return codes;
}

value_object& event_named(event_lines& events, std::string_view kind) {
    for (auto& each : events)
        if (*body_of(each).at("kind").as_string() == kind) return each;
    throw std::runtime_error("no event " + std::string(kind));
}

// The first event that opens a field.
value_object& event_with(event_lines& events, std::string_view field) {
    for (auto& each : events)
        for (const auto& f : *each.at("fields").as_array())
            if (f["name"] == value(std::string(field)) && f["state"] == value("opened"))
                return each;
    throw std::runtime_error("no event with " + std::string(field));
}

value& first_assessment(event_lines& events, std::string_view member) {
    for (auto& [id, answer] : *held(event_with(events, "assessed"), "assessed").as_object())
        if (auto& all = *answer.as_object();
            all.contains(member) && !all.find(member)->second.is_null())
            return all.find(member)->second;
    throw std::runtime_error("no assessment with " + std::string(member));
}

value& member_of(value& object, const char* name) {
    return object.as_object()->at(name);
}

struct forgery {
    std::string what;
    const char* code;
    std::function<void(event_lines&)> edit;
};

const std::vector<forgery>& forgeries() {
    using lines = event_lines;
    static const std::vector<forgery> all = {
        {"a later due day", "deadline",
         [](lines& l) { member_of(held(l[0], "dates"), "due_on") = "2027-01-20"; }},
        {"a later statutory day", "deadline",
         [](lines& l) { member_of(held(l[0], "dates"), "statutory_on") = "2027-01-20"; }},
        {"an earlier arrival", "deadline",
         [](lines& l) { member_of(held(l[0], "filed"), "received_on") = "2026-11-01"; }},
        {"a timer that is gone", "deadline", [](lines& l) { drop_field(l[0], "timers"); }},
        {"another day of an event", "deadline",
         [](lines& l) { body_of(l.back())["on"] = "2026-11-19"; }},
        {"another state", "transition",
         [](lines& l) { member_of(held(event_named(l, "approve"), "moved"), "to") = "closed"; }},
        {"another transition", "transition",
         [](lines& l) { body_of(event_named(l, "approve"))["kind"] = "send_back"; }},
        {"another outcome", "transition",
         [](lines& l) { held(event_with(l, "outcome"), "outcome") = "withdrawn"; }},
        {"a letter that is gone", "transition",
         [](lines& l) { drop_field(event_with(l, "letters"), "letters"); }},
        {"another letter", "transition",
         [](lines& l) {
             auto& letter = held(event_with(l, "letters"), "letters").as_array()->front();
             member_of(letter, "name") = "refusal";
         }},
        {"a fact that never held", "transition",
         [](lines& l) {
             member_of(held(event_with(l, "marks"), "marks"), "set") = value_array{"identified"};
         }},
        {"a role that may not", "transition",
         [](lines& l) { body_of(event_named(l, "approve"))["actor"] = "customer"; }},
        {"four eyes of one person", "transition",
         [](lines& l) { held(event_named(l, "approve"), "actor") = "officer-1"; }},
        {"an approval by nobody", "transition",
         [](lines& l) { drop_field(event_named(l, "approve"), "actor"); }},
        {"a customer who is somebody else", "transition",
         [](lines& l) { held(l[0], "actor") = std::string(64, 'a'); }},
        {"an instant of arrival on another day", "deadline",
         [](lines& l) {
             held(l[0], "filed")
                 .as_object()
                 ->insert_or_assign("received_at", "2026-11-19T08:00:00.000Z");
         }},
        {"an approval that never was", "transition",
         [](lines& l) {
             std::erase_if(
                 l, [](value_object& e) { return body_of(e).at("kind") == value("approve"); });
         }},
        {"a step of the system that is gone", "transition",
         [](lines& l) { l.erase(l.begin() + 1); }},
        {"another outcome of a record", "decision",
         [](lines& l) { first_assessment(l, "outcome") = "review"; }},
        {"a longer hold", "decision",
         [](lines& l) { first_assessment(l, "retain_until") = "2040-01-01"; }},
        {"another citation", "decision",
         [](lines& l) { member_of(first_assessment(l, "governing"), "cite") = "1 §"; }},
        {"an order that is gone", "decision",
         [](lines& l) { drop_field(event_named(l, "approve"), "orders"); }},
        {"an erasure that is not ordered", "decision",
         [](lines& l) {
             auto& orders = *held(event_named(l, "approve"), "orders").as_array();
             member_of(orders.front(), "records").as_array()->pop_back();
         }},
        {"a decision about a record that the law keeps", "transition",
         [](lines& l) {
             auto& records =
                 member_of(held(event_named(l, "decide_records"), "decided"), "records");
             const auto& assessed = *held(event_with(l, "assessed"), "assessed").as_object();
             for (const auto& [id, answer] : assessed)
                 if (answer["outcome"] == value("retain") && answer["liftable"] == value(false)) {
                     records.as_array()->push_back(id);
                     held(event_named(l, "decide_records"), "in_records") = records;
                     return;
                 }
         }},
    };
    return all;
}

}  // namespace

TEST_SUITE("flow/recompute") {
    TEST_CASE("recompute: a finished case of each right is computed again from its bundle") {
        const std::pair<const char*, const char*> all[] = {
            {"kuopio", "access"},       {"kss", "rectification"}, {"valkeakoski", "erasure"},
            {"kokkola", "restriction"}, {"turku", "portability"}, {"kss", "objection"},
            {"kuopio", "erasure"}};
        for (const auto& [tenant, right] : all) {
            CAPTURE(tenant);
            CAPTURE(right);
            flow_world w(tenant);
            check_proof(w, finish(w, right));
        }
    }
    TEST_CASE("recompute: cases of one person prove what they knew of each other") {
        flow_world w("valkeakoski");
        const auto who = sample_person_of("valkeakoski", 0);
        const auto access = w.file("access", who.hetu, who.name);
        const auto erasure = w.file("erasure", who.hetu, who.name);
        w.work();
        settle(w, erasure);
        CHECK(w.attempt(erasure, "officer", "propose_partial_erasure",
                        {{"reason", "Laki vaatii."}}) == "needs_access_answered_first");
        look_before_release(w, access);
        w.take(access, "officer", "release");
        w.work();
        close_erasure(w, erasure);
        w.work();
        const auto report = w.proof(w.bundle());
        CHECK(findings_of(report) == "");
        CHECK(report.recomputed.interlocks > 20);
        const auto some = w.proof(w.bundle({erasure}));
        CHECK(findings_of(some) == "");
        CHECK(some.recomputed.interlocks == 0);
    }
    TEST_CASE("recompute: what is changed by who holds the signing key is found all the same") {
        flow_world w("valkeakoski");
        const auto number = finish(w, "erasure");
        const auto bundle = w.bundle({number});
        CHECK(findings_of(w.proof(forge(bundle, *w.keys, [](event_lines&) {}))) == "");
        for (const auto& each : forgeries()) {
            CAPTURE(each.what);
            const auto report = w.proof(forge(bundle, *w.keys, each.edit));
            const auto codes = codes_of(report);
            CHECK(codes.contains(each.code));
            // signatures, tree and commitments fit: the engine alone can tell
            for (const auto& code : codes)
                CHECK((code == "deadline" || code == "transition" || code == "decision"));
            for (const auto& found : report.findings) CHECK(found.line > 0);
        }
        CHECK(forgeries().size() == 24);
    }
}
