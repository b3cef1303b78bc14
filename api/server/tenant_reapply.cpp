// A restored register of one tenant loses again what was erased since.
#include <algorithm>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/base/nearest.hpp"

#include "api/server/tenant.hpp"
#include "storage/sqlite/own_stream.hpp"

namespace pykala::api {
namespace {

std::int64_t whole(std::size_t n) {
    return static_cast<std::int64_t>(n);
}

storage::own_event reapplied_event(const std::string& reg, date since,
                                   const reapply_report& report) {
    std::size_t kept = 0;
    for (const auto& [reason, count] : report.kept) kept += count;
    return {"reapplied",
            "reapplied",
            {{"erased", whole(report.erased)},
             {"kept", whole(kept)},
             {"people", whole(report.people)},
             {"records", whole(report.records)},
             {"register", reg},
             {"since", to_string(since)}},
            "administrator"};
}

}  // namespace

result<reapply_report> tenant::reapply(const std::string& reg, date since,
                                       std::function<void(std::size_t people)> tell) {
    std::vector<register_port*> all;
    std::vector<std::string_view> names;
    for (const auto& each : registers_) {
        all.push_back(each.get());
        names.push_back(each->id());
    }
    const auto at = std::ranges::find(all, reg, &register_port::id);
    if (at == all.end())
        return fail(problem_kind::not_found, "no_such_register",
                    fmt::format("`{}` has no register `{}`", site_.tenant, reg),
                    hint_for(reg, names));
    PYKALA_TRY(const auto list, storage::erased_since(*store_, *keys_, reg, since));
    const reapply_world world{
        {all, static_cast<std::size_t>(at - all.begin())},
        *law_,
        clock_,
        [&](const std::string& record) -> const storage::erasure_entry* {
            const auto found =
                list.find(to_hex(keys_->lookup_hash(storage::lookup_kind::record, record)));
            return found == list.end() ? nullptr : &found->second;
        },
        [&](auto erased) { return remember_erased(reg, erased); },
        std::move(tell)};
    PYKALA_TRY(auto report, reapply_erasures(world));
    PYKALA_CHECK(
        storage::append_own_events(*store_, {reapplied_event(reg, since, report)}, clock_.now()));
    if (shipping_) PYKALA_CHECK(shipping_->ship_all());
    return report;
}

}  // namespace pykala::api
