#include "tests/support/scenario.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/case/values.hpp"

#include "tests/support/desk_world.hpp"
#include "tests/support/tree.hpp"

namespace pykala::tests {
namespace {

using words = std::vector<std::string>;

// Blanks part words, except inside `"…"`.
words words_of(const std::string& line) {
    words all;
    std::string word;
    bool quoted = false, any = false;
    for (const char c : line) {
        if (c == '"') {
            quoted = !quoted;
            any = true;
        } else if (!quoted && c == ' ') {
            if (any) all.push_back(std::exchange(word, {}));
            any = false;
        } else {
            word += c;
            any = true;
        }
    }
    if (any) all.push_back(word);
    return all;
}

std::vector<std::string> parts_of_text(const std::string& text, char mark) {
    std::vector<std::string> all;
    std::string part;
    for (const char c : text + mark) {
        if (c != mark) {
            part += c;
            continue;
        }
        const auto first = part.find_first_not_of(' ');
        if (first != std::string::npos)
            all.push_back(part.substr(first, part.find_last_not_of(' ') - first + 1));
        part.clear();
    }
    return all;
}

value list_value_of(const std::string& text) {
    value_array all;
    for (auto& part : parts_of_text(text, ',')) all.emplace_back(std::move(part));
    return all;
}

std::pair<std::string, std::string> named(const std::string& word) {
    const auto sign = word.find('=');
    return {word.substr(0, sign), sign == std::string::npos ? "" : word.substr(sign + 1)};
}

const std::set<std::string> dates_of_record = {"event", "contract_end", "role_end",
                                               "accounting_period_end"};
const std::set<std::string> listed = {"records",           "fields",          "purposes",
                                      "categories",        "request.records", "request.purposes",
                                      "request.categories"};

value_object record_of_words(const words& line) {
    value_object record{{"id", line[1]}};
    record.emplace("category", line[1].substr(line[1].find('#') + 1));
    value_object dates;
    for (std::size_t i = 2; i < line.size(); ++i) {
        const auto [name, given] = named(line[i]);
        if (dates_of_record.contains(name))
            dates.emplace(name, given);
        else if (name == "hold")
            record.emplace("holds",
                           value_array{value_object{{"reason", "dispute"}, {"until", given}}});
        else
            record.insert_or_assign(name, given);
    }
    if (!dates.empty()) record.emplace("dates", std::move(dates));
    return record;
}

value_object inputs_of_words(const words& line, std::size_t from) {
    value_object inputs;
    for (std::size_t i = from; i < line.size(); ++i) {
        const auto [name, given] = named(line[i]);
        value held = given;
        if (given == "yes" || given == "no") held = given == "yes";
        if (listed.contains(name)) held = list_value_of(given);
        const auto dot = name.find('.');
        if (dot == std::string::npos) {
            inputs.insert_or_assign(name, std::move(held));
            continue;
        }
        auto inner = cases::object_of(cases::member(inputs, name.substr(0, dot)));
        if (name == "request.field") {  // several may follow each other
            auto field = value_object{{"field", parts_of_text(given, ',')[0]}};
            for (const auto& mark : parts_of_text(given, ','))
                if (mark == "voucher" || mark == "self_service") field.emplace(mark, true);
            value_array fields;
            if (const auto* before = cases::member(inner, "fields").as_array()) fields = *before;
            fields.emplace_back(std::move(field));
            inner.insert_or_assign("fields", std::move(fields));
        } else {
            inner.insert_or_assign(name.substr(dot + 1), std::move(held));
        }
        inputs.insert_or_assign(name.substr(0, dot), std::move(inner));
    }
    return inputs;
}

class runner {
public:
    explicit runner(std::string file) : file_(std::move(file)) {}

    scenario_outcome run(const std::string& text) {
        int number = 0;
        for (const auto& line : lines_of(text)) {
            ++number;
            here_ = fmt::format("{}:{}", file_, number);
            const auto bare = line.substr(0, line.find("  # "));
            if (bare.empty() || bare.starts_with("#")) continue;
            if (bare.starts_with("day "))
                step(bare);
            else
                direct(words_of(bare));
        }
        return std::move(out_);
    }

private:
    void fault(std::string what) {
        out_.faults.push_back(fmt::format("{}: {}", here_, std::move(what)));
    }

    // Lines that describe the world.
    void direct(const words& line) {
        if (line[0] == "tenant") {
            words registers(line.begin() + 3, line.end());
            world_ = std::make_unique<desk_world>(line[1], registers);
            numbers_.clear();
            found_ = {};
            records_.clear();
        } else if (line[0] == "case") {
            label_ = line[1];
        } else if (line[0] == "record") {
            records_[line[1]] = record_of_words(line);
        } else if (line[0] == "forget") {
            records_.erase(line[1]);
        } else if (line[0] == "found") {
            for (std::size_t i = 1; i < line.size(); ++i) note_found(named(line[i]));
        } else {
            fault(fmt::format("no such line: `{}`", line[0]));
        }
    }

