// The walk through a bundle, line after line. Internal to storage/verify.
#pragma once

#include <set>

#include "storage/verify/note.hpp"
#include "storage/verify/strict_json.hpp"
#include "storage/verify/tree.hpp"
#include "storage/verify/verify.hpp"

namespace pykala::storage::verify {

inline constexpr std::size_t line_bytes_max = std::size_t{64} * 1024 * 1024;
inline constexpr std::size_t findings_max = 10'000;
inline constexpr std::size_t leaf_bytes_max = 65'535;
inline constexpr std::size_t fields_max = 1'024;

bool is_word(std::string_view text);  // [a-z][a-z0-9_]{0,63}

class checker {
public:
    explicit checker(const options& options) : options_(options) {}

    // One line without its newline; false when nothing after it can be judged.
    bool take(std::string_view line);
    // After the last line, with the hash over all bytes before the line `signature`.
    void finish(const std::optional<hash256>& hash_before_signature);

    report out;
    proven_bundle bundle;
    void find(std::string_view code, std::string detail, bool of_line = true);
    bool signature_seen() const { return step_ == step::signature; }
    void count_line() { ++line_; }
    bool any_line() const { return line_ != 0; }

private:
    enum class step { nothing, header, file, closure, leaves, event, signature };
    struct leaf_of_period {
        hash256 hash{};
        std::uint32_t stream = 0;  // position in streams_
        bool shown = false;
        std::uint64_t seq = 0;
    };
    struct stream_of_period {
        std::string tag;
        bool shown = false;
        bool is_case = false;
        bool has_leaf = false;
        bool removed = false;  // the log says that nothing but its leaves is left
        std::uint64_t next_leaf_seq = 0;
        std::uint64_t next_event_seq = 0;
    };

    bool header(const json::object& line);
    bool header_key(std::string_view text);
    void checkpoint(std::string_view note);
    void file(const json::object& line);
    void closure(const json::object& line);
    void leaves(const json::object& line);
    void leaf(const json::array& entry);
    void period_is_read();
    void compare_old_checkpoint();
    void event(const json::object& line);
    bool event_body(const json::object& body, proven_event& event, hash256& fields_root,
                    std::uint64_t& field_count);
    void event_place(const proven_event& event, std::string_view body_text,
                     const std::vector<hash256>& proof);
    void event_fields(const json::array& fields, std::uint64_t count, const hash256& root,
                      proven_event& event);
    bool event_field(const json::object& field, proven_event& event, hash256& leaf);
    void event_definitions(const proven_event& event);
    void removed_case(const proven_event& event);
    void destroyed_key(const proven_event& event);
    void streams_are_complete();
    void signature(const json::object& line);
    std::uint32_t stream_at(std::string_view tag);

    const options& options_;
    step step_ = step::nothing;
    std::uint64_t line_ = 0;
    std::string origin_;
    std::optional<note_key> key_;
    std::optional<tree_head> head_;
    std::optional<tree_head> old_head_;
    std::uint64_t from_ = 0;
    growing_tree tree_;
    bool period_read_ = false;
    std::vector<leaf_of_period> leaves_;
    std::vector<stream_of_period> streams_;
    std::map<std::string, std::uint32_t, std::less<>> stream_numbers_;
    std::map<std::string, std::shared_ptr<const std::string>, std::less<>> files_;
    std::string last_file_, last_closure_;
    std::optional<std::uint64_t> last_index_;
    std::set<std::string> destroyed_keys_;
    std::map<std::string, std::uint64_t> shredded_keys_;  // key id, first line that claims it
    std::string note_;
};

}  // namespace pykala::storage::verify
