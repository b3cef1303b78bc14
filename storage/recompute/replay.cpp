#include "storage/recompute/replay.hpp"

#include "storage/sealing/event_seal.hpp"

namespace pykala::storage {
namespace {

constexpr std::int64_t numbers_at_once = 1'000;

struct numbered {
    std::int64_t id = 0;
    std::string number;
};

result<std::vector<numbered>> cases_after(tenant_store& store, std::int64_t id) {
    return store.read([&](session& db) -> result<std::vector<numbered>> {
        PYKALA_TRY(statement * rows,
                   db.get("SELECT id, number FROM cases WHERE id > ? ORDER BY id LIMIT ?"));
        rows->bind_all(id, numbers_at_once);
        std::vector<numbered> all;
        for (;;) {
            PYKALA_TRY(const bool there, rows->step());
            if (!there) break;
            all.push_back({rows->integer(0), std::string(rows->text(1))});
        }
        rows->reset();
        return all;
    });
}

// A field that the event names and that does not open has lost its key.
result<recompute::shown_event> show(desk::sealing& seals, const log::stream_tag& stream,
                                    std::uint64_t seq, const desk::sealed_event& stored) {
    recompute::shown_event shown;
    PYKALA_TRY(shown.happened, seals.open(stream, seq, stored));
    PYKALA_TRY(const auto named, read_public_part(stored.public_part));
    for (const auto& field : named.fields)
        if (!shown.happened.fields.contains(field.commitment.name))
            shown.closed.emplace(
                field.commitment.name,
                recompute::closed_field{field.commitment.of, recompute::closed_because::shredded});
    return shown;
}

result<std::vector<recompute::shown_event>> read_case(const replay_world& world,
                                                      const std::string& number) {
    PYKALA_TRY(const auto stored, world.cases.load(number));
    std::vector<recompute::shown_event> events;
    for (const auto& each : stored.events) {
        PYKALA_TRY(auto shown, show(world.seals, stored.stream, events.size(), each));
        events.push_back(std::move(shown));
    }
    return events;
}

void add(const std::string& number, recompute::outcome&& one, replay_report& to) {
    to.all.deadlines += one.deadlines;
    to.all.transitions += one.transitions;
    to.all.decisions += one.decisions;
    for (const auto& [why, n] : one.not_possible) to.all.not_possible[why] += n;
    for (auto& each : one.differences) to.findings.push_back({number, std::move(each)});
}

}  // namespace

result<replay_report> replay_cases(const replay_world& world) {
    replay_report report;
    for (std::int64_t last = 0;;) {
        PYKALA_TRY(const auto part, cases_after(world.store, last));
        if (part.empty()) return report;
        last = part.back().id;
        for (const auto& each : part) {
            ++report.cases;
            const auto events = read_case(world, each.number);
            if (!events) {
                report.findings.push_back(
                    {each.number, {"case_unreadable", 0, events.error().code}});
                continue;
            }
            report.events += events->size();
            add(each.number, recompute::recompute_case(*events, world.laws, world.local_day),
                report);
        }
    }
}

}  // namespace pykala::storage
