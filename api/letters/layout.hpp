// The line grammar of letters (policies/letters/README.md): headings, paragraphs, lists and blocks
// of short lines; and its two renderings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pykala::api::letters {

enum class block_kind { heading, paragraph, list, lines };

struct block {
    block_kind kind = block_kind::paragraph;
    std::vector<std::string> texts;  // one of heading and paragraph; the items or lines of others

    friend bool operator==(const block&, const block&) = default;
};

// Stands before each value that was put in, so that a value can never begin a heading or an item.
// No text may hold it otherwise.
inline constexpr char value_mark = '\x02';

// `text` is a template after its values were put in. Marks are taken out.
std::vector<block> read_layout(std::string_view text);

// Everything escaped. Headings are `h2`: the title is the caller's.
std::string to_html(const std::vector<block>& blocks);

// Lines of at most `width` characters (a longer word stands alone).
std::string to_plain_text(const std::vector<block>& blocks, std::size_t width = 76);

}  // namespace pykala::api::letters
