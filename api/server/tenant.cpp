#include "api/server/tenant.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/load/policies.hpp"
#include "engine/load/register_map_file.hpp"

#include "api/definitions/definitions.hpp"
#include "api/time/local_day.hpp"
#include "storage/registers/sqlite_register.hpp"
#include "storage/sealing/sodium.hpp"

namespace pykala::api {
namespace {

namespace fs = std::filesystem;

// In the order in which they are read: the first gives the customer number that finds the person
// in the others.
constexpr auto register_order = std::to_array<std::string_view>({"crm", "billing", "metering"});
constexpr std::string_view samples = "storage/registers/sample";
constexpr std::chrono::seconds pause_between_rounds{1};

fs::path database_of(const tenant_options& options) {
    return options.folder / "cases.db";
}

storage::key_paths keys_of(const tenant_options& options) {
    return {options.folder / "keys" / "keys.db", options.folder / "keys-second" / "keys.db"};
}

fs::path master_of(const tenant_options& options) {
    return options.folder / "keys" / "master.key";
}

result<storage::tenant_identity> identity_of(const tenant_options& options,
                                             const policy_set& rules) {
    const auto found = rules.packs.find(options.tenant);
    if (found == rules.packs.end())
        return fail(problem_kind::invalid, "unknown_tenant",
                    fmt::format("there is no pack `{}`", options.tenant),
                    "a pack is a file in `policies/controllers`");
    return storage::tenant_identity{options.tenant, found->second.case_prefix, options.use};
}

result<bool> make_folders(const tenant_options& options) {
    std::error_code error;
    for (const auto* part : {"keys", "keys-second", "registers"}) {
        fs::create_directories(options.folder / part, error);
        if (error)
            return fail(problem_kind::unavailable, "cannot_make_folder",
                        fmt::format("cannot make `{}`: {}", (options.folder / part).string(),
                                    error.message()));
        fs::permissions(options.folder / part, fs::perms::owner_all, error);
    }
    fs::permissions(options.folder, fs::perms::owner_all, error);
    return true;
}

const source_text* text_named(const source_texts& texts, const std::string& name) {
    const auto found = std::ranges::find(texts, name, &source_text::name);
    return found == texts.end() ? nullptr : &*found;
}

}  // namespace

desk::moment world_clock::now() {
    const auto at = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return {at, local_day(at)};
}

log::stream_tag random_ids::new_stream() {
    return storage::random_tag();
}

result<bool> create_tenant(const tenant_options& options, const definition_texts& texts) {
    PYKALA_TRY(const auto identity, identity_of(options, load_policies(texts.policies).set));
    PYKALA_CHECK(make_folders(options));
    const auto now = world_clock().now().at;
    PYKALA_CHECK(storage::create_tenant_database(database_of(options).string(), identity,
                                                 options.log_origin, now));
    PYKALA_TRY(auto master, storage::create_master_key(master_of(options)));
    PYKALA_CHECK(
        storage::key_store::create(keys_of(options), options.tenant, std::move(master), now));
    return true;
}

result<std::unique_ptr<tenant>> tenant::open(const tenant_options& options,
                                             const definition_texts& texts) {
    std::unique_ptr<tenant> made(new tenant());
    PYKALA_TRY(const auto identity, identity_of(options, load_policies(texts.policies).set));
    PYKALA_TRY(made->store_,
               storage::tenant_store::open({database_of(options).string(), identity}));
    PYKALA_TRY(auto master, storage::read_master_key(master_of(options)));
    PYKALA_TRY(made->keys_,
               storage::key_store::open(keys_of(options), options.tenant, std::move(master)));
    PYKALA_TRY(made->law_, standing_law::open(texts, options.tenant, *made->store_));
    PYKALA_TRY(made->documents_, storage::document_store::open(*made->store_, *made->keys_,
                                                               options.folder / "documents"));
    PYKALA_CHECK(made->documents_->sweep());
    made->cases_ = std::make_unique<storage::sqlite_case_store>(*made->store_);
    made->seals_ = std::make_unique<storage::case_sealing>(*made->keys_, made->clock_);
    auto& site = made->site_;
    site.tenant = options.tenant;
    site.demo = options.use == storage::purpose::demo;
    const auto& controllers = made->law_->own().controllers;
    site.name = controllers.empty() ? made->law_->own().id : controllers.begin()->second.name;
    site.store = made->store_.get();
    site.keys = made->keys_.get();
    site.cases = made->cases_.get();
    site.seals = made->seals_.get();
    site.law = made->law_.get();
    site.own = &made->law_->own();
    site.time = &made->clock_;
    site.limits = &made->limits_;
    return made;
}

result<bool> tenant::open_samples(const tenant_options& options) {
    PYKALA_TRY(const auto root, find_definitions(options.definitions));
    PYKALA_TRY(const auto texts, read_definitions(root, samples));
    const auto folder = options.folder / "registers";
    const auto* words = text_named(texts, fmt::format("{}/words.txt", samples));
    const auto* labels = text_named(texts, fmt::format("{}/labels.toml", samples));
    if (!words || !labels)
        return fail(problem_kind::not_found, "no_samples", "the sample registers are not there");
    const auto suppress = [keys = keys_.get()](std::string_view text) {
        const auto kind = text.find('@') == std::string_view::npos ? storage::lookup_kind::phone
                                                                   : storage::lookup_kind::email;
        return to_hex(keys->lookup_hash(kind, text));
    };
    for (const auto id : register_order) {
        const auto* text =
            text_named(texts, fmt::format("{}/{}/{}.toml", samples, options.tenant, id));
        if (!text)
            return fail(problem_kind::not_found, "no_samples",
                        fmt::format("there is no mapping `{}` of `{}`", id, options.tenant));
        diagnostics findings;
        auto map = load_register_map(*text, labels, law_->own(), findings);
        if (has_errors(findings))
            return fail(problem_kind::invalid, "register_mapping", to_string(findings.front()));
        const auto file = folder / (std::string(id) + ".db");
        if (!fs::exists(file))
            PYKALA_CHECK(storage::make_sample_register(folder.string(), law_->own(), map,
                                                       clock_.now().on, words->text));
        PYKALA_TRY(auto port, storage::open_sqlite_register(file.string(), std::move(map),
                                                            {.suppression_key = suppress}));
        registers_.push_back(std::move(port));
    }
    PYKALA_TRY(site_.people, storage::sample_people(law_->own(), words->text));
    return true;
}

void tenant::begin_work() {
    desk::settings own;
    std::vector<register_port*> ports;
    for (const auto& each : registers_) {
        own.registers.push_back(each->id());
        ports.push_back(each.get());
    }
    site_.registers = ports;
    const desk::ports world{
        *cases_, *seals_, clock_,
        ids_,    *law_,   [this](std::function<void()> work) { later_.run_soon(std::move(work)); }};
    desk_ = std::make_unique<desk::front_desk>(world, std::move(own));
    answers_ = std::make_unique<answer_maker>(ports, *documents_, site_);
    fulfilment_world outside{*desk_, *cases_, *seals_, clock_, std::move(ports)};
    outside.copy = [this](const desk::open_case& c, register_port& at,
                          const register_answer& gave) { return answers_->copy(c, at, gave); };
    outside.package = [this](const desk::open_case& c) { return answers_->make(c); };
    fulfilment_ = std::make_unique<fulfilment>(std::move(outside));
    site_.desk = desk_.get();
    site_.answers = answers_.get();
    working_ = std::jthread([this](const std::stop_token& end) {
        std::mutex mutex;
        std::condition_variable_any wakes;
        while (!end.stop_requested()) {
            const auto due = fulfilment_->run_due();
            if (!due) fmt::print(stderr, "{}: timers: {}\n", site_.tenant, due.error().code);
            if (const auto done = fulfilment_->run_once(); !done)
                fmt::print(stderr, "{}: orders: {}\n", site_.tenant, done.error().code);
            // a timer may have ended the life of a package
            if (due && *due > 0)
                if (const auto swept = answers_->sweep(); !swept)
                    fmt::print(stderr, "{}: documents: {}\n", site_.tenant, swept.error().code);
            std::unique_lock held(mutex);
            wakes.wait_for(held, end, pause_between_rounds, [] { return false; });
        }
    });
}

tenant::~tenant() = default;

}  // namespace pykala::api