    void note_found(const std::pair<std::string, std::string>& what) {
        if (what.first == "searched") found_.searched = parts_of_text(what.second, ',');
        if (what.first == "recipients") found_.recipients = parts_of_text(what.second, ',');
        if (what.first == "flags") found_.flags = parts_of_text(what.second, ',');
        if (what.first == "calls") found_.calls = parts_of_text(what.second, ',');
        if (what.first == "person") found_.person = what.second;
    }

    void step(const std::string& line) {
        const auto arrow = line.rfind(" -> ");
        if (arrow == std::string::npos) return fault("a day needs ` -> ` and what comes of it");
        auto left = words_of(line.substr(0, arrow));
        const auto expected = parts_of_text(line.substr(arrow + 4), ',');
        const auto day = parse_date(left.at(1));
        if (!day) return fault("no such day");
        world_->time.set(*day);
        events_before_ = numbers_.contains(label_) ? world_->state(number()).version : 0;
        const auto answer = act(left);
        if (!answer && expected[0] != "refuses " + answer.error().code)
            return fault(fmt::format("expected {}, refuses {}: {}", fmt::join(expected, ", "),
                                     answer.error().code, answer.error().detail));
        if (!answer) return;
        note_taken();
        compare(expected);
    }

    std::string number() const { return numbers_.at(label_); }

    result<desk::reply> act(const words& left) {
        const auto& role = left.at(2);
        if (!numbers_.contains(label_) && std::ranges::find(left, "file") == left.end())
            return fail(problem_kind::invalid, "no_case", "this case was never filed");
        if (role == "timers") return fire();
        if (role == "registers") return answer_orders(left);
        // the name of a person is no verb: verbs hold `_`, `=` or are known
        std::size_t verb = 3;
        const auto is_verb = [&](const std::string& word) {
            return word == "file" || any_transition(word);
        };
        std::string who = role;
        if (!is_verb(left.at(3))) who = left.at(verb++);
        cases::command what;
        what.by = {role, role == "system" ? "" : who};
        what.name = left.at(verb);
        auto from = verb + 1;
        if (what.name == "file") {
            what.kind = cases::command_kind::file;
            what.inputs = inputs_of_words(left, from + 1);
            what.inputs.emplace("right", left.at(from));
            what.inputs.emplace("language", "fi");
            what.inputs.emplace("received_on", left.at(1));
            auto filed = world_->file(what);
            if (filed) numbers_[label_] = filed->given.numbers.front();
            if (filed) right_[label_] = left.at(from);
            return filed;
        }
        what.inputs = inputs_of_words(left, from);
        auto taken = world_->execute(number(), what);
        if (!taken) out_.refused.emplace(right_[label_], what.name);
        return taken;
    }

    bool any_transition(const std::string& word) const {
        for (const auto* right :
             {"access", "erasure", "objection", "portability", "rectification", "restriction"})
            if (workflow::find_transition(procedure_of(right)->flow, word)) return true;
        return false;
    }

    result<desk::reply> fire() {
        result<desk::reply> last{desk::reply{}};
        for (int round = 0; round < 50; ++round) {
            const auto begun = world_->desk.fire_timers(100, [&](result<desk::reply> given) {
                if (!given) last = std::move(given);
            });
            if (!begun) return std::unexpected(begun.error());
            if (*begun == 0 || !last) break;
        }
        return last;
    }

    // `registers answer|keep ID|fail|answer VERB`: what the registers say to the open orders.
    result<desk::reply> answer_orders(const words& left) {
        result<desk::reply> last = fail(problem_kind::invalid, "no_order", "no order waits");
        const auto& how = left.at(3);
        const auto state = world_->state(number());
        for (const auto& order : state.orders) {
            if (order.result == "done" || order.result == "held") continue;
            if (how == "answer" && left.size() > 4 && order.verb != left[4]) continue;
            desk::enclosure with;
            with.findings = cases::register_findings{};
            with.findings->recipients = found_.recipients;
            cases::command what{.name = "record_register_answer", .by = {"system", {}}};
            what.inputs = {{"order", order.id}, {"result", how == "fail" ? "failed" : "done"}};
            if (order.verb == "read") with.findings = found_in(order.at);
            if (order.verb == "find") {
                with.findings->recipients.clear();
                with.findings->person = found_.person;
            }
            if (how == "keep" && order.verb == "erase" &&
                std::ranges::find(order.records, left.at(4)) != order.records.end()) {
                what.inputs["result"] = "held";
                with.findings->kept = {left[4]};
                with.findings->records = {records_.at(left[4])};
            }
            last = world_->execute(number(), what, with);
            if (!last) return last;
        }
        return last;
    }

