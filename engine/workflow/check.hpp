// Proves that no way through a workflow breaks the law. The codes, and what each proves, are listed
// in workflows/README.md.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/workflow/model.hpp"

namespace pykala {
struct policy_set;
}

namespace pykala::workflow {

// What workflows may name of the policies.
struct law_names {
    std::set<std::string, std::less<>> rules;  // `practice.identity_wait`, `gdpr.answer`
    struct time_limit {
        bool extends = false;  // counted only once somebody has extended
    };
    std::map<std::string, time_limit, std::less<>> deadlines;  // the statutory ones among `rules`
    std::map<std::string, std::string, std::less<>> numbers;   // of acts by id: `gdpr`, `2016/679`
    std::vector<std::string> cites;                            // of every rule and provision
    std::set<std::string, std::less<>> provisions;             // by id, `act.name`
    std::set<std::string, std::less<>> grounds;                // that a provision stands behind
};

law_names names_of_law(const policy_set& policies);

// Adds every finding about the workflow of `right`, or about all six and what the vocabulary holds
// in vain when it is empty. A set that was not read without errors gives findings that follow from
// those.
void check(const workflow_set& set, const law_names& law, std::string_view right,
           diagnostics& findings);

}  // namespace pykala::workflow
