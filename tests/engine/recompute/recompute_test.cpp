// Protects the second look at a case: what the engine did is computed again without a difference,
// and whatever is changed afterwards is found. Cases come from random commands over the real
// workflows and policies; then every value of every event is changed, one at a time.
#include "engine/recompute/recompute.hpp"

#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/case/decide.hpp"
#include "engine/case/values.hpp"

#include "tests/support/desk_world.hpp"
#include "tests/support/random_case.hpp"

using namespace pykala;
using namespace pykala::cases;

namespace {

constexpr auto tenant = "valkeakoski";

const std::vector<std::string> rights = {"access",      "rectification", "erasure",
                                         "restriction", "portability",   "objection"};

struct tree_laws final : recompute::law_source {
    result<std::shared_ptr<const cases::procedure>> procedure(std::string_view right,
                                                              const log::digest&) override {
        if (auto found = tests::procedure_of(std::string(right))) return found;
        return fail(problem_kind::invalid, "no_such_right", "there is none");
    }
    result<std::shared_ptr<const tenant_law>> law(const log::digest&, date day) override {
        return tests::law_of(tenant, day);
    }
};

using history = std::vector<recompute::shown_event>;

history random_case(const std::string& right, std::uint64_t seed) {
    history events;
    for (auto& e : tests::random_case(tenant, right, seed)) events.push_back({std::move(e), {}});
    return events;
}

date utc_day(instant at) {
    return std::chrono::floor<std::chrono::days>(at);
}

recompute::outcome again(const history& events) {
    tree_laws laws;
    return recompute::recompute_case(events, laws, utc_day);
}

std::string told(const recompute::outcome& out) {
    std::string all;
    for (const auto& each : out.differences)
        all += fmt::format("{} {} {}\n", each.seq, each.code, each.detail);
    return all;
}

void close_class(history& events, log::data_class of, recompute::closed_because why) {
    for (auto& shown : events)
        for (auto at = shown.happened.fields.begin(); at != shown.happened.fields.end();) {
            if (at->second.of != of) {
                ++at;
                continue;
            }
            shown.closed.emplace(at->first, recompute::closed_field{of, why});
            at = shown.happened.fields.erase(at);
        }
}

// Changes the values below one by one, in place; `try_it` looks at each and gets its path.
template <class Try>
void change_each(value& v, const std::string& path, const Try& try_it) {
    const value was = v;
    if (auto* members = v.as_object()) {
        std::vector<std::string> keys;
        for (const auto& [key, held] : *members) keys.push_back(key);
        for (const auto& key : keys) {
            const bool id = key.find('/') != std::string::npos;
            const auto below = path + (id ? ".*" : "." + key);
            change_each(v.as_object()->find(key)->second, below, try_it);
            v.as_object()->erase(key);
            try_it(below);
            v = was;
        }
    } else if (auto* items = v.as_array()) {
        for (std::size_t i = 0; i < items->size(); ++i)
            change_each(v.as_array()->at(i), path + "[]", try_it);
        if (!items->empty()) {
            v.as_array()->pop_back();
            try_it(path + "[]");
            v = was;
        }
    } else {
        if (const auto* flag = was.as_bool())
            v = !*flag;
        else if (const auto day = date_of(was))
            v = to_string(*day + std::chrono::days(1));
        else if (const auto* text = was.as_string())
            v = *text + "x";
        else
            v = "x";
        try_it(path);
        v = was;
    }
}

}  // namespace

TEST_SUITE("engine/recompute") {
    TEST_CASE("recompute: random cases of each right are computed again without a difference") {
        for (const auto& right : rights) {
            recompute::outcome all;
            for (std::uint64_t seed = 1; seed <= 40; ++seed) {
                CAPTURE(right);
                CAPTURE(seed);
                auto events = random_case(right, seed);
                const auto out = again(events);
                CHECK(told(out) == "");
                CHECK(out.transitions == events.size());
                CHECK(out.not_possible.empty());
                close_class(events, log::data_class::content, recompute::closed_because::shredded);
                CHECK(told(again(events)) == "");
                close_class(events, log::data_class::deferred_erasure,
                            recompute::closed_because::masked);
                const auto less = again(events);
                CHECK(told(less) == "");
                CHECK(less.transitions == events.size());
                CHECK(less.deadlines == out.deadlines);
                close_class(events, log::data_class::decision_facts,
                            recompute::closed_because::shredded);
                const auto least = again(events);
                CHECK(told(least) == "");
                CHECK(least.transitions == 0);
                CHECK(least.deadlines >= 10);
                CHECK(least.not_possible.at("shredded") == events.size());
                all.transitions += out.transitions;
                all.decisions += out.decisions;
                all.deadlines += out.deadlines;
            }
            MESSAGE(fmt::format("{}: {} transitions, {} deadlines, {} decisions", right,
                                all.transitions, all.deadlines, all.decisions));
        }
    }
    TEST_CASE("recompute: every value of every event that follows from others is found changed") {
        std::map<std::string, int> missed;
        std::map<std::string, int> tries;
        std::size_t tried = 0;
        for (const auto& right : rights) {
            for (std::uint64_t seed = 1; seed <= 6; ++seed) {
                auto events = random_case(right, seed);
                for (auto& shown : events)
                    for (auto& [name, field] : shown.happened.fields)
                        change_each(field.held, name, [&](const std::string& path) {
                            if (++tries[shown.happened.kind + " " + path] > 2) return;
                            ++tried;
                            if (again(events).differences.empty()) ++missed[path];
                        });
            }
        }
        // what somebody said, or a register answered: nothing that it could follow from
        for (const std::string input :
             {"actor", "calls", "filed.scope", "flags", "found.records[]", "in_", "known.",
              "person", "recipients", "request.", "searched", "who."})
            std::erase_if(missed, [&](const auto& each) { return each.first.starts_with(input); });
        for (const auto& [path, n] : missed) FAIL_CHECK(path << " is missed " << n << " times");
        MESSAGE(fmt::format("{} changes tried", tried));
        CHECK(tried > 1'500);
    }
}
