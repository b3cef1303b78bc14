#include "storage/sealing/case_sealing.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/case/kept_fold.hpp"

#include "storage/hash/sha256.hpp"
#include "storage/json/read_json.hpp"
#include "storage/sealing/sodium.hpp"

namespace pykala::storage {
namespace {

using log::data_class;

std::unexpected<problem> not_an_event() {
    return fail(problem_kind::corrupt, "event_malformed",
                "a stored event is not what was written in its place", "restore the database");
}

std::string fold_place(std::string_view tenant, const log::stream_tag& stream,
                       std::uint64_t version) {
    return fmt::format(R"(["pykala-fold/1","{}","{}",{}])", tenant, to_hex(stream), version);
}

lookup_kind kind_named(std::string_view name) {
    for (const lookup_kind kind :
         {lookup_kind::hetu, lookup_kind::customer_number, lookup_kind::email, lookup_kind::phone,
          lookup_kind::register_person})
        if (name_of(kind) == name) return kind;
    throw std::logic_error(fmt::format("`{}` is no kind of lookup", name));
}

}  // namespace

result<event_keys> case_sealing::keys_for(const log::stream_tag& stream, std::uint64_t seq,
                                          const std::set<data_class>& classes) {
    std::set<data_class> wanted = classes;
    wanted.erase(data_class::open);
    // together, because making keys waits for two disks
    if (seq == 0)
        wanted.insert({data_class::package, data_class::content, data_class::decision_facts});
    std::vector<key_request> requests;
    for (const data_class of : wanted) requests.push_back({stream, of});
    PYKALA_TRY(const std::vector<log::key_id> ids, keys_.make(requests, clock_.now().at));
    event_keys keys;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!classes.contains(requests[i].of)) continue;
        PYKALA_TRY(secret_key key, keys_.find(ids[i]));
        keys.emplace(requests[i].of, event_key{ids[i], std::move(key)});
    }
    return keys;
}

result<desk::sealed_event> case_sealing::seal(const log::stream_tag& stream,
                                              const cases::event& what) {
    std::set<data_class> classes;
    std::vector<event_field> fields;
    for (const auto& [name, field] : what.fields) {
        classes.insert(field.of);
        fields.push_back({name, field.of, field.held});
    }
    PYKALA_TRY(const event_keys keys, keys_for(stream, what.seq, classes));
    return seal_event(keys_.tenant(), stream, what.seq,
                      {.of = "case",
                       .kind = what.kind,
                       .actor = what.role,
                       .at = what.at,
                       .on = what.on,
                       .procedure = what.procedure,
                       .law = what.law},
                      std::move(fields), keys);
}

result<cases::event> case_sealing::open(const log::stream_tag& stream, std::uint64_t seq,
                                        const desk::sealed_event& stored) {
    PYKALA_TRY(read_event read, open_event(
                                    keys_.tenant(), stream, seq, stored.public_part, stored.boxes,
                                    [this](const log::key_id& id) { return keys_.find(id); },
                                    [](data_class) { return true; }));
    if (log::write_leaf(stream, seq, read.body_hash) != stored.leaf) return not_an_event();
    cases::event out;
    out.kind = std::move(read.body.kind);
    out.seq = seq;
    out.at = read.body.at;
    out.on = read.body.on;
    out.role = std::move(read.body.actor);
    out.procedure = read.body.procedure;
    out.law = read.body.law;
    for (read_field& field : read.fields) {
        // a box that is not there at all would leave its fields masked, which nobody asked for
        if (field.state == field_state::masked) return not_an_event();
        if (field.state == field_state::opened)
            out.fields.emplace_hint(out.fields.end(), std::move(field.commitment.name),
                                    cases::event_field{field.commitment.of, std::move(field.held)});
    }
    return out;
}

// Sealed under a key over all keys of the case (storage/formats/sealed.md).
result<std::optional<desk::sealed_fold>> case_sealing::seal_fold(const log::stream_tag& stream,
                                                                 const cases::case_state& now) {
    PYKALA_TRY(const auto key, keys_.key_over(stream));
    if (!key) return std::nullopt;
    const secret_text plain(cases::write_fold(now));
    return desk::sealed_fold{
        now.version,
        aead_seal(*key, fold_place(keys_.tenant(), stream, now.version), plain.text())};
}

result<std::optional<cases::case_state>> case_sealing::open_fold(const log::stream_tag& stream,
                                                                 const desk::sealed_fold& kept) {
    PYKALA_TRY(const auto key, keys_.key_over(stream));
    if (!key) return std::nullopt;
    auto opened = aead_open(*key, fold_place(keys_.tenant(), stream, kept.version), kept.box);
    if (!opened) return std::nullopt;
    const secret_text plain(*std::move(opened));
    auto state = cases::read_fold(plain.text());
    if (state && state->version != kept.version) return std::nullopt;
    return state;
}

result<desk::sealed_box> case_sealing::seal_intent(const log::stream_tag& stream, std::uint64_t seq,
                                                   const value& what) {
    PYKALA_TRY(const event_keys keys, keys_for(stream, seq, {data_class::content}));
    const event_key& key = keys.at(data_class::content);
    PYKALA_TRY(std::string text, canonical_json(what));
    const secret_text wiped(std::move(text));
    const box_place place{keys_.tenant(), stream, seq, data_class::content, box_use::intent};
    return desk::sealed_box{data_class::content, key.id,
                            seal_box(key.key, key.id, place, wiped.text())};
}

result<value> case_sealing::open_intent(const log::stream_tag& stream, std::uint64_t seq,
                                        const desk::sealed_box& box) {
    PYKALA_TRY(const secret_key key, keys_.find(box.key));
    PYKALA_TRY(const secret_text plain,
               open_box(key, {keys_.tenant(), stream, seq, box.of, box_use::intent}, box.bytes));
    return read_json(plain.text());
}

desk::person_tag case_sealing::lookup(std::string_view kind, std::string_view text) {
    return to_hex(keys_.lookup_hash(kind_named(kind), text));
}

std::string case_sealing::digest_of(std::string_view text) {
    return to_hex(sha256({}, text));
}

}  // namespace pykala::storage
