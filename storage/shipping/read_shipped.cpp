#include "engine/base/encoding.hpp"
#include "engine/log/event_leaf.hpp"
#include "engine/log/merkle.hpp"

#include "storage/hash/sha256.hpp"
#include "storage/json/read_json.hpp"
#include "storage/shipping/shipping.hpp"

namespace pykala::storage {
namespace {

auto malformed_line() {
    return fail(problem_kind::corrupt, "shipping_malformed",
                "a line of the shipped log is not as it was written, or one is missing",
                "take the file from another copy of that disk");
}

// Reads the log line by line and keeps of each origin the edge of its tree.
class log_lines {
public:
    explicit log_lines(std::uint64_t at) : at_(at) {}

    result<void> take(std::string_view text) {
        PYKALA_TRY(const value line, read_json(text));
        const auto* origin = line["origin"].as_string();
        const auto* size = line["size"].as_integer();
        if (!origin || !size || *size < 0) return malformed_line();
        if (line["note"].as_string()) return {};
        if (logs_.empty() || logs_.back().origin != *origin) {
            close();
            logs_.push_back({.origin = *origin});
            edge_ = {};
            note();
        }
        const auto* seq = line["seq"].as_integer();
        const auto* body_hex = line["body"].as_string();
        const auto* stream_hex = line["stream"].as_string();
        log::digest body{};
        log::stream_tag stream{};
        if (!seq || !body_hex || !stream_hex || !from_hex(*body_hex, body) ||
            !from_hex(*stream_hex, stream) || std::uint64_t(*size) != edge_.size + 1)
            return malformed_line();
        completed_.clear();
        edge_.append(sha256,
                     log::leaf_hash(sha256, log::write_leaf(stream, std::uint64_t(*seq), body)),
                     completed_);
        note();
        return {};
    }

    std::vector<shipped_log> finish() {
        close();
        return std::move(logs_);
    }

private:
    void note() {
        if (edge_.size == at_) logs_.back().root_at = edge_.root(sha256);
    }
    void close() {
        if (logs_.empty()) return;
        logs_.back().size = edge_.size;
        logs_.back().root = edge_.root(sha256);
    }

    std::uint64_t at_;
    log::frontier edge_;
    std::vector<log::node> completed_;
    std::vector<shipped_log> logs_;
};

}  // namespace

result<shipped_state> read_shipped(const std::filesystem::path& folder, std::uint64_t at) {
    shipped_state out;
    log_lines lines(at);
    PYKALA_CHECK(
        read_lines(folder / "log.jsonl", [&](std::string_view line) { return lines.take(line); }));
    out.logs = lines.finish();
    PYKALA_CHECK(read_lines(folder / "erasures.jsonl", [&](std::string_view line) -> result<void> {
        PYKALA_TRY(auto entry, read_erasure_line(line));
        // places rise: what came twice or out of turn is no list of ours
        if (!out.erasures.empty() && entry.id <= out.erasures.back().id) return malformed_line();
        out.erasures.push_back(std::move(entry));
        return {};
    }));
    return out;
}

}  // namespace pykala::storage
