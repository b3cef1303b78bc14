#include "api/server/tenant.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/load/policies.hpp"
#include "engine/load/register_map_file.hpp"

#include "api/definitions/definitions.hpp"
#include "api/time/local_day.hpp"
#include "api/web/letters.hpp"
#include "storage/backup/restore.hpp"
#include "storage/sealing/sodium.hpp"

namespace pykala::api {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view samples = "storage/registers/sample";
constexpr std::chrono::seconds pause_between_rounds{1};

result<storage::tenant_identity> identity_of(const tenant_options& options,
                                             const policy_set& rules) {
    const auto found = rules.packs.find(options.tenant);
    if (found == rules.packs.end())
        return fail(problem_kind::invalid, "unknown_tenant",
                    fmt::format("there is no pack `{}`", options.tenant),
                    "a pack is a file in `policies/controllers`");
    return storage::tenant_identity{options.tenant, found->second.case_prefix, options.use};
}

// Folders that only the service may enter.
result<bool> make_folders(const tenant_options& options) {
    const auto keys = keys_of(options);
    for (const auto& each : {options.folder, keys.first.parent_path(), keys.second.parent_path()}) {
        std::error_code error;
        // a folder that is there already may be shared on purpose
        const auto above = each.parent_path();
        if (fs::create_directories(above, error))
            fs::permissions(above, fs::perms::owner_all, error);
        if (!error) fs::create_directory(each, error);
        if (!error) fs::permissions(each, fs::perms::owner_all, error);
        if (error)
            return fail(problem_kind::unavailable, "cannot_make_folder",
                        fmt::format("cannot make `{}`: {}", each.string(), error.message()),
                        "the user of the service must be allowed to write there");
    }
    return true;
}

const source_text* text_named(const source_texts& texts, const std::string& name) {
    const auto found = std::ranges::find(texts, name, &source_text::name);
    return found == texts.end() ? nullptr : &*found;
}

}  // namespace

namespace {

// Tells the administrator of cases that take no commands, each once until it is released.
void tell_quarantine(desk::case_store& store, const std::string& tenant,
                     std::set<std::string>& told) {
    const auto all = store.quarantined();
    if (!all) return;
    std::set<std::string> there;
    for (const auto& each : *all) {
        if (!told.contains(each.number))
            fmt::print(stderr,
                       "{0}: case {1} is in quarantine since {2}: {3}\n    find the cause, then "
                       "release it: pykala case release {1} --tenant {0} --user NAME --reason …\n",
                       tenant, each.number, to_string(each.since), each.why);
        there.insert(each.number);
    }
    told = std::move(there);
}

// Tells the administrator that shipping stands still, once until it goes on.
void tell_shipping(const result<void>& shipped, const std::string& tenant, std::string& told) {
    const auto now = shipped ? std::string() : shipped.error().code;
    if (now != told && !shipped)
        fmt::print(stderr, "{}: shipping: {}: {}\n    {}\n", tenant, now, shipped.error().detail,
                   shipped.error().hint);
    if (now != told && shipped) fmt::print(stderr, "{}: shipping goes on\n", tenant);
    told = now;
}

}  // namespace

fs::path database_of(const tenant_options& options) {
    return options.folder / "cases.db";
}

storage::key_paths keys_of(const tenant_options& options) {
    const auto& own = options;
    return {(own.keys.empty() ? own.folder / "keys" : own.keys) / "keys.db",
            (own.second_keys.empty() ? own.folder / "keys-second" : own.second_keys) / "keys.db"};
}

fs::path master_key_of(const tenant_options& options) {
    if (!options.master_key.empty()) return options.master_key;
    return keys_of(options).first.parent_path() / "master.key";
}

desk::moment world_clock::now() {
    const auto at = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return {at, local_day(at)};
}

log::stream_tag random_ids::new_stream() {
    return storage::random_tag();
}

namespace {

// A master key that cannot be used for anything is not left behind.
result<bool> make_keys(const tenant_options& options, instant now) {
    const auto file = master_key_of(options);
    PYKALA_TRY(auto master, storage::create_master_key(file));
    const auto made =
        storage::key_store::create(keys_of(options), options.tenant, std::move(master), now);
    if (made) return true;
    fs::remove(file);
    return std::unexpected(made.error());
}

}  // namespace

