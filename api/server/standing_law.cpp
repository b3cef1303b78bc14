#include "api/server/standing_law.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/load/load_closure.hpp"
#include "engine/load/load_workflow.hpp"
#include "engine/load/policies.hpp"

#include "api/definitions/definitions.hpp"
#include "storage/sqlite/definition_store.hpp"

namespace pykala::api {
namespace {

// Days whose compiled law is kept: today, and those that timers look back at.
constexpr std::size_t days_kept = 8;

auto broken(const diagnostics& findings) {
    const auto worst = std::ranges::find(findings, severity::error, &diagnostic::level);
    return fail(problem_kind::corrupt, "broken_definitions",
                worst == findings.end() ? std::string() : to_string(*worst),
                "`pykala policy check` and `pykala workflow check` list every fault");
}

bool is_law_of(const std::string& path, const std::string& tenant) {
    constexpr std::string_view packs = "policies/controllers/";
    if (path.starts_with("policies/letters/")) return false;
    if (!path.starts_with(packs)) return true;
    const auto rest = path.substr(packs.size());
    return rest == tenant + ".toml" || rest.starts_with(tenant + "/");
}

// What deadlines are computed from: acts, working rules, calendars, and the promise of the pack.
bool is_deadline_rule(const std::string& path, const std::string& tenant) {
    return is_law_of(path, tenant) && path != "policies/classes.toml";
}

template <class Wanted>
void add_files(storage::definition_closure& to, const source_texts& from, const Wanted& wanted) {
    for (const auto& each : from)
        if (wanted(each.name)) to.files.push_back({each.name, each.text});
    std::ranges::sort(to.files, {}, &storage::definition_file::path);
}

}  // namespace

result<std::shared_ptr<const definition_texts>> read_all_definitions(std::string_view asked) {
    PYKALA_TRY(const auto root, find_definitions(asked));
    auto texts = std::make_shared<definition_texts>();
    PYKALA_TRY(texts->workflows, read_definitions(root, "workflows"));
    PYKALA_TRY(texts->policies, read_definitions(root, "policies"));
    std::erase_if(texts->policies, [](const source_text& each) {
        return each.name.starts_with("policies/letters/");
    });
    return texts;
}

result<std::unique_ptr<standing_law>> standing_law::open(const definition_texts& texts,
                                                         const std::string& tenant,
                                                         storage::tenant_store& store) {
    std::unique_ptr<standing_law> made(new standing_law(tenant, store));
    auto loaded = load_policies(texts.policies);
    if (has_errors(loaded.findings)) return broken(loaded.findings);
    made->rules_ = std::make_shared<const policy_set>(std::move(loaded.set));
    if (!made->rules_->packs.contains(tenant))
        return fail(problem_kind::invalid, "unknown_tenant",
                    fmt::format("there is no pack `{}`", tenant),
                    "a pack is a file in `policies/controllers`");
    made->days_ =
        std::make_shared<const calendar>(made->rules_->calendars.at(made->own().calendar));
    storage::definition_closure law{log::closure_kind::law, {}};
    add_files(law, texts.policies,
              [&](const std::string& path) { return is_law_of(path, tenant); });
    PYKALA_TRY(made->law_hash_, storage::keep_closure(store, law));

    diagnostics findings;
    const auto set = load_workflows(texts.workflows, findings);
    if (has_errors(findings)) return broken(findings);
    const auto words = std::make_shared<const workflow::vocabulary>(set.words);
    for (const auto& [right, flow] : set.workflows) {
        storage::definition_closure how{log::closure_kind::procedure, {}};
        add_files(how, texts.policies,
                  [&](const std::string& path) { return is_deadline_rule(path, tenant); });
        add_files(how, texts.workflows, [&](const std::string& path) {
            return path == flow.file || path == set.words.file;
        });
        PYKALA_TRY(const auto hash, storage::keep_closure(store, how));
        made->current_.emplace(right, std::make_shared<const cases::procedure>(
                                          cases::procedure{hash, flow, words, made->rules_}));
    }
    return made;
}

result<std::shared_ptr<const cases::procedure>> standing_law::current(std::string_view right) {
    const auto found = current_.find(right);
    if (found != current_.end()) return found->second;
    return fail(problem_kind::invalid, "no_such_right",
                fmt::format("`{}` is none of the six rights", right));
}

result<std::shared_ptr<const cases::procedure>> standing_law::pinned(std::string_view right,
                                                                     const log::digest& hash) {
    if (const auto found = current_.find(right);
        found != current_.end() && found->second->hash == hash)
        return found->second;
    const std::scoped_lock held(mutex_);
    if (const auto found = older_.find(hash); found != older_.end()) return found->second;
    PYKALA_TRY(const auto closure, storage::read_closure(store_, hash));
    source_texts files;
    for (const auto& each : closure.files) files.push_back({each.path, each.text});
    PYKALA_TRY(auto one, load_procedure(files, right, hash));
    older_.emplace(hash, one);
    return one;
}

result<std::shared_ptr<const cases::tenant_law>> standing_law::law_on(date day) {
    const std::scoped_lock held(mutex_);
    if (const auto found = by_day_.find(day); found != by_day_.end()) return found->second;
    PYKALA_TRY(auto law, law_on_day({law_hash_, rules_, tenant_, days_}, day));
    if (by_day_.size() >= days_kept) by_day_.erase(by_day_.begin());
    by_day_.emplace(day, law);
    return law;
}

}  // namespace pykala::api
