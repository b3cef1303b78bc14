#include "tests/support/sample_bundle.hpp"

#include <stdexcept>

#include "engine/base/encoding.hpp"

#include "storage/hash/sha256.hpp"

namespace pykala::tests {

using namespace storage;
using log::data_class;

namespace {

template <class T>
T must(result<T> r) {
    if (!r) throw std::runtime_error(r.error().detail);
    return *std::move(r);
}

log::digest hash_of_closure(const definition_closure& closure) {
    std::vector<log::closure_file> files;
    for (const definition_file& f : closure.files) files.push_back({f.path, sha256({}, f.text)});
    return must(log::closure_hash(sha256, closure.kind, files));
}

}  // namespace

sample_log::sample_log() {
    const log::digest fixed = sha256("signing seed of the sample log", "");
    std::copy(fixed.begin(), fixed.end(), seed.bytes().begin());
    closures = {
        {log::closure_kind::procedure,
         {{"workflows/access.toml", "id = \"access\"\n"},
          {"workflows/vocabulary.toml", "# sanasto – ordlista\n"}}},
        {log::closure_kind::law, {{"policies/controllers/kuopio.toml", "id = \"kuopio\"\n"}}}};
}

event_keys sample_log::keys_of(const log::stream_tag& stream) const {
    event_keys keys;
    for (const data_class of : {data_class::content, data_class::decision_facts}) {
        event_key key;
        const log::digest bytes = sha256(as_text(stream), log::to_string(of));
        std::copy(bytes.begin(), bytes.end(), key.key.bytes().begin());
        std::copy(bytes.begin(), bytes.begin() + 16, key.id.begin());
        keys.emplace(of, std::move(key));
    }
    return keys;
}

void sample_log::add(const log::stream_tag& stream, log::event_body body,
                     std::vector<event_field> fields) {
    const auto index = static_cast<int>(events.size());
    body.on = make_date(2026, 3, 6) + std::chrono::days(index);
    body.at = body.on + std::chrono::hours(9);
    if (body.of == "case") {
        body.procedure = hash_of_closure(closures[0]);
        if (body.kind == "decided") body.law = hash_of_closure(closures[1]);
    }
    logged_event e;
    e.stream = stream;
    e.seq = next_seq_[stream]++;
    e.sealed = must(seal_event(tenant, stream, e.seq, body, std::move(fields), keys_of(stream)));
    const read_event read = must(read_public_part(e.sealed.public_part));
    e.body_hash = sha256({}, must(log::write_body(read.body)));
    std::vector<log::node> completed;
    edge.append(sha256, log::leaf_hash(sha256, e.sealed.leaf), completed);
    for (const log::node& n : completed) nodes[{n.level, n.index}] = n.hash;
    events.push_back(std::move(e));
}

void sample_log::destroy_key(const log::stream_tag& stream, data_class of) {
    const log::key_id id = keys_of(stream).at(of).id;
    destroyed_.push_back(id);
    add(log::stream_tag{0xEE}, {.of = "keys", .kind = "key_destroyed", .actor = "system"},
        {{"key", data_class::open, to_hex(id)}});
}

log::node_reader sample_log::reader() const {
    return [this](unsigned level, std::uint64_t index) { return nodes.at({level, index}); };
}

std::string sample_log::checkpoint(std::uint64_t size) const {
    const std::string text =
        log::checkpoint_text(origin, size, log::root_at(sha256, reader(), size));
    return log::signed_note(sha256, text, origin, public_key_of(seed), sign(seed, text));
}

std::string sample_log::verifier_key() const {
    return log::verifier_key(sha256, origin, public_key_of(seed));
}

bundle_event sample_log::shown(std::uint64_t index, std::uint64_t size) const {
    const logged_event& e = events.at(index);
    const auto find_key = [&](const log::key_id& id) -> result<secret_key> {
        for (const log::key_id& gone : destroyed_)
            if (gone == id) return fail(problem_kind::not_found, "key_destroyed", "gone");
        for (auto& [of, key] : keys_of(e.stream))
            if (key.id == id) return secret_key(std::move(key.key));
        return fail(problem_kind::not_found, "key_unknown", "never made");
    };
    read_event read =
        must(open_event(tenant, e.stream, e.seq, e.sealed.public_part, e.sealed.boxes, find_key,
                        [](data_class of) { return of != data_class::content; }));
    return {index,
            e.stream,
            e.seq,
            log::body_json(read.body),
            std::move(read.fields),
            log::inclusion_proof(sha256, reader(), index, size)};
}

std::string sample_log::bundle(bundle_scope scope, std::uint64_t from,
                               const std::function<bool(std::uint64_t)>& shows) const {
    std::string out;
    bundle_writer writer([&](std::string_view bytes) { out += bytes; });
    must(writer.header({tenant, origin, public_key_of(seed), checkpoint(edge.size), from,
                        log::frontier_at(reader(), from).peaks, scope,
                        *parse_instant_utc("2026-04-01T08:00:00.000Z")}));
    must(writer.definitions(closures));
    std::vector<period_leaf> leaves;
    for (std::uint64_t i = from; i < events.size(); ++i)
        leaves.push_back({events[i].stream, events[i].seq, events[i].body_hash});
    must(writer.leaves(leaves));
    for (std::uint64_t i = 0; i < events.size(); ++i)
        if (shows(i)) must(writer.event(shown(i, edge.size)));
    must(writer.finish([&](std::string_view text) { return sign(seed, text); }));
    return out;
}

std::string sample_log::sealed_again(const std::vector<std::string>& lines) const {
    std::string out;
    for (const std::string& line : lines) out += line + "\n";
    const std::string text = log::bundle_text(origin, sha256({}, out));
    return out +
           must(canonical_json(value_object{
               {"line", "signature"},
               {"note",
                log::signed_note(sha256, text, origin, public_key_of(seed), sign(seed, text))}})) +
           "\n";
}

const sample_log& sample() {
    static const sample_log made = [] {
        sample_log l;
        const log::stream_tag a{0x0a};
        const log::stream_tag b{0x0b};
        const log::stream_tag c{0x0c};
        const auto opened = [](const char* right) {
            return std::vector<event_field>{
                {"received_on", data_class::decision_facts, "2026-03-06"},
                {"right", data_class::decision_facts, right},
                {"text", data_class::content, "Näyttäkää tietoni"}};
        };
        l.add(a, {.kind = "request_received", .actor = "customer"}, opened("access"));
        l.add(b, {.kind = "request_received", .actor = "customer"}, opened("erasure"));
        l.add(a, {.kind = "identified", .actor = "system"},
              {{"assurance", data_class::decision_facts, "eid_high"}});
        l.add(c, {.kind = "request_received", .actor = "officer"}, opened("access"));
        l.add(a, {.kind = "decided", .actor = "officer"},
              {{"outcome", data_class::decision_facts, "fulfilled"},
               {"letter", data_class::content, "Tässä tietonne."}});
        l.add(a, {.kind = "closed", .actor = "officer"}, {});
        l.destroy_key(a, data_class::content);
        l.add(b, {.kind = "withdrawn", .actor = "customer"}, {});
        return l;
    }();
    return made;
}

}  // namespace pykala::tests
