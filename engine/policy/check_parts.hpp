// The parts of the policy check, one source each.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "engine/base/diagnostic.hpp"
#include "engine/base/nearest.hpp"
#include "engine/policy/model.hpp"

namespace pykala::checking {

struct context {
    const policy_set& set;
    diagnostics& findings;

    void error(const place& where, std::string code, std::string message,
               std::string hint = {}) const {
        findings.push_back(diagnostic_at(where, severity::error, std::move(code),
                                         std::move(message), std::move(hint)));
    }
    void warning(const place& where, std::string code, std::string message,
                 std::string hint = {}) const {
        findings.push_back(diagnostic_at(where, severity::warning, std::move(code),
                                         std::move(message), std::move(hint)));
    }
    place at(const place& table, std::string_view key, int index = -1) const {
        return set.places.of(table, key, index);
    }
    // Whether the file wrote the key in that table.
    bool written(const place& table, std::string_view key) const {
        return set.places.holds(table, key);
    }
};

// Every rule of the set: statutory, then those of the packs.
template <class Visit>
void each_rule(const policy_set& set, Visit visit) {
    for (const auto& [id, each] : set.rules) visit(each);
    for (const auto& [pack_id, owner] : set.packs)
        for (const auto& [id, each] : owner.house) visit(each);
}

void check_files(const context& in, std::optional<date> today);  // P12, P13

void check_names(const context& in);      // P01, P02
void check_examples(const context& in);   // P03, P04, P05 of rules
void check_deadlines(const context& in);  // P03, P04, P05 of time limits
void check_rules(const context& in);      // P06, P07, P20, P21
void check_packs(const context& in);      // P08, P10
void check_marks(const context& in);      // P09, P11, P22 to P25

// Versions in order of their days, none twice.
void check_versions(const context& in, std::string_view id,
                    const std::vector<rule_version>& versions);

}  // namespace pykala::checking
