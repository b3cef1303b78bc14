#include "storage/sealing/event_seal.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/hash/sha256.hpp"
#include "storage/json/canonical_reader.hpp"
#include "storage/sealing/sodium.hpp"

namespace pykala::storage {
namespace {

std::unexpected<problem> malformed() {
    return fail(problem_kind::corrupt, "event_malformed",
                "the stored public part of an event is not what was written",
                "restore the database");
}

result<log::field_commitment> read_commitment(canonical_reader& in) {
    std::string_view of;
    std::string_view name;
    log::field_commitment out;
    if (!in.take(R"({"class":)") || !in.plain(of) || !in.take(R"(,"commitment":)") ||
        !in.hex(out.commitment) || !in.take(R"(,"key":)"))
        return malformed();
    const auto known = log::parse_data_class(of);
    if (!known) return malformed();
    out.of = *known;
    const bool keyless = out.of == log::data_class::open;
    if (keyless ? !in.take(R"("")") : !in.hex(out.key.emplace())) return malformed();
    if (!in.take(R"(,"name":)") || !in.plain(name) || !in.take("}")) return malformed();
    out.name = name;
    return out;
}

bool read_hash(canonical_reader& in, std::optional<log::digest>& to) {
    return in.take("null") || in.hex(to.emplace());
}

bool read_name(canonical_reader& in, std::string& to) {
    std::string_view name;
    if (!in.plain(name) || !log::is_vocabulary_name(name)) return false;
    to = name;
    return true;
}

// As log::write_body writes it: an instant always has its milliseconds.
bool read_body(canonical_reader& in, log::event_body& to) {
    std::string_view at;
    std::string_view on;
    value count;
    if (!in.take(R"({"actor":)") || !read_name(in, to.actor) || !in.take(R"(,"at":)") ||
        !in.plain(at) || !in.take(R"(,"fields":{"count":)") || !in.any(count) ||
        !in.take(R"(,"root":)") || !in.hex(to.fields_root) || !in.take(R"(},"kind":)") ||
        !read_name(in, to.kind) || !in.take(R"(,"law":)") || !read_hash(in, to.law) ||
        !in.take(R"(,"of":)") || !read_name(in, to.of) || !in.take(R"(,"on":)") || !in.plain(on) ||
        !in.take(R"(,"procedure":)") || !read_hash(in, to.procedure) || !in.take(R"(,"v":1})"))
        return false;
    const auto instant_at = at.size() == 24 ? parse_instant_utc(at) : std::nullopt;
    const auto day = parse_date(on);
    const auto* fields = count.as_integer();
    if (!instant_at || !day || !fields || *fields < 0) return false;
    to.at = *instant_at;
    to.on = *day;
    to.field_count = static_cast<std::size_t>(*fields);
    return true;
}

// `"name":[salt,value]` of a field that was committed to. The text that is read is the one that was
// hashed: nothing is written again.
result<void> open_field(canonical_reader& in, read_field& field) {
    std::string_view name;
    if (!in.plain(name) || name != field.commitment.name || !in.take(":[") || !in.hex(field.salt) ||
        !in.take(","))
        return malformed();
    const std::size_t begin = in.mark();
    if (!in.any(field.held)) return malformed();
    if (sha256(as_text(field.salt), in.since(begin)) != field.commitment.commitment)
        return fail(problem_kind::corrupt, "commitment_broken",
                    fmt::format("field `{}` is not what was committed to", field.commitment.name),
                    "restore the database");
    if (!in.take("]")) return malformed();
    field.state = field_state::opened;
    return {};
}

// Fills the fields of a class from {name: [salt, value]}, both in order of name; none may lack.
result<void> open_fields(canonical_reader& in, log::data_class of,
                         std::vector<read_field>& fields) {
    if (!in.take("{")) return malformed();
    bool first = true;
    for (read_field& field : fields) {
        if (field.commitment.of != of) continue;
        if (!std::exchange(first, false) && !in.take(",")) return malformed();
        PYKALA_CHECK(open_field(in, field));
    }
    if (!in.take("}")) return malformed();
    return {};
}

// {name: [salt, value]} as it grows, of one class.
void add_opening(std::string& to, std::string_view name, const log::salt& salt,
                 std::string_view held) {
    to += to.empty() ? "{" : ",";
    fmt::format_to(std::back_inserter(to), R"("{}":["{}",{}])", name, to_hex(salt), held);
}

}  // namespace

result<desk::sealed_event> seal_event(std::string_view tenant, const log::stream_tag& stream,
                                      std::uint64_t seq, log::event_body body,
                                      std::vector<event_field> fields, const event_keys& keys) {
    std::sort(fields.begin(), fields.end(),
              [](const event_field& a, const event_field& b) { return a.name < b.name; });
    std::map<log::data_class, secret_text> plain;
    std::vector<log::field_commitment> commitments;
    std::string listed;
    const std::vector<log::salt> salts = random_salts(fields.size());
    for (const event_field& field : fields) {
        log::field_commitment f{field.name, field.of, {}, {}};
        if (field.of != log::data_class::open) {
            const auto key = keys.find(field.of);
            if (key == keys.end())
                return fail(problem_kind::invalid, "no_key",
                            fmt::format("there is no key for class `{}`", log::to_string(field.of)),
                            "make it before the event");
            f.key = key->second.id;
        }
        const log::salt& salt = salts[commitments.size()];
        PYKALA_TRY(std::string held, canonical_json(field.held));
        const secret_text wiped(std::move(held));
        f.commitment = sha256(as_text(salt), wiped.text());
        add_opening(plain[field.of].text(), field.name, salt, wiped.text());
        if (!listed.empty()) listed += ',';
        listed += log::field_text(f);
        commitments.push_back(std::move(f));
    }
    body.field_count = commitments.size();
    PYKALA_TRY(body.fields_root, log::fields_root(sha256, commitments));

    desk::sealed_event out;
    PYKALA_TRY(const std::string body_text, log::write_body(body));
    out.leaf = log::write_leaf(stream, seq, sha256({}, body_text));
    std::string open = "{";
    for (auto& [of, content] : plain) {
        content.text() += '}';
        if (of == log::data_class::open) {
            open = content.text();
            continue;
        }
        const event_key& key = keys.at(of);
        out.boxes.push_back(
            {of, key.id, seal_box(key.key, key.id, {tenant, stream, seq, of}, content.text())});
    }
    if (open == "{") open += '}';
    out.public_part =
        fmt::format(R"({{"body":{},"fields":[{}],"open":{}}})", body_text, listed, open);
    return out;
}

result<read_event> read_public_part(std::string_view public_part) {
    canonical_reader in(public_part);
    read_event out;
    if (!is_utf8(public_part) || !in.take(R"({"body":)")) return malformed();
    const std::size_t begin = in.mark();
    if (!read_body(in, out.body)) return malformed();
    out.body_hash = sha256({}, in.since(begin));
    if (!in.take(R"(,"fields":[)")) return malformed();
    if (!in.take("]")) {
        do {
            PYKALA_TRY(log::field_commitment commitment, read_commitment(in));
            out.fields.push_back({std::move(commitment), field_state::masked, {}, {}});
        } while (in.take(","));
        if (!in.take("]")) return malformed();
    }
    if (!in.take(R"(,"open":)")) return malformed();
    PYKALA_CHECK(open_fields(in, log::data_class::open, out.fields));
    if (!in.take("}") || !in.at_end()) return malformed();
    return out;
}

result<read_event> open_event(std::string_view tenant, const log::stream_tag& stream,
                              std::uint64_t seq, std::string_view public_part,
                              std::span<const desk::sealed_box> boxes, const key_finder& find_key,
                              const std::function<bool(log::data_class)>& may_open) {
    PYKALA_TRY(read_event out, read_public_part(public_part));
    for (const desk::sealed_box& box : boxes) {
        auto key = find_key(box.key);
        if (!key && key.error().code != "key_destroyed")
            return std::unexpected(std::move(key).error());
        if (!key) {
            for (read_field& field : out.fields)
                if (field.commitment.of == box.of) field.state = field_state::shredded;
            continue;
        }
        if (!may_open(box.of)) continue;
        PYKALA_TRY(const secret_text plain,
                   open_box(*key, {tenant, stream, seq, box.of}, box.bytes));
        canonical_reader in(plain.text());
        if (!is_utf8(plain.text())) return malformed();
        PYKALA_CHECK(open_fields(in, box.of, out.fields));
        if (!in.at_end()) return malformed();
    }
    return out;
}

}  // namespace pykala::storage