result<bool> create_tenant(const tenant_options& options, const definition_texts& texts) {
    PYKALA_TRY(const auto identity, identity_of(options, load_policies(texts.policies).set));
    PYKALA_CHECK(make_folders(options));
    const auto now = world_clock().now().at;
    const auto database = database_of(options).string();
    PYKALA_CHECK(storage::create_tenant_database(database, identity, options.log_origin, now));
    const auto with_keys = make_keys(options, now);
    // without keys it holds nothing and could never hold anything
    if (!with_keys) fs::remove(database);
    return with_keys;
}

void remove_tenant(const tenant_options& options) {
    const auto keys = keys_of(options);
    std::error_code ignored;
    for (const auto& file : {database_of(options), keys.first, keys.second})
        for (const auto* tail : {"", "-wal", "-shm", "-journal", ".lock"})
            fs::remove(file.string() + tail, ignored);
    fs::remove(master_key_of(options), ignored);
}

result<std::unique_ptr<tenant>> tenant::open(const tenant_options& options,
                                             const definition_texts& texts) {
    std::unique_ptr<tenant> made(new tenant());
    PYKALA_TRY(const auto identity, identity_of(options, load_policies(texts.policies).set));
    PYKALA_CHECK(storage::check_no_restore_waits(options.folder));
    PYKALA_TRY(made->store_,
               storage::tenant_store::open({database_of(options).string(), identity}));
    PYKALA_TRY(auto master, storage::read_master_key(master_key_of(options)));
    PYKALA_TRY(made->keys_,
               storage::key_store::open(keys_of(options), options.tenant, std::move(master)));
    if (!options.shipping.empty()) {
        PYKALA_TRY(made->shipping_, storage::shipping::open(*made->store_, options.shipping));
    }
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
    site.shipping = made->shipping_.get();
    site.cases = made->cases_.get();
    site.seals = made->seals_.get();
    site.law = made->law_.get();
    site.own = &made->law_->own();
    site.time = &made->clock_;
    site.limits = &made->limits_;
    return made;
}

namespace {

// Under which a register finds a number or an address again that may not be used for marketing.
auto suppression_by(const storage::key_store& keys) {
    return [keys = &keys](std::string_view text) {
        const auto kind = text.find('@') == std::string_view::npos ? storage::lookup_kind::phone
                                                                   : storage::lookup_kind::email;
        return to_hex(keys->lookup_hash(kind, text));
    };
}

}  // namespace

result<bool> tenant::open_registers(const tenant_options& options) {
    for (const auto& each : options.registers) {
        PYKALA_TRY(auto port,
                   open_register(each, law_->own(), {.suppression_key = suppression_by(*keys_)}));
        const auto same = [&](const auto& other) { return other->id() == port->id(); };
        if (std::ranges::any_of(registers_, same))
            return fail(problem_kind::invalid, "register_mapping",
                        fmt::format("`{}` names two registers `{}`", options.tenant, port->id()),
                        "the `id` of each mapping is its own");
        registers_.push_back(std::move(port));
    }
    return true;
}

result<bool> tenant::open_mail(const tenant_options& options) {
    if (!options.mail) return true;
    auto server = options.mail->server;
    if (!options.mail->password.empty()) {
        PYKALA_TRY(server.password, storage::read_mail_password(options.mail->password));
    }
    PYKALA_TRY(auto port, storage::open_smtp(std::move(server)));
    notices_ = std::make_unique<notices>(site_, std::move(port), options.mail->from);
    site_.sends_mail = true;
    return true;
}

