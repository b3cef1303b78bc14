#include "storage/sealing/key_store.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/sealing/box.hpp"
#include "storage/sealing/sodium.hpp"

namespace pykala::storage {
namespace {

namespace fs = std::filesystem;

constexpr log::stream_tag tenant_itself{};
constexpr std::string_view lookup_class = "lookup";
constexpr std::string_view signing_class = "signing";

bool is_there(const fs::path& file) {
    std::error_code unused;
    return fs::exists(file, unused) && fs::file_size(file, unused) > 0;
}

// Whether the copy is there and every row of it can be read; a copy that is not there is not whole
// and not broken.
result<bool> is_whole(const fs::path& file) {
    if (!is_there(file)) return false;
    PYKALA_TRY(const auto copy, key_copy::open(file));
    PYKALA_TRY(const auto rows, copy.all());
    return copy.facts().has_value();
}

bool is_broken(const result<bool>& whole) {
    return !whole && whole.error().kind == problem_kind::corrupt;
}

// The copy at `file`; one that is broken gives way to a new one, which `level` then fills from the
// other, if that is whole.
result<key_copy> open_or_replace(const fs::path& file, const result<bool>& whole,
                                 const result<bool>& other) {
    std::error_code unused;
    if (is_broken(whole) && other.value_or(false)) fs::remove(file, unused);
    return key_copy::open(file);
}

// What to do when neither copy serves: only somebody's own backup is left.
std::unexpected<problem> damaged(std::string detail, const key_paths& paths) {
    return fail(problem_kind::corrupt, "key_store_damaged", std::move(detail),
                fmt::format("put a copy made with `pykala keys backup` in the place of `{}` and "
                            "remove `{}`; without its keys the data of a tenant cannot be read",
                            paths.first.string(), paths.second.string()));
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// International form, with Finland where a number names no country.
std::string normal_phone(std::string_view number) {
    std::string digits;
    for (const char c : number)
        if ((c >= '0' && c <= '9') || (c == '+' && digits.empty())) digits += c;
    if (digits.starts_with("00")) return "+" + digits.substr(2);
    if (digits.starts_with("0")) return "+358" + digits.substr(1);
    return digits;
}

secret_text normalised(lookup_kind kind, std::string_view text) {
    if (kind == lookup_kind::phone) return secret_text(normal_phone(text));
    if (kind == lookup_kind::register_person || kind == lookup_kind::address ||
        kind == lookup_kind::record)
        return secret_text(std::string(text));
    secret_text out;
    if (kind == lookup_kind::email) {
        for (const char c : trimmed(text)) out.text() += lower(c);
    } else {
        for (const char c : text)
            if (!is_blank(c)) out.text() += upper(c);
    }
    return out;
}

}  // namespace

std::string_view name_of(lookup_kind kind) {
    switch (kind) {
        case lookup_kind::hetu:
            return "hetu";
        case lookup_kind::customer_number:
            return "customer_number";
        case lookup_kind::email:
            return "email";
        case lookup_kind::phone:
            return "phone";
        case lookup_kind::register_person:
            return "register_person";
        case lookup_kind::address:
            return "address";
        case lookup_kind::record:
            return "record";
    }
    throw std::logic_error("no such kind of lookup");
}

result<std::unique_ptr<key_store>> key_store::create(const key_paths& paths, std::string tenant,
                                                     master_key master, instant now) {
    for (const fs::path& file : {paths.first, paths.second})
        if (is_there(file))
            return fail(problem_kind::conflict, "key_store_exists",
                        fmt::format("`{}` is there already", file.string()),
                        "a key store is never written over");
    PYKALA_TRY(key_copy first, key_copy::open(paths.first));
    PYKALA_TRY(key_copy second, key_copy::open(paths.second));
    std::unique_ptr<key_store> store(new key_store(std::move(first), std::move(second), paths,
                                                   std::move(tenant), std::move(master)));
    const std::vector<key_row> own{
        store->row_for(tenant_itself, lookup_class, secret_key::random(), now),
        store->row_for(tenant_itself, signing_class, secret_key::random(), now)};
    PYKALA_CHECK(store->change_both(
        [&](key_copy& copy, const key_facts& next) { return copy.add(own, next); }));
    PYKALA_CHECK(store->load_own_keys());
    return store;
}

result<std::unique_ptr<key_store>> key_store::open(const key_paths& paths, std::string tenant,
                                                   master_key master) {
    if (!is_there(paths.first) && !is_there(paths.second))
        return fail(problem_kind::not_found, "key_store_missing",
                    fmt::format("neither `{}` nor `{}` is there", paths.first.string(),
                                paths.second.string()),
                    "without its key store the data of a tenant cannot be read; name the right "
                    "paths, or make a new tenant with `pykala init`");
    const auto first_whole = is_whole(paths.first);
    const auto second_whole = is_whole(paths.second);
    if (!first_whole.value_or(false) && !second_whole.value_or(false) &&
        (is_broken(first_whole) || is_broken(second_whole)))
        return damaged(fmt::format("no copy of the key store can be read: neither `{}` nor `{}`",
                                   paths.first.string(), paths.second.string()),
                       paths);
    PYKALA_TRY(key_copy first, open_or_replace(paths.first, first_whole, second_whole));
    PYKALA_TRY(key_copy second, open_or_replace(paths.second, second_whole, first_whole));
    if (!first.facts() && !second.facts())
        return damaged(fmt::format("neither copy of the key store holds keys: `{}`, `{}`",
                                   paths.first.string(), paths.second.string()),
                       paths);
    const key_facts facts = !second.facts() || (first.facts() && first.facts()->generation >=
                                                                     second.facts()->generation)
                                ? *first.facts()
                                : *second.facts();
    if (facts.tenant != tenant)
        return fail(problem_kind::refused, "wrong_tenant",
                    fmt::format("the key store belongs to `{}`", facts.tenant),
                    "name the key store of this tenant");
    if (facts.master != to_hex(master.id))
        return fail(problem_kind::refused, "wrong_master_key",
                    "the master key is not the one that wraps this key store",
                    "name the right master key file; after an interrupted rotation it is the new "
                    "one");
    std::unique_ptr<key_store> store(new key_store(std::move(first), std::move(second), paths,
                                                   std::move(tenant), std::move(master)));
    PYKALA_CHECK(store->level());
    PYKALA_CHECK(store->load_own_keys());
    return store;
}

result<bool> key_store::load_own_keys() {
    for (const std::string_view key_class : {lookup_class, signing_class}) {
        PYKALA_TRY(const auto row, first_.find(tenant_itself, key_class));
        if (!row)
            return damaged(fmt::format("the key store `{}` and its second copy `{}` have no {} key",
                                       paths_.first.string(), paths_.second.string(), key_class),
                           paths_);
        PYKALA_TRY(secret_key key, unwrap(*row));
        if (key_class == lookup_class) lookup_id_ = row->id;
        (key_class == lookup_class ? lookup_ : signing_) = std::move(key);
    }
    signing_public_ = public_key_of(signing_);
    return true;
}

result<bool> key_store::level() {
    const auto generation = [](const key_copy& copy) {
        return copy.facts() ? copy.facts()->generation : 0;
    };
    if (generation(first_) == generation(second_)) return true;
    key_copy& ahead = generation(first_) > generation(second_) ? first_ : second_;
    key_copy& behind = &ahead == &first_ ? second_ : first_;
    PYKALA_TRY(const std::vector<key_row> rows, ahead.all());
    return behind.replace_all(rows, *ahead.facts());
}

key_facts key_store::next_facts() const {
    return {tenant_, to_hex(master_.id), first_.facts() ? first_.facts()->generation + 1 : 1};
}

template <class Change>
result<bool> key_store::change_both(const Change& change) {
    readers_.let_go();
    PYKALA_CHECK(level());  // a change that failed half-way left one copy behind
    const key_facts next = next_facts();
    PYKALA_CHECK(change(first_, next));
    return change(second_, next);
}

result<secret_key> key_store::unwrap(const key_row& row) const {
    return unwrap_key(master_, tenant_, row.id, row.key_class, row.wrapped);
}

key_row key_store::row_for(const log::stream_tag& owner, std::string_view key_class,
                           const secret_key& key, instant now) const {
    key_row row{random_tag(), owner, std::string(key_class), to_string(now), {}};
    row.wrapped = wrap_key(master_, tenant_, row.id, key_class, key);
    return row;
}

std::optional<log::key_id> key_store::cached(const key_request& request) const {
    const std::lock_guard lock(mutex_);
    return opened_.find(request.owner, log::to_string(request.of));
}

result<std::vector<log::key_id>> key_store::make(std::span<const key_request> requests,
                                                 instant now) {
    std::vector<std::optional<log::key_id>> known;
    for (const key_request& request : requests) {
        if (request.of == log::data_class::open) throw std::logic_error("open fields have no key");
        known.push_back(cached(request));
    }
    std::vector<log::key_id> ids;
    if (std::ranges::all_of(known, [](const auto& id) { return id.has_value(); })) {
        for (const auto& id : known) ids.push_back(*id);
        return ids;
    }
    const std::unique_lock alone(changing_);
    std::vector<key_row> fresh;
    for (const key_request& request : requests) {
        const std::string_view name = log::to_string(request.of);
        PYKALA_TRY(const auto row, first_.find(request.owner, name));
        if (!row) fresh.push_back(row_for(request.owner, name, secret_key::random(), now));
        ids.push_back(row ? row->id : fresh.back().id);
    }
    if (fresh.empty()) return ids;
    {
        const std::lock_guard lock(mutex_);
        for (const key_row& row : fresh) opened_.forget_over(row.owner);
    }
    PYKALA_CHECK(
        change_both([&](key_copy& copy, const key_facts& next) { return copy.add(fresh, next); }));
    return ids;
}

result<secret_key> key_store::find(const log::key_id& id) const {
    {
        const std::lock_guard lock(mutex_);
        if (auto known = opened_.find(id)) return *std::move(known);
    }
    const std::shared_lock unchanged(changing_);
    // whoever needs one key of a case soon needs the others
    auto found = readers_.read([&](const key_copy& copy) { return copy.beside(id); });
    if (!found && found.error().kind == problem_kind::corrupt)
        return fail(problem_kind::corrupt, "key_store_damaged",
                    fmt::format("the key store `{}` cannot be read", paths_.first.string()),
                    fmt::format("stop the program and start it again: it makes the file anew from "
                                "its second copy, `{}`",
                                paths_.second.string()));
    PYKALA_TRY(const std::vector<key_row> rows, std::move(found));
    if (rows.empty())
        return fail(problem_kind::not_found, "key_destroyed", "the key of this data is destroyed",
                    "what it sealed cannot be read again; the log still proves that it was there");
    std::vector<secret_key> keys;
    std::size_t wanted = 0;
    for (const key_row& row : rows) {
        PYKALA_TRY(secret_key key, unwrap(row));
        if (row.id == id) wanted = keys.size();
        keys.push_back(std::move(key));
    }
    secret_key out = keys[wanted].copy();
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < rows.size(); ++i) opened_.put(rows[i], std::move(keys[i]));
    return out;
}

result<std::optional<secret_key>> key_store::key_over(const log::stream_tag& owner) const {
    {
        const std::lock_guard lock(mutex_);
        if (auto known = opened_.over(owner)) return known;
    }
    const std::shared_lock unchanged(changing_);
    PYKALA_TRY(std::vector<key_row> rows,
               readers_.read([&](const key_copy& copy) { return copy.of_owner(owner); }));
    if (rows.empty()) return std::nullopt;
    std::ranges::sort(rows, {}, &key_row::id);
    std::vector<secret_key> keys;
    secret_text all(std::string("pykala-over/1"));
    for (const key_row& row : rows) {
        PYKALA_TRY(secret_key key, unwrap(row));
        all.text() += as_text(row.id);
        all.text() += as_text(key.bytes());
        keys.push_back(std::move(key));
    }
    secret_key out;
    keyed_hash(keys.front(), all.text(), out.bytes());
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < rows.size(); ++i) opened_.put(rows[i], std::move(keys[i]));
    opened_.put_over(owner, out.copy());
    return out;
}

