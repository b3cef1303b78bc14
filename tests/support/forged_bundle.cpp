#include "tests/support/forged_bundle.hpp"

#include <map>
#include <stdexcept>

#include "engine/base/encoding.hpp"
#include "engine/log/merkle.hpp"

#include "storage/bundle/bundle_writer.hpp"
#include "storage/json/read_json.hpp"
#include "tests/support/tree.hpp"

namespace pykala::tests {
namespace {

using namespace storage;

template <class T>
T must(result<T> given) {
    if (!given) throw std::runtime_error(given.error().code + ": " + given.error().detail);
    return *std::move(given);
}

const std::string& text(const value_object& from, const char* name) {
    return *from.at(name).as_string();
}

template <class Bytes>
Bytes bytes(const std::string& hex) {
    Bytes out{};
    if (!from_hex(hex, out)) throw std::runtime_error("no hex: " + hex);
    return out;
}

struct parts {
    value_object header;
    std::map<std::string, std::string> files;
    std::vector<definition_closure> closures;
    event_lines events;
};

definition_closure closure_of(const value_object& line, const parts& all) {
    definition_closure closure;
    closure.kind =
        text(line, "kind") == "law" ? log::closure_kind::law : log::closure_kind::procedure;
    for (const auto& each : *line.at("files").as_array()) {
        const auto& file = *each.as_object();
        closure.files.push_back({text(file, "path"), all.files.at(text(file, "sha256"))});
    }
    return closure;
}

parts take_apart(const std::string& bundle) {
    parts all;
    for (const auto& each : lines_of(bundle)) {
        if (each.empty()) continue;
        auto line = *must(read_json(each)).as_object();
        const auto kind = text(line, "line");
        if (kind == "file") all.files.emplace(text(line, "sha256"), text(line, "text"));
        if (kind == "closure") all.closures.push_back(closure_of(line, all));
        if (kind == "header") all.header = std::move(line);
        if (kind == "event") all.events.push_back(std::move(line));
    }
    return all;
}

read_field field_of(const value_object& line) {
    read_field field;
    field.commitment.name = text(line, "name");
    field.commitment.of = *log::parse_data_class(text(line, "class"));
    if (!text(line, "key").empty()) field.commitment.key = bytes<log::key_id>(text(line, "key"));
    field.commitment.commitment = bytes<log::digest>(text(line, "commitment"));
    if (text(line, "state") != "opened") return field;
    field.state = field_state::opened;
    field.salt = bytes<log::salt>(text(line, "salt"));
    field.held = line.at("value");
    field.commitment.commitment = must(log::commit(sha256, field.salt, field.held));
    return field;
}

struct made_event {
    bundle_event shown;
    log::digest body_hash{};
    std::string leaf;
};

made_event make(value_object line, std::uint64_t index) {
    made_event made;
    made.shown.index = made.shown.seq = index;
    made.shown.stream = bytes<log::stream_tag>(text(line, "stream"));
    auto& read = made.shown;
    std::vector<log::field_commitment> committed;
    for (const auto& each : *line.at("fields").as_array()) {
        read.fields.push_back(field_of(*each.as_object()));
        committed.push_back(read.fields.back().commitment);
    }
    body_of(line).insert_or_assign(
        "fields", value_object{{"count", static_cast<std::int64_t>(committed.size())},
                               {"root", to_hex(must(log::fields_root(sha256, committed)))}});
    read.body = body_of(line);
    made.body_hash = sha256({}, must(canonical_json(read.body)));
    made.leaf = log::write_leaf(made.shown.stream, index, made.body_hash);
    return made;
}

value_object* find_field(value_object& event, std::string_view name) {
    for (auto& each : *event.at("fields").as_array())
        if (text(*each.as_object(), "name") == name) return each.as_object();
    return nullptr;
}

}  // namespace

value_object& body_of(value_object& event) {
    return *event.at("body").as_object();
}

value& held(value_object& event, std::string_view name) {
    auto* field = find_field(event, name);
    if (!field || !field->contains("value"))
        throw std::runtime_error("no open field " + std::string(name));
    return field->at("value");
}

void drop_field(value_object& event, std::string_view name) {
    auto& fields = *event.at("fields").as_array();
    std::erase_if(fields,
                  [&](const value& each) { return text(*each.as_object(), "name") == name; });
}

std::string forge(const std::string& bundle, const key_store& keys,
                  const std::function<void(event_lines&)>& edit) {
    auto all = take_apart(bundle);
    edit(all.events);
    std::vector<made_event> events;
    log::frontier edge;
    std::map<std::pair<unsigned, std::uint64_t>, log::digest> nodes;
    for (auto& line : all.events) {
        events.push_back(make(std::move(line), events.size()));
        std::vector<log::node> completed;
        edge.append(sha256, log::leaf_hash(sha256, events.back().leaf), completed);
        for (const auto& n : completed) nodes[{n.level, n.index}] = n.hash;
    }
    const auto read = [&](unsigned level, std::uint64_t index) { return nodes.at({level, index}); };
    const auto sign = [&](std::string_view what) { return keys.sign(what); };
    const auto origin = text(all.header, "origin");
    const auto head = log::checkpoint_text(origin, edge.size, edge.root(sha256));
    std::string out;
    bundle_writer writer([&](std::string_view part) { out += part; });
    must(writer.header({text(all.header, "tenant"),
                        origin,
                        keys.signing_key(),
                        log::signed_note(sha256, head, origin, keys.signing_key(), sign(head)),
                        0,
                        {},
                        bundle_scope::one_case,
                        *parse_instant_utc(text(all.header, "exported_at"))}));
    must(writer.definitions(all.closures));
    std::vector<period_leaf> leaves;
    for (const auto& e : events) leaves.push_back({e.shown.stream, e.shown.seq, e.body_hash});
    must(writer.leaves(leaves));
    for (auto& e : events) {
        e.shown.proof = log::inclusion_proof(sha256, read, e.shown.index, edge.size);
        must(writer.event(e.shown));
    }
    must(writer.finish(sign));
    return out;
}

}  // namespace pykala::tests
