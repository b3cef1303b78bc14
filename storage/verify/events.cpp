// One event: its body, its place in the log, its fields against what the body commits to.
#include <algorithm>

#include <fmt/format.h>

#include "storage/verify/checker.hpp"

namespace pykala::storage::verify {
namespace {

constexpr std::string_view classes[] = {"package", "content", "decision_facts", "deferred_erasure",
                                        "open"};

// A shape such as `0000-00-00`: digits where zeros stand, all else as it is.
bool has_shape(std::string_view text, std::string_view shape) {
    if (text.size() != shape.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i]) return false;
    return true;
}

// A hash, or null as the empty text.
bool read_hash_or_null(const json::object& body, std::string_view name, std::string& out) {
    const auto* member = body.if_contains({name.data(), name.size()});
    if (!member) return false;
    if (member->is_null()) return true;
    out = text_in(body, name).value_or("");
    return is_hex(out, 64);
}

}  // namespace

void checker::event(const json::object& line) {
    proven_event event;
    const auto index = number_in(line, "index");
    const auto seq = number_in(line, "seq");
    const auto stream = text_in(line, "stream");
    const auto proof = hashes_in(line, "proof");
    const auto* body = object_in(line, "body");
    const auto* fields = array_in(line, "fields");
    hash256 root{};
    std::uint64_t count = 0;
    if (line.size() != 7 || !index || !seq || !stream || !is_hex(*stream, 32) || !proof || !body ||
        !fields || !event_body(*body, event, root, count))
        return find("malformed", "the event has not the members of an event of version 1");
    event.line = line_;
    event.index = *index;
    event.seq = *seq;
    event.stream = *stream;
    if (last_index_ && *index <= *last_index_)
        find("order", "events do not stand in order of their index");
    last_index_ = *index;
    ++out.events;
    const std::string body_text = canonical_text(*body).value_or("");
    if (body_text.size() > leaf_bytes_max) find("too_large", "the body exceeds 65,535 bytes");
    event_place(event, body_text, *proof);
    event_fields(*fields, count, root, event);
    event_definitions(event);
    destroyed_key(event);
    removed_case(event);
    bundle.events.push_back(std::move(event));
}

bool checker::event_body(const json::object& body, proven_event& event, hash256& fields_root,
                         std::uint64_t& field_count) {
    const auto* fields = object_in(body, "fields");
    const auto root = fields ? hash_in(*fields, "root") : std::nullopt;
    const auto count = fields ? number_in(*fields, "count") : std::nullopt;
    event.actor = text_in(body, "actor").value_or("");
    event.at = text_in(body, "at").value_or("");
    event.kind = text_in(body, "kind").value_or("");
    event.of = text_in(body, "of").value_or("");
    event.on = text_in(body, "on").value_or("");
    if (body.size() != 9 || !root || !count || fields->size() != 2 || *count > fields_max ||
        number_in(body, "v") != 1 || !is_word(event.actor) || !is_word(event.kind) ||
        !is_word(event.of) || !has_shape(event.at, "0000-00-00T00:00:00.000Z") ||
        !has_shape(event.on, "0000-00-00") || !read_hash_or_null(body, "law", event.law) ||
        !read_hash_or_null(body, "procedure", event.procedure))
        return false;
    fields_root = *root;
    field_count = *count;
    return true;
}

void checker::event_place(const proven_event& event, std::string_view body_text,
                          const std::vector<hash256>& proof) {
    stream_of_period& stream = streams_[stream_at(event.stream)];
    const bool is_case = event.of == "case";
    if (stream.shown && stream.is_case != is_case) find("sequence", "a stream changes its kind");
    if (!stream.shown && is_case) ++out.cases;
    // a case is shown from its first event; of the tenant's own streams single events may stand
    const std::uint64_t wanted = is_case ? stream.next_event_seq : event.seq;
    if (event.seq != wanted || (stream.shown && event.seq < stream.next_event_seq))
        find("sequence", fmt::format("event {} of a stream follows where {} should", event.seq,
                                     stream.next_event_seq));
    stream.shown = true;
    stream.is_case = is_case;
    stream.next_event_seq = event.seq + 1;

    const std::string leaf = fmt::format(R"({{"body":"{}","seq":{},"stream":"{}","v":1}})",
                                         hex_of(hash_of(body_text)), event.seq, event.stream);
    const hash256 hash = leaf_hash_of(leaf);
    if (event.index >= from_ && event.index - from_ < leaves_.size()) {
        leaf_of_period& logged = leaves_[event.index - from_];
        if (logged.hash != hash)
            find("leaf", fmt::format("the event is not the leaf at {} of the log", event.index));
        else
            logged.shown = true;
    } else if (event.index >= from_) {
        find("leaf", fmt::format("the log has no leaf at {}", event.index));
    }
    if (head_ && !leads_to_root(hash, event.index, head_->size, proof, head_->root))
        find("inclusion", "the proof does not lead from the event to the root of the checkpoint");
}

