#include "tests/bench/commit_world.hpp"

#include <atomic>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/assess/table.hpp"
#include "engine/desk/project.hpp"
#include "engine/load/load_workflow.hpp"

#include "api/definitions/definitions.hpp"
#include "api/definitions/law.hpp"
#include "storage/memory/case_store.hpp"
#include "storage/sealing/sodium.hpp"

namespace pykala::bench {
namespace {

constexpr const char* tenant_id = "kuopio";

cases::command filing() {
    cases::command what;
    what.kind = cases::command_kind::file;
    what.by = {"officer", "officer1"};
    what.inputs = {{"right", "access"},
                   {"channel", "letter"},
                   {"language", "fi"},
                   {"received_on", to_string(commit_world::today())},
                   {"address_known", true},
                   {"subject", value_object{{"hetu", "010190-900P"}}},
                   {"request", value_object{{"text", "Pyydän kopion kaikista tiedoistani."}}}};
    return what;
}

desk::reply wait_for(const std::function<void(desk::replied)>& begin) {
    result<desk::reply> answer{desk::reply{}};
    begin([&](result<desk::reply> given) { answer = std::move(given); });
    return must(std::move(answer));
}

}  // namespace

tree_definitions::tree_definitions(const std::string& tenant, date day) {
    const auto rules = std::make_shared<const policy_set>(must(api::load_law("")));
    const auto root = must(api::find_definitions(""));
    diagnostics findings;
    const auto set = load_workflows(must(api::read_definitions(root, "workflows")), findings);
    const auto words = std::make_shared<const workflow::vocabulary>(set.words);
    for (const auto& [id, flow] : set.workflows) {
        cases::procedure how{{}, flow, words, rules};
        how.hash[0] = std::uint8_t(flows_.size() + 1);
        flows_.emplace(id, std::make_shared<const cases::procedure>(std::move(how)));
    }
    const pack& own = rules->packs.at(tenant);
    law_ = std::make_shared<const cases::tenant_law>(
        cases::tenant_law{{},
                          rules,
                          tenant,
                          std::make_shared<const calendar>(rules->calendars.at(own.calendar)),
                          std::make_shared<const assessment_table>(
                              must(assessment_table::compile(*rules, tenant, day)))});
}

result<std::shared_ptr<const cases::procedure>> tree_definitions::current(std::string_view right) {
    const auto found = flows_.find(right);
    if (found == flows_.end())
        return fail(problem_kind::invalid, "no_such_right", "there is no such right");
    return found->second;
}

result<std::shared_ptr<const cases::procedure>> tree_definitions::pinned(std::string_view right,
                                                                         const log::digest&) {
    return current(right);
}

result<std::shared_ptr<const cases::tenant_law>> tree_definitions::law_on(date) {
    return law_;
}

log::stream_tag random_ids::new_stream() {
    return storage::random_tag();
}

storage::store_location bench_location(const std::string& path) {
    return {path, {tenant_id, "KUO", storage::purpose::demo}, {}};
}

date commit_world::today() {
    return make_date(2026, 3, 6);
}

commit_world::commit_world(const std::string& folder)
    : database_(folder + "/kuopio.db"), laws_(tenant_id, today()), clock_(today()) {
    keys_ = must(storage::key_store::create(
        {folder + "/keys1.db", folder + "/keys2.db"}, tenant_id,
        must(storage::create_master_key(folder + "/master.key")), clock_.now().at));
    seals_ = std::make_unique<storage::case_sealing>(*keys_, clock_);
    must(storage::create_tenant_database(database_, bench_location(database_).identity,
                                         "bench.example/kuopio/log/1", clock_.now().at));
    open();
}

void commit_world::open() {
    store_ = must(storage::tenant_store::open(bench_location(database_)));
    cases_ = std::make_unique<storage::sqlite_case_store>(*store_);
}

void commit_world::close() {
    cases_.reset();
    store_.reset();
}

desk::front_desk commit_world::desk_on(desk::case_store& store) {
    return desk::front_desk(
        {store, *seals_, clock_, ids_, laws_, [](std::function<void()> work) { work(); }}, {});
}

// A real case: filed, acknowledged, and noted upon until it has its events.
commit_world::pattern commit_world::one_case() {
    storage::memory_case_store memory("KUO");
    auto desk = desk_on(memory);
    const auto filed =
        wait_for([&](desk::replied done) { desk.file({filing()}, std::move(done)); });
    const std::string number = filed.given.numbers.at(0);
    pattern out;
    for (;;) {
        const auto kept = must(memory.load_newest(number)).fold;
        if (kept && kept->version <= seeded_events) out.folded = kept->version;
        auto read = must(desk.read(number));
        if (read.events.size() >= seeded_events) {
            read.events.resize(seeded_events);
            out.events = std::move(read.events);
            return out;
        }
        wait_for([&](desk::replied done) {
            cases::command what;
            what.name = "add_note";
            what.by = {"officer", "officer1"};
            what.inputs = {{"note", "Asiakas soitti ja tarkensi, mitä laskuja pyyntö koskee."}};
            desk.execute(number, std::move(what), std::move(done));
        });
    }
}

desk::unit_of_work commit_world::clone(const pattern& of, std::uint64_t number,
                                       const log::stream_tag& stream) {
    desk::case_write what;
    what.stream = stream;
    what.year = 2026;
    std::vector<cases::event> own = of.events;
    for (cases::event& e : own) {
        const auto tags = e.fields.find("person_tags");
        if (tags != e.fields.end())
            tags->second.held =
                value_array{seals_->lookup("customer_number", fmt::format("{}", number))};
        what.events.push_back(must(seals_->seal(stream, e)));
    }
    const cases::case_state folded = cases::fold(own);
    what.row = desk::project(folded);
    what.timers = desk::timers_of(folded);
    what.persons = folded.person_tags;
    if (of.folded > 0) {
        own.resize(of.folded);
        what.fold = must(seals_->seal_fold(stream, cases::fold(own)));
    }
    desk::unit_of_work unit;
    unit.cases.push_back(std::move(what));
    return unit;
}

void commit_world::seed(std::size_t count) {
    const pattern one = one_case();
    constexpr std::size_t at_once = 5000;
    for (std::size_t first = 0; first < count; first += at_once) {
        const std::size_t last = std::min(count, first + at_once);
        std::vector<log::stream_tag> streams;
        std::vector<storage::key_request> requests;
        for (std::size_t i = first; i < last; ++i) {
            streams.push_back(storage::random_tag());
            for (const auto of : {log::data_class::package, log::data_class::content,
                                  log::data_class::decision_facts})
                requests.push_back({streams.back(), of});
        }
        must(keys_->make(requests, clock_.now().at));
        std::atomic<std::size_t> waiting = last - first;
        std::atomic<bool> failed = false;
        for (std::size_t i = first; i < last; ++i)
            cases_->submit(clone(one, i, streams[i - first]), [&](result<desk::receipt> r) {
                if (!r) failed = true;
                if (--waiting == 0) waiting.notify_one();
            });
        for (std::size_t left = waiting; left != 0; left = waiting) waiting.wait(left);
        if (failed) throw std::runtime_error("a case could not be seeded");
    }
}

}  // namespace pykala::bench
