// The leaves of the period: the tree they give, and whether every stream shown is complete.
#include <algorithm>

#include <fmt/format.h>

#include "storage/verify/checker.hpp"

namespace pykala::storage::verify {

std::uint32_t checker::stream_at(std::string_view tag) {
    const auto known = stream_numbers_.find(tag);
    if (known != stream_numbers_.end()) return known->second;
    const auto number = static_cast<std::uint32_t>(streams_.size());
    streams_.push_back({std::string(tag)});
    stream_numbers_.emplace(tag, number);
    return number;
}

void checker::leaves(const json::object& line) {
    const auto first = number_in(line, "first");
    const auto* entries = array_in(line, "leaves");
    if (line.size() != 3 || !first || !entries || entries->empty() || entries->size() > 256)
        return find("malformed", "leaves have other members than first and leaves");
    if (*first != from_ + leaves_.size())
        find("root", fmt::format("leaves begin at {}, not at {}", *first, from_ + leaves_.size()));
    for (const auto& entry : *entries) {
        const auto* triple = entry.if_array();
        if (!triple || triple->size() != 3 || !(*triple)[0].is_string() ||
            !(*triple)[1].is_int64() || !(*triple)[2].is_string())
            return find("malformed", "a leaf is not [stream, seq, hash]");
        leaf(*triple);
    }
}

void checker::leaf(const json::array& entry) {
    const std::string_view tag(entry[0].get_string().data(), entry[0].get_string().size());
    const std::string_view body(entry[2].get_string().data(), entry[2].get_string().size());
    const std::int64_t seq = entry[1].get_int64();
    if (!is_hex(tag, 32) || !is_hex(body, 64) || seq < 0)
        return find("malformed", "a leaf is not [stream, seq, hash]");
    // members in canonical order; all values are plain, so nothing is escaped
    const hash256 hash =
        tree_.add(fmt::format(R"({{"body":"{}","seq":{},"stream":"{}","v":1}})", body, seq, tag));
    const std::uint32_t number = stream_at(tag);
    stream_of_period& stream = streams_[number];
    const auto at = static_cast<std::uint64_t>(seq);
    if (stream.has_leaf ? at != stream.next_leaf_seq : from_ == 0 && at != 0)
        find("sequence", fmt::format("in the log, leaf {} of a stream follows out of number",
                                     from_ + leaves_.size()));
    stream.has_leaf = true;
    stream.next_leaf_seq = at + 1;
    leaves_.push_back({hash, number, false, at});
    if (old_head_ && old_head_->size == tree_.size() && tree_.root() != old_head_->root)
        find("old_checkpoint", "the tree does not continue the checkpoint given with --checkpoint");
}

void checker::compare_old_checkpoint() {
    if (!options_.old_checkpoint) return;
    const auto text = signed_text(*options_.old_checkpoint, *key_);
    old_head_ = text ? tree_head::read(*text) : std::nullopt;
    if (!old_head_)
        return find("old_checkpoint",
                    "the checkpoint given is not signed by the key of the header");
    const std::uint64_t end = head_ ? head_->size : 0;
    if (old_head_->size < from_ || old_head_->size > end)
        find("old_checkpoint",
             "the size of the checkpoint given lies outside the period: it cannot be compared");
    if (old_head_->size == tree_.size() && tree_.root() != old_head_->root)
        find("old_checkpoint", "the tree does not continue the checkpoint given with --checkpoint");
}

void checker::period_is_read() {
    if (period_read_) return;
    period_read_ = true;
    out.period_streams = streams_.size();
    if (!head_) return;
    if (from_ + leaves_.size() != head_->size)
        find("root", fmt::format("the period has {} leaves, the checkpoint asks for {}",
                                 leaves_.size(), head_->size - from_));
    else if (tree_.root() != head_->root)
        find("root", "the leaves of the period do not give the root of the checkpoint");
}

void checker::streams_are_complete() {
    for (stream_of_period& stream : streams_) {
        if (stream.shown && stream.has_leaf) ++out.period_streams_shown;
        if (!stream.shown && !stream.removed && bundle.scope == "period")
            find("case_left_out", "a stream of the period is not shown, though all are promised",
                 false);
    }
    for (std::size_t i = 0; i < leaves_.size(); ++i) {
        const leaf_of_period& leaf = leaves_[i];
        const stream_of_period& stream = streams_[leaf.stream];
        const bool promised =
            stream.shown && !stream.removed && (stream.is_case || bundle.scope == "period");
        if (promised && !leaf.shown)
            find("event_left_out",
                 fmt::format("event {} of a stream shown, leaf {} of the log, is left out",
                             leaf.seq, from_ + i),
                 false);
    }
    const bool any_case = std::any_of(streams_.begin(), streams_.end(),
                                      [](const auto& s) { return s.shown && s.is_case; });
    if (!any_case && bundle.scope == "case")
        find("case_left_out", "the bundle promises a case and shows none", false);
}

}  // namespace pykala::storage::verify
