#include "engine/recompute/compare.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/case/values.hpp"

namespace pykala::recompute {
namespace {

constexpr std::size_t told_at_most = 20;  // of one event

constexpr auto days = std::to_array<std::string_view>(
    {"answered_on", "arrival", "dates", "extended_to", "fired", "in_force_on", "late",
     "order_due_on", "overdue", "pauses", "question_on", "timers"});

constexpr auto decisions = std::to_array<std::string_view>(
    {"assessed",      "calls",     "contested",    "decided",   "deferred",    "deferred_for",
     "evidence",      "exception", "flags",        "found",     "found_again", "house",
     "order_answer",  "orders",    "reattributed", "recipient", "recipients",  "refusal_ground",
     "release_check", "searched",  "uses"});

// Members of sealed fields that say nothing about a person.
constexpr auto plain_members = std::to_array<std::string_view>({"action",       "at",
                                                                "authority",    "cite",
                                                                "confirm",      "decision",
                                                                "erase_by",     "erase_on",
                                                                "finding",      "grade",
                                                                "ground",       "hold",
                                                                "last",         "liftable",
                                                                "on",           "outcome",
                                                                "reason",       "result",
                                                                "retain_until", "rule",
                                                                "state",        "statutory_until",
                                                                "upheld",       "verb"});

// What letters said when they left: written outside, of templates that are no part of the law.
constexpr std::string_view written_outside = "letter_texts";

bool stands_in(std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

// Of a record only its category is named.
std::string label_of(std::string_view key) {
    const auto mark = key.rfind('#');
    if (mark != std::string_view::npos) return fmt::format("[{}]", key.substr(mark + 1));
    return key.find('/') == std::string_view::npos ? fmt::format(".{}", key) : "[…]";
}

struct teller {
    const shown_event& shown;
    std::string_view field;
    std::vector<difference>& to;
    std::size_t& told;

    void tell(const std::string& what) {
        if (++told <= told_at_most)
            to.push_back({std::string(code_of_field(field)), shown.happened.seq,
                          fmt::format("`{}`: {}", shown.happened.kind, what)});
    }

    std::string text_of(const value& v, bool plain) const {
        if (v.is_null()) return "nothing";
        if (!plain || v.as_object() || v.as_array()) return "another value";
        if (const auto* flag = v.as_bool()) return *flag ? "true" : "false";
        if (const auto* number = v.as_integer()) return fmt::format("{}", *number);
        return fmt::format("`{}`", *v.as_string());
    }

    void leaf(const value& recorded, const value& computed, const std::string& path,
              std::string_view member) {
        const bool plain = cases::class_of_field(field) == log::data_class::open ||
                           stands_in(plain_members, member);
        tell(fmt::format("`{}` is recorded as {} and computed as {}", path,
                         text_of(recorded, plain), text_of(computed, plain)));
    }

    void differ(const value& recorded, const value& computed, const std::string& path,
                std::string_view member) {
        if (recorded == computed) return;
        const auto *left = recorded.as_object(), *right = computed.as_object();
        if (left && right) {
            for (const auto& [key, held] : *left)
                if (right->contains(key))
                    differ(held, computed[key], path + label_of(key), key);
                else
                    tell(
                        fmt::format("`{}` is recorded, and does not follow", path + label_of(key)));
            for (const auto& [key, held] : *right)
                if (!left->contains(key))
                    tell(fmt::format("`{}` is left out", path + label_of(key)));
            return;
        }
        const auto *one = recorded.as_array(), *other = computed.as_array();
        if (!one || !other) return leaf(recorded, computed, path, member);
        for (std::size_t i = 0; i < std::max(one->size(), other->size()); ++i)
            differ(i < one->size() ? one->at(i) : value(),
                   i < other->size() ? other->at(i) : value(), fmt::format("{}[{}]", path, i),
                   member);
    }
};

}  // namespace

std::string_view code_of_field(std::string_view field) {
    if (stands_in(days, field)) return "deadline";
    return stands_in(decisions, field) ? "decision" : "transition";
}

void compare(const shown_event& recorded, const cases::event& computed,
             std::vector<difference>& to) {
    std::size_t told = 0;
    const auto& had = recorded.happened;
    for (const auto& [name, field] : had.fields) {
        if (name == written_outside && !had["letters"].is_null()) continue;
        teller t{recorded, name, to, told};
        const auto found = computed.fields.find(name);
        if (found == computed.fields.end())
            t.tell(fmt::format("`{}` is recorded, and does not follow", name));
        else
            t.differ(field.held, found->second.held, name, name);
        if (field.of != cases::class_of_field(name))
            t.tell(fmt::format("`{}` is not of its class", name));
    }
    for (const auto& [name, field] : recorded.closed)
        if (!computed.fields.contains(name) &&
            (name != written_outside || had["letters"].is_null()))
            teller{recorded, name, to, told}.tell(
                fmt::format("`{}` is recorded, and does not follow", name));
    for (const auto& [name, field] : computed.fields)
        if (!had.fields.contains(name) && !recorded.closed.contains(name))
            teller{recorded, name, to, told}.tell(fmt::format("`{}` is left out", name));
    if (told > told_at_most)
        to.push_back({"transition", had.seq,
                      fmt::format("`{}`: {} differences more", had.kind, told - told_at_most)});
}

}  // namespace pykala::recompute
