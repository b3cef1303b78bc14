// The auditor's second opinion on an export bundle: reads the file alone, shares no code with what
// wrote it. What is checked, and each finding's code: storage/formats/bundle.md.
#pragma once

#include <functional>
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pykala::storage::verify {

struct finding {
    std::string code;
    std::uint64_t line = 0;  // of the file, from 1; 0 when the fault has no line of its own
    std::string detail;      // one sentence, no personal data
};

struct proven_field {
    std::string name;
    std::string of;     // class
    std::string state;  // `opened`, `masked`, `shredded`
    std::string value;  // canonical JSON, when opened
};

// One event as the bundle proves it; the texts are those of the body.
struct proven_event {
    std::uint64_t line = 0;
    std::uint64_t index = 0;
    std::string stream;
    std::uint64_t seq = 0;
    std::string of, kind, actor, at, on;
    std::string procedure, law;  // hashes; empty for null
    std::vector<proven_field> fields;
};

struct proven_closure {
    std::string kind;  // `procedure` or `law`
    std::vector<std::pair<std::string, std::shared_ptr<const std::string>>> files;  // path, bytes
};

// What re-computation works on: events by index, definitions by hash.
struct proven_bundle {
    std::string tenant;
    std::string scope;
    std::uint64_t from = 0;  // index of the first leaf of the period
    std::map<std::string, proven_closure> closures;
    std::vector<proven_event> events;
};

// What the engine computed again; its findings have the codes `deadline`, `transition`, `decision`.
struct recomputation {
    std::uint64_t deadlines = 0;
    std::uint64_t transitions = 0;
    std::uint64_t decisions = 0;
    std::uint64_t interlocks = 0;  // events whose `known` of the person's other cases was compared
    std::map<std::string, std::uint64_t> not_possible{};  // events, by the reason
    std::vector<finding> findings{};
};
using recompute_function = std::function<recomputation(const proven_bundle&)>;

struct options {
    std::optional<std::string> key;             // verifier key that the auditor trusts
    std::optional<std::string> old_checkpoint;  // a signed note that the auditor kept
};

struct report {
    std::uint64_t cases = 0;
    std::uint64_t events = 0;
    recomputation recomputed;
    std::map<std::string, std::uint64_t> shredded;  // number of fields by class
    std::map<std::string, std::uint64_t> masked;
    std::uint64_t period_from = 0;
    std::uint64_t period_to = 0;
    std::uint64_t period_streams = 0;
    std::uint64_t period_streams_shown = 0;
    std::vector<finding> findings;
};

// Reads to the end whatever it finds; only a header that says nothing useful stops it.
report verify_bundle(std::istream& bundle, const options& options,
                     const recompute_function& recompute);

// The one object that `pykala audit verify` prints.
std::string to_json(const report& report);

}  // namespace pykala::storage::verify
