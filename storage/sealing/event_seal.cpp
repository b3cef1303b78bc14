#include "storage/sealing/event_seal.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/hash/sha256.hpp"
#include "storage/json/read_json.hpp"
#include "storage/sealing/sodium.hpp"

namespace pykala::storage {
namespace {

std::unexpected<problem> malformed() {
    return fail(problem_kind::corrupt, "event_malformed",
                "the stored public part of an event is not what was written",
                "restore the database");
}

value field_json(const log::field_commitment& f) {
    return value_object{{"class", log::to_string(f.of)},
                        {"commitment", to_hex(f.commitment)},
                        {"key", f.key ? to_hex(*f.key) : std::string()},
                        {"name", f.name}};
}

const std::string* text_of(const value_object& object, std::string_view name) {
    const auto found = object.find(name);
    return found == object.end() ? nullptr : found->second.as_string();
}

result<log::field_commitment> read_commitment(const value& v) {
    const auto* object = v.as_object();
    if (!object || object->size() != 4) return malformed();
    const std::string* of = text_of(*object, "class");
    const std::string* commitment = text_of(*object, "commitment");
    const std::string* key = text_of(*object, "key");
    const std::string* name = text_of(*object, "name");
    if (!of || !commitment || !key || !name) return malformed();
    log::field_commitment out;
    out.name = *name;
    const auto known = log::parse_data_class(*of);
    if (!known || !from_hex(*commitment, out.commitment)) return malformed();
    out.of = *known;
    if (key->empty() != (out.of == log::data_class::open)) return malformed();
    if (!key->empty() && !from_hex(*key, out.key.emplace())) return malformed();
    return out;
}

// Fills the fields that `members`, {name: [salt, value]}, opens; each must be what was committed
// to.
result<bool> open_fields(const value_object& members, log::data_class of,
                         std::vector<read_field>& fields) {
    std::size_t opened = 0;
    for (read_field& field : fields) {
        if (field.commitment.of != of) continue;
        const auto found = members.find(field.commitment.name);
        const auto* pair = found == members.end() ? nullptr : found->second.as_array();
        const auto* salt = pair && pair->size() == 2 ? (*pair)[0].as_string() : nullptr;
        if (!salt || !from_hex(*salt, field.salt)) return malformed();
        field.held = (*pair)[1];
        PYKALA_TRY(const log::digest again, log::commit(sha256, field.salt, field.held));
        if (again != field.commitment.commitment)
            return fail(
                problem_kind::corrupt, "commitment_broken",
                fmt::format("field `{}` is not what was committed to", field.commitment.name),
                "restore the database");
        field.state = field_state::opened;
        ++opened;
    }
    if (opened != members.size()) return malformed();
    return true;
}

}  // namespace

result<desk::sealed_event> seal_event(std::string_view tenant, const log::stream_tag& stream,
                                      std::uint64_t seq, log::event_body body,
                                      std::vector<event_field> fields, const event_keys& keys) {
    std::sort(fields.begin(), fields.end(),
              [](const event_field& a, const event_field& b) { return a.name < b.name; });
    std::map<log::data_class, value_object> plain;
    std::vector<log::field_commitment> commitments;
    value_array listed;
    for (event_field& field : fields) {
        log::field_commitment f{field.name, field.of, {}, {}};
        if (field.of != log::data_class::open) {
            const auto key = keys.find(field.of);
            if (key == keys.end())
                return fail(problem_kind::invalid, "no_key",
                            fmt::format("there is no key for class `{}`", log::to_string(field.of)),
                            "make it before the event");
            f.key = key->second.id;
        }
        const log::salt salt = random_salt();
        PYKALA_TRY(f.commitment, log::commit(sha256, salt, field.held));
        listed.push_back(field_json(f));
        plain[field.of].emplace(field.name, value_array{to_hex(salt), std::move(field.held)});
        commitments.push_back(std::move(f));
    }
    body.field_count = commitments.size();
    PYKALA_TRY(body.fields_root, log::fields_root(sha256, commitments));

    desk::sealed_event out;
    PYKALA_TRY(const std::string body_text, log::write_body(body));
    out.leaf = log::write_leaf(stream, seq, sha256({}, body_text));
    for (const auto& [of, content] : plain) {
        if (of == log::data_class::open) continue;
        const event_key& key = keys.at(of);
        PYKALA_TRY(std::string text, canonical_json(content));
        const secret_text wiped(std::move(text));
        out.boxes.push_back(
            {of, key.id, seal_box(key.key, key.id, {tenant, stream, seq, of}, wiped.text())});
    }
    PYKALA_TRY(value body_value, read_json(body_text));
    PYKALA_TRY(out.public_part,
               canonical_json(value_object{{"body", std::move(body_value)},
                                           {"fields", std::move(listed)},
                                           {"open", plain[log::data_class::open]}}));
    return out;
}

result<read_event> read_public_part(std::string_view public_part) {
    PYKALA_TRY(value v, read_json(public_part));
    auto* object = v.as_object();
    if (!object || object->size() != 3 || !object->contains("body") ||
        !object->contains("fields") || !object->contains("open"))
        return malformed();
    const auto* listed = object->at("fields").as_array();
    const auto* open = object->at("open").as_object();
    if (!listed || !open) return malformed();
    read_event out;
    out.body = object->at("body");
    for (const value& item : *listed) {
        PYKALA_TRY(log::field_commitment commitment, read_commitment(item));
        out.fields.push_back({std::move(commitment), field_state::masked, {}, {}});
    }
    PYKALA_CHECK(open_fields(*open, log::data_class::open, out.fields));
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
        PYKALA_TRY(const value v, read_json(plain.text()));
        const auto* members = v.as_object();
        if (!members) return malformed();
        PYKALA_CHECK(open_fields(*members, box.of, out.fields));
    }
    return out;
}

}  // namespace pykala::storage
