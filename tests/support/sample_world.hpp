// The sample registers of a tenant on disk, made once for all tests of a run; whoever changes them
// takes a copy.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/assess/table.hpp"
#include "engine/policy/model.hpp"
#include "engine/registers/register_port.hpp"

#include "tests/support/folder.hpp"

namespace pykala::tests {

inline const std::vector<std::string> tenants = {"kuopio", "kss", "kokkola", "turku",
                                                 "valkeakoski"};
inline const std::vector<std::string> sample_order = {"crm", "billing", "metering"};

// The last day of the sample registers, and the day on which tests assess.
inline date sample_day() {
    return make_date(2026, 11, 20);
}

const policy_set& policies_of_the_tree();
std::string words_of_the_tree();
register_map sample_map(const std::string& tenant, const std::string& id);

// A fresh copy of the three registers in a folder of its own.
struct register_copy {
    explicit register_copy(const std::string& tenant);
    std::string file(const std::string& id) const { return dir.file(id + ".db"); }

    folder dir;
    std::string tenant;
    std::vector<std::unique_ptr<register_port>> ports;  // in the order in which they are read
    std::vector<register_port*> all() const;
    register_port& port(const std::string& id) const;
};

// What a person is found by, collected over the registers in order.
std::vector<found_person> find_everywhere(const register_copy& registers, person_keys known);

// An assessor that knows only the records of the register itself.
reassess assess_alone(const assessment_table& table);

}  // namespace pykala::tests
