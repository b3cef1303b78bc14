#include "api/web/replay.hpp"

#include "api/time/local_day.hpp"
#include "storage/recompute/closure_laws.hpp"
#include "storage/recompute/replay.hpp"
#include "storage/sqlite/definition_store.hpp"

namespace pykala::api::web {
namespace {

value number(std::uint64_t n) {
    return static_cast<std::int64_t>(n);
}

value_object to_json(const std::string& tenant, const storage::replay_report& report) {
    value_object not_possible;
    for (const auto& [why, n] : report.all.not_possible) not_possible.emplace(why, number(n));
    value_array findings;
    for (const auto& each : report.findings)
        findings.emplace_back(value_object{{"case", each.number},
                                           {"event", number(each.what.seq)},
                                           {"code", each.what.code},
                                           {"detail", each.what.detail}});
    return {{"tenant", tenant},
            {"cases", number(report.cases)},
            {"events", number(report.events)},
            {"recomputed", value_object{{"deadlines", number(report.all.deadlines)},
                                        {"transitions", number(report.all.transitions)},
                                        {"decisions", number(report.all.decisions)},
                                        {"not_possible", std::move(not_possible)}}},
            {"findings", std::move(findings)}};
}

result<source_texts> files_of(storage::tenant_store& store, const log::digest& hash) {
    PYKALA_TRY(const auto closure, storage::read_closure(store, hash));
    source_texts files;
    for (const auto& each : closure.files) files.push_back({each.path, each.text});
    return files;
}

}  // namespace

result<http::response> replay_answer(call& at) {
    const auto& here = at.here;
    storage::closure_laws laws(
        here.tenant, [&](const log::digest& hash) { return files_of(*here.store, hash); });
    PYKALA_TRY(const auto report,
               storage::replay_cases({*here.store, *here.cases, *here.seals, laws,
                                      [](instant when) { return local_day(when); }}));
    return json_answer(to_json(here.tenant, report));
}

}  // namespace pykala::api::web
