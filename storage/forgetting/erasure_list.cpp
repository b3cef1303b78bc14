#include "storage/forgetting/erasure_list.hpp"

#include <array>
#include <optional>
#include <stdexcept>

#include "engine/base/encoding.hpp"
#include "engine/log/canonical_json.hpp"

#include "storage/json/read_json.hpp"

namespace pykala::storage {
namespace {

constexpr std::string_view of_record = "record";
constexpr std::string_view of_case = "case";

auto malformed() {
    return fail(problem_kind::corrupt, "erasure_malformed",
                "an entry of the erasure list is not as it was written",
                "take the list from another copy: an entry that is lost is not erased again");
}

// The vocabulary has no name for no review.
constexpr std::string_view no_review = "none";

std::string_view review_name(review_reason reason) {
    return reason == review_reason::none ? no_review : name_of(reason);
}

std::optional<review_reason> review_named(std::string_view name) {
    return name == no_review ? std::optional(review_reason::none) : from_name<review_reason>(name);
}

template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> bytes_of(std::string_view hex) {
    std::array<std::uint8_t, N> out{};
    return from_hex(hex, out) ? std::optional(out) : std::nullopt;
}

// Whether the parts fit together, so that nothing half-read is ever applied.
bool is_sound(const erasure_entry& e) {
    if (e.what == erased_thing::removed_case)
        return bytes_of<16>(e.hash) && e.reg.empty() && e.key.empty();
    return bytes_of<32>(e.hash) && bytes_of<16>(e.key) && !e.reg.empty();
}

result<erasure_entry> read_row(statement& row) {
    const auto verb = from_name<register_verb>(row.text(4));
    const auto decided = review_named(row.text(5));
    const auto on = parse_date(row.text(8));
    const bool record = row.text(1) == of_record;
    if (!on || (record && (!verb || !decided))) return malformed();
    erasure_entry made{row.integer(0),
                       record ? erased_thing::record : erased_thing::removed_case,
                       to_hex(row.blob(2)),
                       std::string(row.text(3)),
                       verb.value_or(register_verb::erase),
                       decided.value_or(review_reason::none),
                       row.integer(6) != 0,
                       to_hex(row.blob(7)),
                       *on};
    if (!is_sound(made)) return malformed();
    return made;
}

constexpr std::string_view columns =
    "SELECT id, what, hash, register, verb, decided, ordered, key, erased_on FROM erasures ";

}  // namespace

result<void> add_erasure(session& db, const erasure_entry& e) {
    if (!is_sound(e)) throw std::logic_error("an entry of the erasure list does not fit together");
    const bool record = e.what == erased_thing::record;
    std::vector<std::uint8_t> hash(record ? 32 : 16), key(record ? 16 : 0);
    from_hex(e.hash, hash);
    from_hex(e.key, key);
    const std::optional<std::int64_t> id = e.id == 0 ? std::nullopt : std::optional(e.id);
    return db.run(
        "INSERT OR IGNORE INTO erasures(id, what, hash, register, verb, decided, ordered, key, "
        "erased_on) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE ?1 IS NOT NULL OR NOT EXISTS "
        "(SELECT 1 FROM erasures WHERE hash = ?3 AND verb = ?5 AND decided = ?6 AND ordered = ?7 "
        "AND key = ?8 AND erased_on = ?9)",
        id, record ? of_record : of_case, byte_view(hash), e.reg,
        record ? std::string(name_of(e.verb)) : std::string(),
        record ? std::string(review_name(e.decided)) : std::string(), std::int64_t(e.ordered),
        byte_view(key), to_string(e.on));
}

result<std::vector<erasure_entry>> erasures_after(session& db, std::int64_t id, std::size_t limit) {
    PYKALA_TRY(statement * rows, db.get(std::string(columns) + "WHERE id > ? ORDER BY id LIMIT ?"));
    rows->bind_all(id, std::int64_t(limit));
    std::vector<erasure_entry> out;
    for (;;) {
        PYKALA_TRY(const bool there, rows->step());
        if (!there) break;
        PYKALA_TRY(out.emplace_back(), read_row(*rows));
    }
    rows->reset();
    return out;
}

result<void> remember_erased(tenant_store& store, const key_store& keys, const std::string& reg,
                             std::span<const erased_record> records, date on) {
    return store.write([&](session& db) -> result<void> {
        for (const erased_record& each : records) {
            const auto hash = keys.lookup_hash(lookup_kind::record, each.record);
            PYKALA_CHECK(
                add_erasure(db, {0, erased_thing::record, to_hex(hash), reg, each.verb,
                                 each.decided, each.ordered, to_hex(keys.lookup_key()), on}));
        }
        return {};
    });
}

result<std::map<std::string, erasure_entry>> erased_since(tenant_store& store,
                                                          const key_store& keys,
                                                          const std::string& reg, date since) {
    using by_hash = std::map<std::string, erasure_entry>;
    const auto own_key = to_hex(keys.lookup_key());
    return store.read([&](session& db) -> result<by_hash> {
        PYKALA_TRY(statement * rows,
                   db.get(std::string(columns) + "WHERE what = 'record' AND register = ? AND "
                                                 "erased_on >= ? ORDER BY id"));
        rows->bind_all(reg, to_string(since));
        by_hash out;
        for (;;) {
            PYKALA_TRY(const bool there, rows->step());
            if (!there) break;
            PYKALA_TRY(auto entry, read_row(*rows));
            if (entry.key != own_key)
                return fail(problem_kind::corrupt, "erasures_of_another_key",
                            "the erasure list was made under the lookup key of another key store",
                            "put the key store in place under which this tenant works");
            auto hash = entry.hash;
            out.insert_or_assign(std::move(hash), std::move(entry));
        }
        rows->reset();
        return out;
    });
}

std::string erasure_line(const erasure_entry& e) {
    const bool record = e.what == erased_thing::record;
    value_object all{{"hash", e.hash},
                     {"id", e.id},
                     {"on", to_string(e.on)},
                     {"v", std::int64_t{1}},
                     {"what", record ? of_record : of_case}};
    if (record) {
        all.emplace("decided", review_name(e.decided));
        all.emplace("key", e.key);
        all.emplace("ordered", e.ordered);
        all.emplace("register", e.reg);
        all.emplace("verb", name_of(e.verb));
    }
    auto text = canonical_json(std::move(all));
    if (!text) throw std::logic_error("the id of a register is not UTF-8");
    return *std::move(text);
}

result<erasure_entry> read_erasure_line(std::string_view line) {
    const auto read = read_json(line);
    if (!read) return malformed();
    const auto text = [&](std::string_view name) {
        const auto* found = (*read)[name].as_string();
        return found ? *found : std::string();
    };
    erasure_entry made;
    const auto* id = (*read)["id"].as_integer();
    const auto on = parse_date(text("on"));
    if (!id || *id < 1 || !on) return malformed();
    made.id = *id;
    made.on = *on;
    made.hash = text("hash");
    if (text("what") == of_case) {
        made.what = erased_thing::removed_case;
    } else {
        const auto verb = from_name<register_verb>(text("verb"));
        const auto decided = review_named(text("decided"));
        if (!verb || !decided) return malformed();
        made.verb = *verb;
        made.decided = *decided;
        made.ordered = (*read)["ordered"] == value(true);
        made.key = text("key");
        made.reg = text("register");
    }
    // what is not the same when written again was written by another program
    if (!is_sound(made) || erasure_line(made) != line) return malformed();
    return made;
}

}  // namespace pykala::storage