result<bool> key_store::destroy(std::span<const log::key_id> ids) {
    const std::unique_lock alone(changing_);
    {
        const std::lock_guard lock(mutex_);
        for (const log::key_id& id : ids) opened_.forget(id);
        opened_.forget_over();
    }
    return change_both(
        [&](key_copy& copy, const key_facts& next) { return copy.remove(ids, next); });
}

result<std::vector<key_facts_row>> key_store::list_of(const log::stream_tag& owner) const {
    const std::unique_lock alone(changing_);
    PYKALA_TRY(const std::vector<key_row> rows, first_.of_owner(owner));
    std::vector<key_facts_row> out;
    out.reserve(rows.size());
    for (const key_row& row : rows) out.push_back({row.id, row.owner, row.key_class, row.made_at});
    return out;
}

result<std::vector<key_facts_row>> key_store::list() const {
    const std::unique_lock alone(changing_);
    PYKALA_TRY(const std::vector<key_row> rows, first_.all());
    std::vector<key_facts_row> out;
    for (const key_row& row : rows)
        if (row.owner != tenant_itself)
            out.push_back({row.id, row.owner, row.key_class, row.made_at});
    return out;
}

result<bool> key_store::rotate(master_key next_master) {
    const std::unique_lock alone(changing_);
    PYKALA_TRY(std::vector<key_row> rows, first_.all());
    for (key_row& row : rows) {
        PYKALA_TRY(const secret_key key, unwrap(row));
        row.wrapped = wrap_key(next_master, tenant_, row.id, row.key_class, key);
    }
    const std::string next_id = to_hex(next_master.id);
    auto changed = change_both([&](key_copy& copy, key_facts next) {
        next.master = next_id;
        return copy.replace_all(rows, next);
    });
    // where only the first copy has changed, the new key reads it already and `level` mends the
    // other
    if (first_.facts()->master == next_id) master_ = std::move(next_master);
    return changed;
}

std::array<std::uint8_t, 32> key_store::lookup_hash(lookup_kind kind,
                                                    std::string_view value) const {
    secret_text plain = normalised(kind, value);
    auto message = canonical_json(value_array{"pykala-lookup/1", name_of(kind), plain.text()});
    if (!message) throw std::logic_error("a value to look up is not UTF-8");
    const secret_text wiped(*std::move(message));
    std::array<std::uint8_t, 32> out{};
    keyed_hash(lookup_, wiped.text(), out);
    return out;
}

log::signature key_store::sign(std::string_view text) const {
    return storage::sign(signing_, text);
}

}  // namespace pykala::storage
