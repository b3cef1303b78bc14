#include "storage/verify/verify.hpp"

#include <boost/json/serialize.hpp>

#include "storage/verify/checker.hpp"

namespace pykala::storage::verify {
namespace {

// The next line without its newline; false at the end of the file. `whole` tells whether a newline
// ended it.
bool next_line(std::istream& in, std::string& line, bool& whole) {
    line.clear();
    whole = false;
    std::streambuf& buffer = *in.rdbuf();
    for (int c = buffer.sbumpc(); c != std::char_traits<char>::eof(); c = buffer.sbumpc()) {
        if (c == '\n') {
            whole = true;
            return true;
        }
        if (line.size() == line_bytes_max) return true;
        line.push_back(static_cast<char>(c));
    }
    return !line.empty();
}

json::object counts(const std::map<std::string, std::uint64_t>& numbers) {
    json::object out;
    for (const auto& [name, number] : numbers) out[name] = number;
    return out;
}

}  // namespace

report verify_bundle(std::istream& in, const options& options,
                     const recompute_function& recompute) {
    checker walk(options);
    hasher all;
    std::optional<hash256> before_signature;
    std::string line;
    bool whole = false;
    bool going_on = true;
    while (going_on && next_line(in, line, whole)) {
        walk.count_line();
        if (!whole) {
            walk.find(line.size() == line_bytes_max ? "too_large" : "malformed",
                      "the line does not end in a newline within 64 MiB");
            if (line.size() == line_bytes_max) break;
        }
        const bool after_signature = walk.signature_seen();
        going_on = walk.take(line);
        if (walk.signature_seen() && !after_signature) {
            before_signature = all.finish();
        } else if (!walk.signature_seen()) {
            all.add(line).add("\n");
        }
    }
    if (!walk.any_line()) walk.find("malformed", "the file is empty", false);
    walk.finish(before_signature);
    if (recompute) {
        walk.out.recomputed = recompute(walk.bundle);
        for (finding& f : walk.out.recomputed.findings) walk.out.findings.push_back(std::move(f));
        walk.out.recomputed.findings.clear();
    }
    return std::move(walk.out);
}

std::string to_json(const report& report) {
    json::array findings;
    for (const finding& f : report.findings)
        findings.push_back(
            json::object{{"code", f.code},
                         {"line", f.line == 0 ? json::value(nullptr) : json::value(f.line)},
                         {"detail", f.detail}});
    const json::object out{{"cases", report.cases},
                           {"events", report.events},
                           {"recomputed",
                            {{"deadlines", report.recomputed.deadlines},
                             {"transitions", report.recomputed.transitions},
                             {"decisions", report.recomputed.decisions},
                             {"interlocks", report.recomputed.interlocks},
                             {"not_possible", counts(report.recomputed.not_possible)}}},
                           {"shredded", counts(report.shredded)},
                           {"masked", counts(report.masked)},
                           {"period",
                            {{"from", report.period_from},
                             {"to", report.period_to},
                             {"streams", report.period_streams},
                             {"shown", report.period_streams_shown}}},
                           {"findings", std::move(findings)}};
    return json::serialize(out);
}

}  // namespace pykala::storage::verify
