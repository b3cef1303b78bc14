// Reads canonical JSON (RFC 8785) as this program writes it, looking at each byte once. What is
// valid JSON but not canonical is refused. The text that was read is at hand, so that whoever has
// to hash a value need not write it again.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/base/value.hpp"

namespace pykala::storage {

// Every call gives false where the text goes on otherwise; then the reader is of no more use.
// The text must be UTF-8 and outlive the reader.
class canonical_reader {
public:
    explicit canonical_reader(std::string_view text) : text_(text) {}

    // Exactly these bytes.
    bool take(std::string_view bytes);
    // A string without escapes; a view into the text.
    bool plain(std::string_view& out);
    // A string that is this many bytes in lower-case hex.
    bool hex(std::span<std::uint8_t> out);
    bool any(value& out) { return any(out, 0); }

    bool at_end() const { return at_ == text_.size(); }
    std::size_t mark() const { return at_; }
    std::string_view since(std::size_t mark) const { return text_.substr(mark, at_ - mark); }

private:
    bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
    bool any(value& out, int depth);
    bool string(std::string& out);
    bool escape(std::string& out);
    bool integer(value& out);
    bool array(value& out, int depth);
    bool object(value& out, int depth);

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace pykala::storage
