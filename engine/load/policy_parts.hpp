// The parts of the policy loader, one source each. All add to a policy set and record their faults.
#pragma once

#include "engine/load/table_reader.hpp"
#include "engine/policy/model.hpp"

namespace pykala::loading {

// Adds under its id; a second one with the same id (S06) is recorded and left out.
template <class T>
void add(by_id<T>& all, const table_reader& table, const std::string& id, T value) {
    const auto [where, fresh] = all.try_emplace(id);
    if (fresh) {
        where->second = std::move(value);
        return;
    }
    if constexpr (requires { where->second.at; })
        table.fault({}, "S06", "`" + table.name() + "` stands twice",
                    "the first stands in " + where->second.at.file + ":" +
                        std::to_string(where->second.at.line));
    else
        table.fault({}, "S06", "`" + table.name() + "` stands twice");
}

// `schema = 1`, the only one there is.
void read_schema(const table_reader& root);
// Keeps `verified_as_of` of the table at that place, where it has one.
void note_verified(const place& table, std::optional<date> day, policy_set& into);
// `id` of a file, which must be the file's own name.
std::string read_file_id(const table_reader& root);

// What statutory and house rules have in common; `id`, `by` and `at` are set by the caller.
void read_rule(const table_reader& table, rule& into);
std::vector<rule_version> read_versions(const table_reader& table);

void load_statute(const table_reader& root, policy_set& into);
void load_classes(const table_reader& root, policy_set& into);
void load_calendar(const table_reader& root, policy_set& into);
void load_practice(const table_reader& root, policy_set& into);
// The root file of a pack makes it; a part adds to it. Both read everything but the categories.
void load_pack_root(const table_reader& root, pack& into);
void load_pack_part(const table_reader& root, pack& into);
void load_facts(const table_reader& root, pack& into);
// `[category.*]` of either kind of file, once the facts of all files of the pack are read.
void load_categories(const table_reader& root, pack& into);

}  // namespace pykala::loading
