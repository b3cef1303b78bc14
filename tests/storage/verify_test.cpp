// Protects the auditor: whatever is changed in an export, by anybody, verification says what no
// longer holds. Flips every byte of a bundle; then changes one thing at a time and signs again with
// the log's own key.
#include "storage/verify/verify.hpp"

#include <sstream>

#include <doctest/doctest.h>

#include "engine/base/encoding.hpp"

#include "storage/hash/sha256.hpp"
#include "storage/json/read_json.hpp"
#include "tests/support/sample_bundle.hpp"
#include "tests/support/tree.hpp"

using namespace pykala;
using namespace pykala::storage;
using tests::sample;

namespace {

bool of_case_a(std::uint64_t i) {
    return i == 0 || i == 2 || i == 4 || i == 5 || i == 6;
}
bool every(std::uint64_t) {
    return true;
}

verify::report check(const std::string& bytes, bool pinned = true,
                     std::optional<std::string> old = std::nullopt) {
    std::istringstream in(bytes);
    verify::options options;
    if (pinned) options.key = sample().verifier_key();
    options.old_checkpoint = std::move(old);
    return verify::verify_bundle(in, options, nullptr);
}

// The codes found, in order, each once; `-` for none.
std::string codes(const verify::report& report) {
    std::string out;
    for (const auto& f : report.findings)
        if ((" " + out + " ").find(" " + f.code + " ") == std::string::npos)
            out += (out.empty() ? "" : " ") + f.code;
    return out.empty() ? "-" : out;
}

std::vector<std::string> lines_before_signature(const std::string& bytes) {
    auto lines = tests::lines_of(bytes);
    while (!lines.empty() &&
           (lines.back().empty() || lines.back().starts_with(R"({"line":"signature")")))
        lines.pop_back();
    return lines;
}

const std::string& case_bundle() {
    static const std::string made = sample().bundle(bundle_scope::one_case, 0, of_case_a);
    return made;
}

// Changes the n-th line of that kind and signs all again.
std::string changed(const char* kind, std::size_t n,
                    const std::function<void(value_object&)>& edit) {
    auto lines = lines_before_signature(case_bundle());
    for (std::string& line : lines) {
        auto object = *read_json(line)->as_object();
        if (object.at("line") != value(kind) || n-- != 0) continue;
        edit(object);
        line = *canonical_json(object);
        break;
    }
    const std::string again = sample().sealed_again(lines);
    REQUIRE(again != case_bundle());
    return again;
}

value_object& field(value_object& event, std::size_t i) {
    return *event.at("fields").as_array()->at(i).as_object();
}
value_object& body(value_object& event) {
    return *event.at("body").as_object();
}

}  // namespace