    cases::register_findings found_in(const std::string& name) {
        auto findings = found_;
        for (const auto& [id, record] : records_)
            if (id.starts_with(name + "/")) findings.records.push_back(record);
        return findings;
    }

    void note_taken() {
        if (!numbers_.contains(label_)) return;
        const auto open = world_->desk.read(number());
        for (const auto& e : open->events)
            if (e.seq >= events_before_) out_.taken.emplace(right_[label_], e.kind);
    }

    void compare(const std::vector<std::string>& expected) {
        const auto c = world_->state(number());
        if (expected[0] != c.state) fault(fmt::format("expected {}, is {}", expected[0], c.state));
        for (std::size_t i = 1; i < expected.size(); ++i)
            if (const auto is = differs(c, words_of(expected[i])); !is.empty())
                fault(fmt::format("expected {}, is {}", expected[i], is));
    }

    template <class List>
    static std::string unless_in(const List& list, const std::string& name) {
        if (std::ranges::find(list, name) != list.end()) return {};
        return fmt::format("{}", fmt::join(list, " "));
    }

    static std::string unless_day(const std::optional<date>& day, const std::string& text) {
        const auto is = day ? to_string(*day) : "none";
        return is == text ? "" : is;
    }

    // Empty when it holds; else what is there instead.
    std::string differs(const cases::case_state& c, const words& w) const {
        const auto& what = w[0];
        if (what == "due") return unless_day(c.due.due_on, w[1]);
        if (what == "act_by") return unless_day(c.due.act_by, w[1]);
        if (what == "statutory") return unless_day(c.due.statutory_on, w[1]);
        if (what == "tolled") return unless_day(c.due.tolled_due_on, w[1]);
        if (what == "extended") return unless_day(c.extended_to, w[1]);
        if (what == "answered") return unless_day(c.answered_on, w[1]);
        if (what == "outcome") return c.outcome == w[1] ? "" : c.outcome;
        if (what == "late") return c.late_refusal ? "" : "in time";
        if (what == "overdue") return c.overdue_noted ? "" : "not overdue";
        if (what == "not_overdue") return c.overdue_noted ? "overdue" : "";
        if (what == "paused") return c.paused_since ? "" : "running";
        if (what == "running") return c.paused_since ? "paused" : "";
        if (what == "fact") return unless_in(c.facts, w[1]);
        if (what == "no_fact") return c.facts.contains(w[1]) ? "there" : "";
        if (what == "alert") return unless_in(c.alerts, w[1]);
        if (what == "no_alert") return c.alerts.empty() ? "" : *c.alerts.begin();
        if (what == "letter") return letter(c, w[1]);
        if (what == "order") return order(c, w);
        if (what == "timer") return timer(c, w);
        if (what == "deferred") return deferred(c, w);
        if (what == "decision") return decision(c, w);
        return "no such expectation";
    }

    static std::string letter(const cases::case_state& c, const std::string& name) {
        words sent;
        for (const auto& each : c.letters) sent.push_back(each.name);
        return unless_in(sent, name);
    }

    // `order VERB [RESULT]`: the last one of the verb; `waits` while there is no answer.
    static std::string order(const cases::case_state& c, const words& w) {
        std::string is = "none";
        for (const auto& each : c.orders)
            if (each.verb == w[1]) is = each.result.empty() ? "waits" : each.result;
        if (w.size() < 3) return is == "none" ? "no such order" : "";
        return is == w[2] ? "" : is;
    }

    static std::string timer(const cases::case_state& c, const words& w) {
        std::string is = "none";
        for (const auto& each : c.timers) {
            if (each.name != w[1]) continue;
            is = to_string(each.fires_on);
            if (is == w[2]) break;
        }
        return is == w[2] ? "" : is;
    }

    static std::string deferred(const cases::case_state& c, const words& w) {
        for (const auto& each : c.deferred)
            if (each.record == w[1]) {
                const auto is = to_string(each.erase_on);
                if (is != w[2]) return is;
                return each.state == w[3] ? "" : each.state;
            }
        return "none";
    }

    static std::string decision(const cases::case_state& c, const words& w) {
        const auto found = c.records.find(w[1]);
        if (found == c.records.end()) return "no such record";
        const auto is = found->second.decision.empty()
                            ? cases::text_of(found->second.assessed, "outcome")
                            : found->second.decision;
        return is == w[2] ? "" : is;
    }

    std::string file_, here_, label_ = "A";
    scenario_outcome out_;
    std::unique_ptr<desk_world> world_;
    std::map<std::string, std::string> numbers_, right_;
    std::map<std::string, value_object> records_;
    cases::register_findings found_;
    std::uint64_t events_before_ = 0;
};

}  // namespace

scenario_outcome run_scenario(const std::string& file, const std::string& text) {
    return runner(file).run(text);
}

}  // namespace pykala::tests