void checker::event_fields(const json::array& fields, std::uint64_t count, const hash256& root,
                           proven_event& event) {
    std::vector<hash256> leaves;
    for (const auto& item : fields) {
        const auto* field = item.if_object();
        hash256 leaf{};
        if (!field || !event_field(*field, event, leaf))
            return find("malformed", "a field has not the members of a field");
        leaves.push_back(leaf);
        const std::size_t n = event.fields.size();
        if (n > 1 && event.fields[n - 2].name >= event.fields[n - 1].name)
            find("order", "fields do not stand in order of their name");
    }
    if (leaves.size() != count || root_of(leaves) != root)
        find("fields_root", "the fields are not those that the body commits to");
}

bool checker::event_field(const json::object& field, proven_event& event, hash256& leaf) {
    const auto of = text_in(field, "class");
    const auto commitment = text_in(field, "commitment");
    const auto key = text_in(field, "key");
    const auto name = text_in(field, "name");
    const auto state = text_in(field, "state");
    const bool opened = state == "opened";
    if (!of || !commitment || !key || !name || !is_word(*name) || !is_hex(*commitment, 64) ||
        std::find(std::begin(classes), std::end(classes), *of) == std::end(classes) ||
        (*of == "open" ? !key->empty() : !is_hex(*key, 32)) || field.size() != (opened ? 7 : 5) ||
        (!opened && state != "masked" && state != "shredded"))
        return false;
    leaf = leaf_hash_of(fmt::format(R"({{"class":"{}","commitment":"{}","key":"{}","name":"{}"}})",
                                    *of, *commitment, *key, *name));
    proven_field proven{std::string(*name), std::string(*of), std::string(*state), {}};
    if (opened) {
        const auto salt = hash_in(field, "salt");
        const auto* value = field.if_contains("value");
        if (!salt || !value) return false;
        proven.value = canonical_text(*value).value_or("");
        thread_local hasher one;
        if (hex_of(one.reset().add(view(*salt)).add(proven.value).finish()) != *commitment)
            find("commitment", fmt::format("the value of `{}` is not the one committed to", *name));
    } else {
        ++(state == "masked" ? out.masked : out.shredded)[proven.of];
        if (state == "shredded") {
            if (*of == "open") return false;
            shredded_keys_.emplace(*key, line_);
        }
    }
    event.fields.push_back(std::move(proven));
    return true;
}

void checker::event_definitions(const proven_event& event) {
    const auto check = [&](const std::string& hash, std::string_view kind) {
        if (hash.empty()) return;
        const auto known = bundle.closures.find(hash);
        if (known == bundle.closures.end() || known->second.kind != kind)
            find("definition_missing",
                 fmt::format("the {} that the event names is not there", kind));
    };
    check(event.procedure, "procedure");
    check(event.law, "law");
}

// Of a case that was removed on its day only the leaves are left, and the log says so.
void checker::removed_case(const proven_event& event) {
    if (event.of != "retention" || event.kind != "case_removed") return;
    for (const proven_field& field : event.fields)
        if (field.name == "stream" && field.state == "opened" && field.value.size() == 34) {
            streams_[stream_at(std::string_view(field.value).substr(1, 32))].removed = true;
            ++out.shredded["case"];
        }
}

void checker::destroyed_key(const proven_event& event) {
    if (event.of != "keys" || event.kind != "key_destroyed") return;
    for (const proven_field& field : event.fields)
        if (field.name == "key" && field.state == "opened" && field.value.size() == 34)
            destroyed_keys_.insert(field.value.substr(1, 32));
}

}  // namespace pykala::storage::verify