TEST_SUITE("storage/verify") {
    TEST_CASE("verify: a true bundle holds") {
        const auto report = check(case_bundle());
        CHECK(codes(report) == "-");
        CHECK(report.cases == 1);
        CHECK(report.events == 5);
        CHECK(report.shredded == std::map<std::string, std::uint64_t>{{"content", 2}});
        CHECK(report.masked.empty());
        CHECK(report.period_streams == 4);
        CHECK(report.period_streams_shown == 2);
        CHECK(codes(check(case_bundle(), false)) == "unpinned_key");
        const auto all = check(sample().bundle(bundle_scope::whole_period, 0, every));
        CHECK(codes(all) == "-");
        CHECK(all.cases == 3);
        CHECK(all.masked == std::map<std::string, std::uint64_t>{{"content", 2}});
        CHECK(
            verify::to_json(check(case_bundle(), false)) ==
            R"({"cases":1,"events":5,"recomputed":{"deadlines":0,"transitions":0,"decisions":0,)"
            R"("interlocks":0,)"
            R"("not_possible":{}},)"
            R"("shredded":{"content":2},"masked":{},"period":{"from":0,"to":8,"streams":4,"shown":2},)"
            R"("findings":[{"code":"unpinned_key","line":null,"detail":"the key is only what the )"
            R"(bundle itself says; give the one you trust with --key"}]})");
    }
    TEST_CASE("verify: a period may begin anywhere and show earlier events of its cases") {
        for (std::uint64_t from = 0; from <= 8; ++from) {
            CHECK(codes(check(sample().bundle(bundle_scope::sample, from, of_case_a))) == "-");
            CHECK(codes(check(sample().bundle(bundle_scope::whole_period, from, every))) == "-");
        }
        // a case that began before the period and is shown only from there
        CHECK(codes(check(sample().bundle(bundle_scope::sample, 2, [](std::uint64_t i) {
                  return i >= 2 && of_case_a(i);
              }))) == "sequence");
    }
    TEST_CASE("verify: every flipped byte is found") {
        const std::string& good = case_bundle();
        for (std::size_t i = 0; i < good.size(); ++i) {
            std::string bad = good;
            bad[i] = static_cast<char>(bad[i] ^ (1 << (i % 7)));
            const auto report = check(bad);
            if (report.findings.empty()) FAIL_CHECK("byte " << i << " near " << good.substr(i, 20));
        }
    }
    TEST_CASE("verify: every truncation and every lost or doubled line is found") {
        const std::string& good = case_bundle();
        for (std::size_t size = 0; size < good.size(); size += 41)
            CHECK(!check(good.substr(0, size)).findings.empty());
        CHECK(!check(good + "\n").findings.empty());
        CHECK(!check(good + good).findings.empty());
        const auto lines = lines_before_signature(good);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            auto without = lines;
            without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
            auto twice = lines;
            twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
            const bool unused_file = lines[i].starts_with(R"({"line":"file")");
            INFO(lines[i].substr(0, 60));
            CHECK(!check(sample().sealed_again(twice)).findings.empty());
            // the key event is there only to prove shredding
            CHECK(!check(sample().sealed_again(without)).findings.empty());
            CHECK((!unused_file ||
                   codes(check(sample().sealed_again(without))) == "definition_missing"));
        }
    }
    TEST_CASE("verify: an event that is left out shows though all is signed again") {
        for (const std::uint64_t gone : {0, 2, 4, 5}) {
            const auto report =
                check(sample().bundle(bundle_scope::one_case, 0,
                                      [&](std::uint64_t i) { return of_case_a(i) && i != gone; }));
            CHECK(codes(report).find("event_left_out") != std::string::npos);
        }
        CHECK(codes(check(sample().bundle(bundle_scope::one_case, 0, [](std::uint64_t i) {
                  return of_case_a(i) && i != 6;
              }))) == "shredded_without_event");
        CHECK(codes(check(sample().bundle(bundle_scope::whole_period, 0, of_case_a))) ==
              "case_left_out");
        CHECK(codes(check(sample().bundle(bundle_scope::one_case, 0, [](std::uint64_t) {
                  return false;
              }))) == "case_left_out");
    }
    TEST_CASE("verify: each changed member of an event is named though all is signed again") {
        using edit = std::function<void(value_object&)>;
        const std::tuple<const char*, const char*, edit> edits[] = {
            {"opened value", "commitment", [](auto& e) { field(e, 0)["value"] = "2026-03-07"; }},
            {"kind of value", "commitment", [](auto& e) { field(e, 0)["value"] = 5; }},
            {"salt", "commitment", [](auto& e) { field(e, 0)["salt"] = std::string(64, '0'); }},
            {"commitment", "commitment fields_root",
             [](auto& e) { field(e, 0)["commitment"] = std::string(64, '0'); }},
            {"field name", "fields_root", [](auto& e) { field(e, 0)["name"] = "asked_on"; }},
            {"class", "fields_root", [](auto& e) { field(e, 0)["class"] = "package"; }},
            {"key", "fields_root shredded_without_event",
             [](auto& e) { field(e, 2)["key"] = std::string(32, '0'); }},
            {"state", "shredded_without_event",
             [](auto& e) {
                 field(e, 0).erase("salt");
                 field(e, 0).erase("value");
                 field(e, 0)["state"] = "shredded";
             }},
            {"field gone", "fields_root", [](auto& e) { e["fields"].as_array()->pop_back(); }},
            {"actor", "leaf inclusion", [](auto& e) { body(e)["actor"] = "officer"; }},
            {"at", "leaf inclusion", [](auto& e) { body(e)["at"] = "2026-03-06T09:00:00.001Z"; }},
            {"on", "leaf inclusion", [](auto& e) { body(e)["on"] = "2026-03-05"; }},
            {"kind", "leaf inclusion", [](auto& e) { body(e)["kind"] = "withdrawn"; }},
            {"of", "leaf inclusion", [](auto& e) { body(e)["of"] = "policy"; }},
            {"procedure", "leaf inclusion", [](auto& e) { body(e)["procedure"] = nullptr; }},
            {"law", "leaf inclusion definition_missing",
             [](auto& e) { body(e)["law"] = std::string(64, '1'); }},
            {"v", "malformed", [](auto& e) { body(e)["v"] = 2; }},
            {"more in the body", "malformed", [](auto& e) { body(e)["note"] = "x"; }},
            {"root", "leaf inclusion fields_root",
             [](auto& e) { (*body(e)["fields"].as_object())["root"] = std::string(64, '0'); }},
            {"count", "leaf inclusion fields_root",
             [](auto& e) { (*body(e)["fields"].as_object())["count"] = 2; }},
            {"seq", "sequence leaf inclusion", [](auto& e) { e["seq"] = 1; }},
            {"stream", "leaf inclusion", [](auto& e) { e["stream"] = std::string(32, 'f'); }},
            {"index", "leaf inclusion", [](auto& e) { e["index"] = 1; }},
            {"index beyond", "leaf inclusion", [](auto& e) { e["index"] = 100; }},
            {"proof", "inclusion", [](auto& e) { e["proof"].as_array()->pop_back(); }},
            {"more in the event", "malformed", [](auto& e) { e["note"] = "x"; }},
        };
        for (const auto& [what, wanted, change] : edits) {
            const std::string found = codes(check(changed("event", 0, change)));
            CHECK_MESSAGE(found.starts_with(wanted), what << ": " << found);
        }
    }
    TEST_CASE(
        "verify: each changed member of header and period is named though all is signed again") {
        using edit = std::function<void(value_object&)>;
        const std::tuple<const char*, std::size_t, const char*, edit> edits[] = {
            {"header", 0, "malformed", [](auto& h) { h["tenant"] = "kss"; }},
            {"header", 0, "malformed", [](auto& h) { h["origin"] = "x.example/kuopio/log/2"; }},
            {"header", 0, "malformed", [](auto& h) { h["format"] = "pykala-bundle/2"; }},
            {"header", 0, "malformed", [](auto& h) { h["scope"] = "all"; }},
            {"header", 0, "case_left_out", [](auto& h) { h["scope"] = "period"; }},
            {"header", 0, "root", [](auto& h) { h["from"] = 1; }},
            {"header", 0, "root", [](auto& h) { h["left"] = value_array{std::string(64, '0')}; }},
            {"header", 0, "checkpoint_signature",
             [](auto& h) {
                 std::string note = *h["checkpoint"].as_string();
                 note.replace(note.find("\n8\n"), 3, "\n7\n");
                 h["checkpoint"] = note;
             }},
            {"header", 0, "root", [](auto& h) { h["checkpoint"] = sample().checkpoint(7); }},
            {"file", 0, "definition", [](auto& f) { f["text"] = *f["text"].as_string() + " "; }},
            {"file", 0, "definition definition_missing",
             [](auto& f) { f["sha256"] = std::string(64, '0'); }},
            {"closure", 0, "definition",
             [](auto& c) { c["kind"] = c["kind"] == value("law") ? "procedure" : "law"; }},
            {"closure", 0, "definition", [](auto& c) { c["files"] = value_array{}; }},
            {"leaves", 0, "root", [](auto& l) { l["first"] = 1; }},
            {"leaves", 0, "root", [](auto& l) { l["leaves"].as_array()->pop_back(); }},
            {"leaves", 0, "root",
             [](auto& l) { (*(*l["leaves"].as_array())[3].as_array())[2] = std::string(64, '0'); }},
            {"leaves", 0, "root",
             [](auto& l) {  // the last event of case a, passed off as another case's
                 (*(*l["leaves"].as_array())[5].as_array())[0] = std::string(32, '1');
             }},
        };
        int n = 0;
        for (const auto& [kind, at, wanted, change] : edits) {
            const std::string found = codes(check(changed(kind, at, change)));
            CHECK_MESSAGE((" " + found).find(std::string(" ") + wanted) != std::string::npos,
                          ++n << " " << kind << ": " << found);
        }
    }
    TEST_CASE("verify: another key is not believed") {
        tests::sample_log other;
        other.seed = secret_key::random();
        CHECK(codes(check(other.sealed_again(lines_before_signature(case_bundle())))) ==
              "bundle_signature");
        for (const auto& e : sample().events) {  // the same history under another key
            const auto read = read_public_part(e.sealed.public_part);
            REQUIRE(read);
            other.events.push_back(e);
            std::vector<log::node> completed;
            other.edge.append(sha256, log::leaf_hash(sha256, e.sealed.leaf), completed);
            for (const auto& node : completed) other.nodes[{node.level, node.index}] = node.hash;
        }
        const std::string forged =
            other.bundle(bundle_scope::sample, 0, [](std::uint64_t i) { return i == 6; });
        CHECK(codes(check(forged)) == "wrong_key");
        CHECK(codes(check(forged, false)) == "unpinned_key");
    }
    TEST_CASE("verify: a rewritten history does not continue the checkpoint an auditor kept") {
        for (std::uint64_t size = 0; size <= 8; ++size)
            CHECK(codes(check(case_bundle(), true, sample().checkpoint(size))) == "-");
        const std::string forged_text =
            log::checkpoint_text(tests::sample_log::origin, 3, sha256("x", ""));
        const std::string forged =
            log::signed_note(sha256, forged_text, tests::sample_log::origin,
                             public_key_of(sample().seed), sign(sample().seed, forged_text));
        CHECK(codes(check(case_bundle(), true, forged)) == "old_checkpoint");
        CHECK(codes(check(case_bundle(), true, "nonsense")) == "old_checkpoint");
        CHECK(codes(check(sample().bundle(bundle_scope::sample, 4, of_case_a), true,
                          sample().checkpoint(3))) == "old_checkpoint");
    }
    TEST_CASE("verify: what is no bundle is refused") {
        for (const std::string& bad :
             {std::string(), std::string("\n"), std::string("{}\n"), std::string("hello"),
              std::string(1000, '['), std::string("[]\n")})
            CHECK(!check(bad).findings.empty());
        CHECK(codes(check(R"({"line":"event"})"
                          "\n")) == "order");
        auto lines = lines_before_signature(case_bundle());
        lines[0].insert(1, " ");
        CHECK(codes(check(sample().sealed_again(lines))).starts_with("not_canonical"));
    }
    TEST_CASE("verify: hands the engine what the bundle proves") {
        std::istringstream in(case_bundle());
        verify::options options{sample().verifier_key(), std::nullopt};
        const auto report = verify::verify_bundle(in, options, [](const verify::proven_bundle& b) {
            CHECK(b.tenant == "kuopio");
            CHECK(b.events.size() == 5);
            CHECK(b.closures.size() == 2);
            const auto& first = b.events.front();
            CHECK(first.kind == "request_received");
            CHECK(first.fields.at(1).value == "\"access\"");
            CHECK(first.fields.at(2).state == "shredded");
            const auto& procedure = b.closures.at(first.procedure);
            CHECK(procedure.files.at(1).first == "workflows/vocabulary.toml");
            CHECK(*procedure.files.at(0).second == "id = \"access\"\n");
            return verify::recomputation{1, 2, 3, 4, {}, {{"deadline", 7, "x"}}};
        });
        CHECK(report.recomputed.transitions == 2);
        CHECK(codes(report) == "deadline");
    }
}