result<bool> tenant::open_samples(const tenant_options& options) {
    PYKALA_TRY(const auto root, find_definitions(options.definitions));
    PYKALA_TRY(const auto texts, read_definitions(root, samples));
    const auto folder = options.folder / "registers";
    const auto* words = text_named(texts, fmt::format("{}/words.txt", samples));
    if (!words)
        return fail(problem_kind::not_found, "no_samples", "the sample registers are not there");
    std::error_code error;
    fs::create_directories(folder, error);
    for (const auto& each : sample_registers(folder, root, options.tenant)) {
        diagnostics findings;
        PYKALA_TRY(const auto map, load_mapping(each, law_->own(), findings));
        if (has_errors(findings))
            return fail(problem_kind::invalid, "register_mapping", to_string(findings.front()));
        if (!fs::exists(each.database))
            PYKALA_CHECK(storage::make_sample_register(folder.string(), law_->own(), map,
                                                       clock_.now().on, words->text));
        PYKALA_TRY(auto port,
                   open_register(each, law_->own(), {.suppression_key = suppression_by(*keys_)}));
        registers_.push_back(std::move(port));
    }
    PYKALA_TRY(site_.people, storage::sample_people(law_->own(), words->text));
    return true;
}

void tenant::open_desk() {
    desk::settings own;
    site_.registers.clear();
    for (const auto& each : registers_) {
        own.registers.push_back(each->id());
        site_.registers.push_back(each.get());
    }
    letter_writer_ = std::make_unique<web::site_letters>(site_);
    const desk::ports world{
        *cases_,
        *seals_,
        clock_,
        ids_,
        *law_,
        [this](std::function<void()> work) { later_.run_soon(std::move(work)); },
        letter_writer_.get()};
    desk_ = std::make_unique<desk::front_desk>(world, std::move(own));
    site_.desk = desk_.get();
}

void tenant::begin_work() {
    open_desk();
    forgetting_ = std::make_unique<forgetting>(*desk_, *seals_, clock_, *store_, *keys_);
    answers_ = std::make_unique<answer_maker>(site_.registers, *documents_, site_);
    fulfilment_world outside{*desk_, *cases_, *seals_, clock_, site_.registers};
    outside.copy = [this](const desk::open_case& c, register_port& at,
                          const register_answer& gave) { return answers_->copy(c, at, gave); };
    outside.package = [this](const desk::open_case& c) { return answers_->make(c); };
    outside.forget = forgetting_.get();
    outside.remember_erased = [this](const std::string& reg, auto erased) {
        return remember_erased(reg, erased);
    };
    if (!notices_) notices_ = std::make_unique<notices>(site_, nullptr, std::string());
    outside.other = [this](const desk::outbox_item& item, const value& what) {
        return notices_->leave(item, what);
    };
    fulfilment_ = std::make_unique<fulfilment>(std::move(outside));
    site_.answers = answers_.get();
    working_ = std::jthread([this](const std::stop_token& end) {
        std::mutex mutex;
        std::condition_variable_any wakes;
        std::set<std::string> told;
        std::string unshipped;
        if (const auto begun = forgetting_->begin(); !begun)
            fmt::print(stderr, "{}: keys: {}\n", site_.tenant, begun.error().code);
        while (!end.stop_requested()) {
            const auto due = fulfilment_->run_due();
            if (!due) fmt::print(stderr, "{}: timers: {}\n", site_.tenant, due.error().code);
            if (const auto done = fulfilment_->run_once(); !done)
                fmt::print(stderr, "{}: orders: {}\n", site_.tenant, done.error().code);
            // a timer may have ended the life of a package
            if (due && *due > 0)
                if (const auto swept = answers_->sweep(); !swept)
                    fmt::print(stderr, "{}: documents: {}\n", site_.tenant, swept.error().code);
            tell_quarantine(*cases_, site_.tenant, told);
            if (shipping_) tell_shipping(shipping_->ship_all(), site_.tenant, unshipped);
            std::unique_lock held(mutex);
            wakes.wait_for(held, end, pause_between_rounds, [] { return false; });
        }
    });
}

// On the list, and on the other disk where there is one, before anybody is told that it is done.
result<void> tenant::remember_erased(const std::string& reg,
                                     std::span<const storage::erased_record> erased) {
    PYKALA_CHECK(storage::remember_erased(*store_, *keys_, reg, erased, clock_.now().on));
    return shipping_ ? shipping_->ship_erasures() : result<void>();
}

tenant::~tenant() = default;

}  // namespace pykala::api
