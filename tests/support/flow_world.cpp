#include "tests/support/flow_world.hpp"

#include <future>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "api/time/local_day.hpp"
#include "api/web/letters.hpp"
#include "storage/bundle/export.hpp"
#include "storage/hash/sha256.hpp"
#include "storage/recompute/recompute_bundle.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/queue_check.hpp"
#include "tests/support/letters.hpp"
#include "tests/support/web_world.hpp"

namespace pykala::tests {
namespace {

class frail_register final : public register_port {
public:
    frail_register(register_port& port, power* cuts) : port_(port), cuts_(cuts) {}
    const std::string& id() const override { return port_.id(); }
    const text3& title() const override { return port_.title(); }
    const std::vector<std::string>& finds_by() const override { return port_.finds_by(); }
    bool keeps_bans() const override { return port_.keeps_bans(); }
    result<found_person> find(const person_keys& known) override {
        return around([&] { return port_.find(known); });
    }
    result<register_answer> read(const found_person& person, date on) override {
        return around([&] { return port_.read(person, on); });
    }
    result<std::vector<register_record>> read_facts(const found_person& person, date on) override {
        return around([&] { return port_.read_facts(person, on); });
    }
    result<std::vector<found_person>> people_after(const std::optional<std::string>& after,
                                                   std::size_t limit) override {
        return around([&] { return port_.people_after(after, limit); });
    }
    result<register_probe> probe(date on) override { return port_.probe(on); }
    result<std::vector<std::int64_t>> series_values(const std::string& record) override {
        return port_.series_values(record);
    }
    result<std::vector<std::uint8_t>> media(const std::string& record,
                                            const std::string& column) override {
        return port_.media(record, column);
    }
    result<std::vector<change_result>> execute(const execution& what,
                                               const reassess& assess_now) override {
        return around([&] { return port_.execute(what, assess_now); });
    }

private:
    template <class Call>
    auto around(Call&& call) -> decltype(call()) {
        if (cuts_) cuts_->use();
        auto answer = call();
        if (cuts_) cuts_->use();
        return answer;
    }
    register_port& port_;
    power* cuts_;
};

class frail_store final : public desk::case_store {
public:
    frail_store(std::unique_ptr<desk::case_store> store, power* cuts)
        : store_(std::move(store)), cuts_(cuts) {}
    result<desk::stored_case> load(std::string_view number) override {
        return store_->load(number);
    }
    result<desk::stored_case> load_newest(std::string_view number) override {
        return store_->load_newest(number);
    }
    result<std::vector<desk::stored_case>> of_person(
        std::span<const desk::person_tag> tags) override {
        return store_->of_person(tags);
    }
    result<std::vector<std::string>> numbers_of(std::span<const desk::person_tag> tags) override {
        return store_->numbers_of(tags);
    }
    void quarantine(std::vector<desk::quarantined_case> cases,
                    std::function<void(result<bool>)> done) override {
        store_->quarantine(std::move(cases), std::move(done));
    }
    result<std::vector<desk::quarantined_case>> quarantined() override {
        return store_->quarantined();
    }
    result<bool> release(std::string_view n) override { return store_->release(n); }
    void submit(desk::unit_of_work unit, desk::completion done) override {
        store_->submit(std::move(unit), std::move(done));
    }
    result<std::optional<desk::stored_receipt>> answered(std::string_view actor,
                                                         std::string_view key) override {
        return store_->answered(actor, key);
    }
    result<desk::queue_page> queue(const desk::queue_query& query) override {
        return store_->queue(query);
    }
    result<std::vector<desk::due_case>> due(date today, std::size_t limit) override {
        return store_->due(today, limit);
    }
    result<std::vector<desk::outbox_item>> outbox(std::size_t limit) override {
        return store_->outbox(limit);
    }
    result<bool> settle(std::span<const std::uint64_t> ids) override {
        if (cuts_) cuts_->use();  // after the answer reached the case, before the item is settled
        auto done = store_->settle(ids);
        if (cuts_) cuts_->use();
        return done;
    }

private:
    std::unique_ptr<desk::case_store> store_;
    power* cuts_;
};

template <class T>
T must(result<T> given) {
    if (!given) throw std::runtime_error(given.error().code + ": " + given.error().detail);
    return *std::move(given);
}

result<desk::reply> wait_for(const std::function<void(desk::replied)>& begin) {
    auto promised = std::make_shared<std::promise<result<desk::reply>>>();
    auto answer = promised->get_future();
    begin([promised](result<desk::reply> given) { promised->set_value(std::move(given)); });
    return answer.get();
}

}  // namespace

const api::definition_texts& texts_of_the_tree() {
    static const auto texts = must(api::read_all_definitions(PYKALA_SOURCE_DIR));
    return *texts;
}

void power::use() {
    if (++calls == cut_at) throw power_cut{};
}

flow_world::flow_world(const std::string& tenant, power* with) : registers(tenant), cuts(with) {
    time.set(sample_day());
    const storage::tenant_identity who{tenant, law_of(tenant, time.on)->own_pack().case_prefix,
                                       storage::purpose::demo};
    if (const auto made = storage::create_tenant_database(
            dir.file("tenant.db"), who, "test.example/" + tenant + "/log/1", time.at);
        !made)
        throw std::runtime_error(made.error().detail);
    keys = must(storage::key_store::create({dir.file("keys.db"), dir.file("keys2.db")}, tenant,
                                           storage::master_key::of(storage::secret_key::random()),
                                           time.at));
    restart();
}

void flow_world::restart(const api::definition_texts* other) {
    fulfilment.reset();
    notices.reset();
    forgetting.reset();
    answers.reset();
    documents.reset();
    desk.reset();
    store.reset();
    database.reset();
    const auto& own = law_of(registers.tenant, sample_day())->own_pack();
    database = must(storage::tenant_store::open(
        {dir.file("tenant.db"), {registers.tenant, own.case_prefix, storage::purpose::demo}}));
    seals = std::make_unique<storage::case_sealing>(*keys, time);
    laws.reset();
    laws = must(
        api::standing_law::open(other ? *other : texts_of_the_tree(), registers.tenant, *database));
    store = std::make_unique<frail_store>(std::make_unique<storage::sqlite_case_store>(*database),
                                          cuts);
    frail.clear();
    std::vector<register_port*> ports;
    for (auto* port : registers.all()) {
        frail.push_back(std::make_unique<frail_register>(*port, cuts));
        ports.push_back(frail.back().get());
    }
    auto names = sample_order;
    for (auto* port : more_registers) {
        ports.push_back(port);
        names.push_back(port->id());
    }
    letters = std::make_unique<api::web::site_letters>(site);
    const desk::ports world{*store,       *seals, time, ids, *laws, [](auto work) { work(); },
                            letters.get()};
    desk = std::make_unique<desk::front_desk>(world, desk::settings{names});
    open_site();
    site.registers = ports;
    answers = std::make_unique<api::answer_maker>(ports, *documents, site);
    site.answers = answers.get();
    api::fulfilment_world outside{*desk, *store, *seals, time, std::move(ports)};
    outside.copy = [this](const desk::open_case& c, register_port& at,
                          const register_answer& gave) { return answers->copy(c, at, gave); };
    outside.package = [this](const desk::open_case& c) { return answers->make(c); };
    forgetting = std::make_unique<api::forgetting>(*desk, *seals, time, *database, *keys);
    outside.forget = forgetting.get();
    outside.remember_erased = [this](const std::string& reg, auto erased) {
        if (cuts) cuts->use();
        auto done = storage::remember_erased(*database, *keys, reg, erased, time.on);
        if (cuts) cuts->use();
        return done;
    };
    site.sends_mail = mail.has_value();
    notices = std::make_unique<api::notices>(
        site, mail ? must(storage::open_smtp(*mail)) : std::unique_ptr<desk::mail_port>(),
        "tietosuoja@kuopionenergia.example");
    outside.other = [this](const desk::outbox_item& item, const value& what) {
        return notices->leave(item, what);
    };
    fulfilment = std::make_unique<api::fulfilment>(std::move(outside));
}

void flow_world::send_by(const storage::smtp_settings& server) {
    mail = server;
    restart();
}

void flow_world::open_site() {
    documents = must(storage::document_store::open(*database, *keys, dir.path / "documents"));
    const auto& own = policies_of_the_tree().packs.at(registers.tenant);
    site.tenant = registers.tenant;
    site.base = "/" + registers.tenant;
    site.address = "http://127.0.0.1:8080" + site.base;
    site.name = own.controllers.empty() ? own.id : own.controllers.begin()->second.name;
    site.demo = true;
    site.pages = &pages_of_the_tree();
    site.letters = &letters_of_the_tree();
    site.store = database.get();
    site.cases = store.get();
    site.keys = keys.get();
    site.seals = seals.get();
    site.law = laws.get();
    site.desk = desk.get();
    site.own = &own;
    site.time = &time;
    site.limits = &limits;
}

std::string flow_world::file(const std::string& right, const std::string& hetu,
                             const std::string& name, value_object more) {
    const auto own_key = seals->lookup("hetu", hetu);
    cases::command what{.kind = cases::command_kind::file, .by = {"customer", own_key}};
    what.inputs = {{"right", right},
                   {"channel", "portal"},
                   {"language", "fi"},
                   {"received_on", to_string(time.on)},
                   {"assurance", "eid_substantial"},
                   {"is_person", true},
                   {"has_portal", true},
                   {"subject", value_object{{"hetu", hetu}, {"name", name}}}};
    for (auto& [key, given] : more) what.inputs.insert_or_assign(key, std::move(given));
    const auto number = must(wait_for([&](auto done) {
                            desk->file({what}, std::move(done));
                        })).given.numbers.front();
    customers.insert_or_assign(number, own_key);
    return number;
}

std::string flow_world::attempt(const std::string& number, const std::string& role,
                                const std::string& transition, value_object inputs) {
    cases::command what{.name = transition, .inputs = std::move(inputs)};
    const auto filed_by = customers.find(number);
    const bool own = role == "customer" && filed_by != customers.end();
    what.by = {role, own ? filed_by->second : role + "-1"};
    const auto given = wait_for([&](auto done) { desk->execute(number, what, std::move(done)); });
    if (given) return {};
    errors += given.error().code + given.error().detail + given.error().hint;
    return given.error().code;
}

void flow_world::take(const std::string& number, const std::string& role,
                      const std::string& transition, value_object inputs) {
    const auto refused = attempt(number, role, transition, std::move(inputs));
    if (!refused.empty()) throw std::runtime_error(transition + ": " + refused);
}

cases::case_state flow_world::state(const std::string& number) {
    return must(desk->read(number)).now;
}

void flow_world::work() {
    must(fulfilment->run_once());
}

std::string flow_world::bundle(const std::vector<std::string>& numbers) {
    std::string out;
    must(storage::export_bundle(*database, *keys, {.numbers = numbers, .now = time.at},
                                [&](std::string_view part) { out += part; }));
    return out;
}

storage::verify::report flow_world::proof(const std::string& bundle) {
    // what the desk went by was what the events say
    for (const auto& found : must(storage::check_queue(*database, storage::fold_projector(*seals))))
        throw std::logic_error(found.number + ": " + found.code + ": " + found.detail);
    std::istringstream in(bundle);
    const storage::verify::options options{
        log::verifier_key(storage::sha256, database->origin_name(), keys->signing_key()),
        std::nullopt};
    return storage::verify::verify_bundle(
        in, options, storage::recompute_with([](instant at) { return api::local_day(at); }));
}

std::int64_t flow_world::count(const std::string& reg, const std::string& sql) const {
    auto db = must(storage::connection::open(registers.file(reg), {.read_only = true}));
    auto query = must(db.prepare(sql));
    return must(query.step()) ? query.integer(0) : 0;
}

}  // namespace pykala::tests
