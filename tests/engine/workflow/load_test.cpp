// Protects the reading of workflow files into values: a key that is read wrongly would change what
// a case may do while the check, which sees the same values, stays silent. A small file with every
// key is read and compared key by key.
#include <doctest/doctest.h>

#include "engine/load/load_workflow.hpp"

#include "tests/support/workflows.hpp"

using namespace pykala;
using namespace pykala::tests;
using workflow::name_list;

namespace {

const source_text small{"workflows/erasure.toml", R"toml(schema = 1
id = "erasure"
version = 7
right = "erasure"
cite = ["gdpr art. 17"]
kinds = ["one", "two"]
[title]
fi = "f"
sv = "s"
en = "e"
[assurance]
default = ["visit_id"]
[state]
verifying = { kind = "open", clock = "paused", pause = "practice.q", pause_requires = ["a"], pause_unless = ["b"] }
received = { kind = "initial", clock = "running" }
[transition.move]
from = ["received", "verifying"]
to = "verifying"
by = ["officer", "system"]
at_once = true
system_requires = ["s"]
after = "wait"
requires = ["r1", "r2"]
unless = ["u"]
input = { ground = ["12_6"], reason = "text" }
optional = { note = "text" }
sends = ["letter"]
does = ["second", "first"]
outcome = "refused"
not_same_person_as = ["stay"]
kinds = ["two"]
cite = ["gdpr art. 12(3)"]
[transition.stay]
from = ["received"]
to = "same"
by = ["officer"]
[timer]
wait = { wait = "14 days", reason = "why", starts = "on:verifying", does = ["x"] }
rule = { rule = "gdpr.answer", starts = "arrival", until = "answer_dispatched", does = ["x"] }
day = { date = "erase_on", starts = "by:move", does = ["x"] }
)toml"};

}  // namespace

TEST_SUITE("engine/load/load_workflow") {
    TEST_CASE("load: every key of a workflow arrives") {
        diagnostics findings;
        const auto set = load_workflows({small}, findings);
        for (const auto& each : findings) FAIL_CHECK(to_string(each));
        REQUIRE(set.workflows.contains("erasure"));
        const auto& d = set.workflows.find("erasure")->second;
        CHECK(d.version == 7);
        CHECK(d.kinds == name_list{"one", "two"});
        CHECK(d.title.sv == "s");
        CHECK(d.assurance.find("default")->second == name_list{"visit_id"});
        CHECK(workflow::initial_state(d).name == "received");
        const auto& s = *find_state(d, "verifying");
        CHECK(s.clock == workflow::state_clock::paused);
        CHECK(s.pause == "practice.q");
        CHECK(s.pause_requires == name_list{"a"});
        CHECK(s.pause_unless == name_list{"b"});
        const auto& t = *find_transition(d, "move");
        CHECK(t.from == name_list{"received", "verifying"});
        CHECK(t.target("received") == "verifying");
        CHECK(find_transition(d, "stay")->target("received") == "received");
        CHECK(t.by == name_list{"officer", "system"});
        CHECK(t.at_once);
        CHECK(t.system_requires == name_list{"s"});
        CHECK(t.after == "wait");
        CHECK(t.requires_all == name_list{"r1", "r2"});
        CHECK(t.unless == name_list{"u"});
        CHECK(t.sends == name_list{"letter"});
        CHECK(t.does == name_list{"second", "first"});
        CHECK(t.outcome == "refused");
        CHECK(t.not_same_person_as == name_list{"stay"});
        CHECK(t.kinds == name_list{"two"});
        CHECK(t.cite == name_list{"gdpr art. 12(3)"});
        REQUIRE(t.inputs.size() == 3);
        CHECK(t.inputs[0].type == "choice");
        CHECK(t.inputs[0].choices == name_list{"12_6"});
        CHECK(t.inputs[1].type == "text");
        CHECK(t.inputs[1].required);
        CHECK(!t.inputs[2].required);
    }

    TEST_CASE("load: timers start by arrival or state or transition") {
        diagnostics findings;
        const auto set = load_workflows({small}, findings);
        const auto& d = set.workflows.find("erasure")->second;
        const auto& wait = *find_timer(d, "wait");
        CHECK(wait.wait == "14 days");
        CHECK(wait.reason == "why");
        CHECK(wait.start == workflow::timer_start::on_state);
        CHECK(wait.starts_at == "verifying");
        const auto& rule = *find_timer(d, "rule");
        CHECK(rule.start == workflow::timer_start::arrival);
        CHECK(rule.rule == "gdpr.answer");
        CHECK(rule.until == "answer_dispatched");
        const auto& day = *find_timer(d, "day");
        CHECK(day.start == workflow::timer_start::by_transition);
        CHECK(day.date == "erase_on");
        CHECK(day.does == name_list{"x"});
    }

    TEST_CASE("load: a start that is none of the three is a finding at its place") {
        auto text = small;
        const std::string from = "starts = \"arrival\"", to = "starts = \"after:x\"";
        text.text.replace(text.text.find(from), from.size(), to);
        diagnostics findings;
        load_workflows({text}, findings);
        REQUIRE(findings.size() == 1);
        CHECK(findings.front().code == "S03");
        CHECK(findings.front().line == 39);
    }

    TEST_CASE("load: passes over what lies elsewhere") {
        diagnostics findings;
        const auto set = load_workflows(
            {{"policies/classes.toml", "x"}, {"workflows/old/erasure.toml", "x"}}, findings);
        CHECK(findings.empty());
        CHECK(set.workflows.empty());
    }
}
