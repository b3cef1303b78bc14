#include "storage/bundle/bundle_writer.hpp"

#include <map>
#include <stdexcept>

#include "engine/base/encoding.hpp"

namespace pykala::storage {
namespace {

constexpr std::size_t leaves_per_line = 256;

value_array hex_list(std::span<const log::digest> hashes) {
    value_array out;
    for (const log::digest& hash : hashes) out.emplace_back(to_hex(hash));
    return out;
}

value number(std::uint64_t n) {
    return static_cast<std::int64_t>(n);
}

value field_line(const read_field& field) {
    value_object out{{"class", log::to_string(field.commitment.of)},
                     {"commitment", to_hex(field.commitment.commitment)},
                     {"key", field.commitment.key ? to_hex(*field.commitment.key) : std::string()},
                     {"name", field.commitment.name}};
    switch (field.state) {
        case field_state::masked:
            out["state"] = "masked";
            break;
        case field_state::shredded:
            out["state"] = "shredded";
            break;
        case field_state::opened:
            out["state"] = "opened";
            out["salt"] = to_hex(field.salt);
            out["value"] = field.held;
    }
    return out;
}

}  // namespace

std::string_view name_of(bundle_scope scope) {
    switch (scope) {
        case bundle_scope::one_case:
            return "case";
        case bundle_scope::whole_period:
            return "period";
        case bundle_scope::sample:
            return "sample";
    }
    throw std::logic_error("no such scope");
}

void bundle_writer::require_phase(phase wanted) const {
    if (phase_ != wanted) throw std::logic_error("the lines of a bundle are written out of order");
}

result<bool> bundle_writer::line(const value& v) {
    PYKALA_TRY(std::string text, canonical_json(v));
    text += '\n';
    hash_.update(text);
    out_(text);
    return true;
}

result<bool> bundle_writer::header(const bundle_header& header) {
    require_phase(phase::header);
    phase_ = phase::definitions;
    origin_ = header.origin;
    key_ = header.key;
    next_leaf_ = header.from;
    return line(value_object{{"checkpoint", header.checkpoint},
                             {"exported_at", to_string(header.exported_at)},
                             {"format", "pykala-bundle/1"},
                             {"from", number(header.from)},
                             {"key", log::verifier_key(sha256, header.origin, header.key)},
                             {"left", hex_list(header.left)},
                             {"line", "header"},
                             {"origin", header.origin},
                             {"scope", name_of(header.scope)},
                             {"tenant", header.tenant}});
}

result<bool> bundle_writer::definitions(std::span<const definition_closure> closures) {
    require_phase(phase::definitions);
    phase_ = phase::leaves;
    std::map<std::string, std::string_view> files;  // by hash: a file of many closures stands once
    std::map<std::string, value> listed;
    for (const definition_closure& closure : closures) {
        std::vector<log::closure_file> named;
        for (const definition_file& file : closure.files) {
            named.push_back({file.path, sha256({}, file.text)});
            files.emplace(to_hex(named.back().sha256), file.text);
        }
        PYKALA_TRY(const log::digest hash, log::closure_hash(sha256, closure.kind, named));
        listed.emplace(to_hex(hash), log::closure_json(closure.kind, named));
    }
    for (const auto& [hash, text] : files)
        PYKALA_CHECK(line(value_object{{"line", "file"}, {"sha256", hash}, {"text", text}}));
    for (auto& [hash, closure] : listed) {
        auto& members = *closure.as_object();
        PYKALA_CHECK(line(value_object{{"files", members.at("files")},
                                       {"hash", hash},
                                       {"kind", members.at("kind")},
                                       {"line", "closure"}}));
    }
    return true;
}

result<bool> bundle_writer::leaves(std::span<const period_leaf> leaves) {
    require_phase(phase::leaves);
    while (!leaves.empty()) {
        const auto part = leaves.first(std::min(leaves.size(), leaves_per_line));
        value_array list;
        for (const period_leaf& leaf : part)
            list.push_back(
                value_array{to_hex(leaf.stream), number(leaf.seq), to_hex(leaf.body_hash)});
        PYKALA_CHECK(line(value_object{
            {"first", number(next_leaf_)}, {"leaves", std::move(list)}, {"line", "leaves"}}));
        next_leaf_ += part.size();
        leaves = leaves.subspan(part.size());
    }
    return true;
}

result<bool> bundle_writer::event(const bundle_event& event) {
    if (phase_ == phase::leaves) phase_ = phase::events;
    require_phase(phase::events);
    if (event.index < next_event_) throw std::logic_error("events of a bundle go by rising index");
    next_event_ = event.index + 1;
    value_array fields;
    for (const read_field& field : event.fields) fields.push_back(field_line(field));
    return line(value_object{{"body", event.body},
                             {"fields", std::move(fields)},
                             {"index", number(event.index)},
                             {"line", "event"},
                             {"proof", hex_list(event.proof)},
                             {"seq", number(event.seq)},
                             {"stream", to_hex(event.stream)}});
}

result<bool> bundle_writer::finish(const signer& sign) {
    if (phase_ == phase::leaves) phase_ = phase::events;
    require_phase(phase::events);
    phase_ = phase::finished;
    const std::string text = log::bundle_text(origin_, hash_.finish());
    PYKALA_TRY(const std::string last,
               canonical_json(value_object{
                   {"line", "signature"},
                   {"note", log::signed_note(sha256, text, origin_, key_, sign(text))}}));
    out_(last + "\n");
    return true;
}

}  // namespace pykala::storage
