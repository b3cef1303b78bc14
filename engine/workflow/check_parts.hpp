// What the parts of the check share. Not for other folders.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "engine/base/diagnostic.hpp"
#include "engine/workflow/check.hpp"
#include "engine/workflow/model.hpp"

namespace pykala::workflow {

struct check_context {
    const workflow_set& set;
    const law_names& law;
    diagnostics& findings;

    // At a key of a table, or at an element of its list.
    void report(const place& table, std::string_view key, int index, std::string code,
                std::string message, std::string hint = {}) const {
        findings.push_back(diagnostic_at(set.places.of(table, key, index), severity::error,
                                         std::move(code), std::move(message), std::move(hint)));
    }
};

void check_names(const check_context& context, const definition& d);  // W101 to W108
void check_shape(const check_context& context, const definition& d);  // W110 to W120
void check_paths(const check_context& context, const definition& d);  // W201 to W208, W117
void check_vocabulary(const check_context& context);                  // the lists among themselves
void check_unused(const check_context& context);                      // W109

inline bool has(const name_list& list, std::string_view name) {
    for (const auto& each : list)
        if (each == name) return true;
    return false;
}

// Transitions without kinds, or with one in common, can meet in one case.
inline bool kinds_meet(const transition& a, const transition& b) {
    if (a.kinds.empty() || b.kinds.empty()) return true;
    for (const auto& kind : a.kinds)
        if (has(b.kinds, kind)) return true;
    return false;
}

}  // namespace pykala::workflow
