#include "tests/support/desk_world.hpp"

#include <mutex>
#include <stdexcept>

#include "engine/assess/table.hpp"
#include "engine/load/load_workflow.hpp"
#include "engine/load/policies.hpp"

#include "tests/support/tree.hpp"

namespace pykala::tests {
namespace {

source_texts texts_below(const std::string& folder) {
    source_texts texts;
    for (auto& file : source_files({folder}, {".toml"})) texts.push_back({file.path, file.text});
    return texts;
}

std::shared_ptr<const policy_set> policies() {
    static const auto loaded =
        std::make_shared<const policy_set>(load_policies(texts_below("policies")).set);
    return loaded;
}

log::digest hash_of(std::string_view name) {
    log::digest d{};
    for (std::size_t i = 0; i < name.size() && i < d.size(); ++i)
        d[i] = static_cast<std::uint8_t>(name[i]);
    return d;
}

std::map<std::string, std::shared_ptr<const cases::procedure>> load_procedures() {
    diagnostics findings;
    const auto set = load_workflows(texts_below("workflows"), findings);
    const auto words = std::make_shared<const workflow::vocabulary>(set.words);
    std::map<std::string, std::shared_ptr<const cases::procedure>> all;
    for (const auto& [id, flow] : set.workflows)
        all.emplace(id, std::make_shared<const cases::procedure>(
                            cases::procedure{hash_of(id), flow, words, policies()}));
    return all;
}

}  // namespace

std::shared_ptr<const cases::procedure> procedure_of(const std::string& right) {
    static const auto all = load_procedures();
    const auto found = all.find(right);
    return found == all.end() ? nullptr : found->second;
}

std::shared_ptr<const cases::tenant_law> law_of(const std::string& tenant, date day) {
    static std::mutex mutex;
    static std::map<std::pair<std::string, date>, std::shared_ptr<const cases::tenant_law>> all;
    const std::lock_guard lock(mutex);
    auto& law = all[{tenant, day}];
    if (law) return law;
    auto table = assessment_table::compile(*policies(), tenant, day);
    if (!table) throw std::runtime_error(table.error().detail);
    const auto& own = policies()->packs.at(tenant);
    law = std::make_shared<const cases::tenant_law>(
        cases::tenant_law{hash_of(tenant), policies(), tenant,
                          std::make_shared<const calendar>(policies()->calendars.at(own.calendar)),
                          std::make_shared<const assessment_table>(*std::move(table))});
    return law;
}

result<std::shared_ptr<const cases::procedure>> real_definitions::current(std::string_view right) {
    if (auto found = procedure_of(std::string(right))) return found;
    return fail(problem_kind::invalid, "no_such_right", "there is no such right");
}

result<std::shared_ptr<const cases::procedure>> real_definitions::pinned(std::string_view right,
                                                                         const log::digest&) {
    return current(right);
}

result<std::shared_ptr<const cases::tenant_law>> real_definitions::law_on(date day) {
    return law_of(tenant_, day);
}

result<desk::sealed_event> open_sealing::seal(const log::stream_tag&, const cases::event& what) {
    events_.push_back(what);
    return desk::sealed_event{"leaf", std::to_string(events_.size() - 1), {}};
}

result<cases::event> open_sealing::open(const log::stream_tag&, std::uint64_t,
                                        const desk::sealed_event& stored) {
    return events_.at(std::stoul(stored.public_part));
}

result<desk::sealed_box> open_sealing::seal_intent(const log::stream_tag&, std::uint64_t,
                                                   const value& what) {
    intents_.push_back(what);
    return desk::sealed_box{log::data_class::content, {}, std::to_string(intents_.size() - 1)};
}

result<value> open_sealing::open_intent(const log::stream_tag&, std::uint64_t,
                                        const desk::sealed_box& box) {
    return intents_.at(std::stoul(box.bytes));
}

desk::person_tag open_sealing::lookup(std::string_view kind, std::string_view text) {
    return std::string(kind) + ":" + std::string(text);
}

void set_clock::set(date day) {
    on = day;
    at = day + std::chrono::hours(10);
}

log::stream_tag counted_ids::new_stream() {
    log::stream_tag tag{};
    tag.back() = ++next_;
    return tag;
}

desk_world::desk_world(const std::string& tenant, std::vector<std::string> registers)
    : store(law_of(tenant, make_date(2026, 1, 1))->own_pack().case_prefix),
      laws(tenant),
      desk({store, seals, time, ids, laws, [](auto work) { work(); }}, {std::move(registers)}) {}

result<desk::reply> desk_world::file(cases::command what) {
    result<desk::reply> answer{desk::reply{}};
    desk.file({std::move(what)}, [&](result<desk::reply> given) { answer = std::move(given); });
    return answer;
}

result<desk::reply> desk_world::execute(const std::string& number, cases::command what,
                                        desk::enclosure with) {
    result<desk::reply> answer{desk::reply{}};
    desk.execute(
        number, std::move(what), [&](result<desk::reply> given) { answer = std::move(given); },
        std::move(with));
    return answer;
}

cases::case_state desk_world::state(const std::string& number) {
    auto found = desk.read(number);
    if (!found) throw std::runtime_error(found.error().detail);
    return found->now;
}

}  // namespace pykala::tests
