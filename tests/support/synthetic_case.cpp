#include "tests/support/synthetic_case.hpp"

#include <filesystem>
#include <future>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/log/event_leaf.hpp"

#include "storage/hash/sha256.hpp"

namespace pykala::tests {
namespace {

constexpr date first_day = std::chrono::sys_days{std::chrono::year{2026} / 1 / 5};

desk::queue_row row_after(std::uint64_t version) {
    desk::queue_row row;
    row.version = version;
    row.right = "access";
    row.state = version < 3 ? "received" : "in_progress";
    row.channel = "portal";
    row.assurance = "eid_high";
    row.assignee = version % 4 == 3 ? "officer1" : "";
    row.received_on = first_day;
    row.due_on = first_day + std::chrono::days(30);
    row.act_by = first_day + std::chrono::days(28);
    row.statutory_on = first_day + std::chrono::days(31);
    row.alert = version % 5 == 4;
    row.open_tasks = std::uint32_t(version % 3);
    return row;
}

std::vector<desk::timer_row> timers_after(std::uint64_t version) {
    return {{"answer_due", first_day + std::chrono::days(28)},
            {"remind", first_day + std::chrono::days(int(version % 2))}};
}

}  // namespace

desk::sealed_event synthetic_event(const log::stream_tag& stream, std::uint64_t seq,
                                   std::size_t bytes) {
    log::event_body body;
    body.kind = "noted";
    body.actor = "officer";
    body.at = instant{first_day} + std::chrono::minutes(int(seq));
    body.on = first_day;
    body.fields_root = storage::sha256({}, {});
    const std::string text = log::write_body(body).value();
    desk::sealed_event out;
    out.leaf = log::write_leaf(stream, seq, storage::sha256({}, text));
    out.public_part = fmt::format(R"({{"body":{},"fields":[],"open":{{}}}})", text);
    const auto fill = char('a' + (seq + stream[0]) % 26);
    out.boxes.push_back(
        {log::data_class::decision_facts, {stream[0], stream[1]}, std::string(bytes, fill)});
    return out;
}

desk::case_write synthetic_write(const std::string& number, const log::stream_tag& stream,
                                 std::uint64_t before, std::size_t count,
                                 const desk::person_tag& person) {
    desk::case_write out;
    out.number = number;
    out.stream = stream;
    out.year = 2026;
    out.expected = before;
    for (std::size_t i = 0; i < count; ++i)
        out.events.push_back(synthetic_event(stream, before + i));
    out.row = row_after(before + count);
    out.timers = timers_after(before + count);
    if (before == 0) out.persons = {person};
    return out;
}

result<storage::stored_projection> synthetic_projection(const desk::stored_case& stored) {
    for (std::size_t i = 0; i < stored.events.size(); ++i) {
        const auto& box = stored.events[i].boxes;
        if (box.empty() ||
            stored.events[i] != synthetic_event(stored.stream, i, box[0].bytes.size()))
            return fail(problem_kind::corrupt, "event_differs",
                        fmt::format("event {} is not the one that was written", i));
    }
    if (stored.events.empty()) return fail(problem_kind::corrupt, "event_differs", "no events");
    const std::uint64_t version = stored.events.size();
    storage::stored_projection out{row_after(version), timers_after(version), {"person"}};
    out.row.number = stored.number;
    return out;
}

log::stream_tag synthetic_stream(std::uint64_t number) {
    log::stream_tag out{};
    for (std::size_t i = 0; i < 8; ++i) out[i] = std::uint8_t(number >> (8 * i));
    out[15] = 1;
    return out;
}

storage::store_location synthetic_location(const std::string& path, const std::string& vfs) {
    return {path, {"kuopio", "KUO", storage::purpose::demo}, vfs};
}

result<std::unique_ptr<storage::tenant_store>> open_synthetic(const std::string& path,
                                                              const std::string& vfs) {
    const auto where = synthetic_location(path, vfs);
    if (!std::filesystem::exists(path))
        PYKALA_CHECK(storage::create_tenant_database(path, where.identity, synthetic_origin,
                                                     instant{first_day}, vfs));
    return storage::tenant_store::open(where);
}

result<desk::receipt> submit_and_wait(desk::case_store& store, desk::unit_of_work unit) {
    std::promise<result<desk::receipt>> promise;
    auto answer = promise.get_future();
    store.submit(std::move(unit),
                 [&promise](result<desk::receipt> r) { promise.set_value(std::move(r)); });
    return answer.get();
}

}  // namespace pykala::tests
