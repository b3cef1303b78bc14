#include "api/letters/layout.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/markup.hpp"

namespace pykala::api::letters {
namespace {

// Without marks, and with single blanks.
std::string cleaned(std::string_view text) {
    std::string clean;
    for (const char c : text) {
        if (c == value_mark) continue;
        if (c == ' ' && (clean.empty() || clean.back() == ' ')) continue;
        clean += c;
    }
    while (!clean.empty() && clean.back() == ' ') clean.pop_back();
    return clean;
}

bool is_blank(std::string_view line) {
    return std::ranges::all_of(line, [](char c) { return c == ' '; });
}

// Characters of UTF-8, not bytes.
std::size_t width_of(std::string_view text) {
    return std::size_t(std::ranges::count_if(text, [](char c) { return (c & '\xC0') != '\x80'; }));
}

void wrap(std::string& out, std::string_view text, std::string_view first, std::string_view next,
          std::size_t width) {
    std::size_t used = width_of(first);
    out += first;
    bool begun = false;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        const auto word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (begun && used + 1 + width_of(word) > width) {
            out += '\n';
            out += next;
            used = width_of(next);
            begun = false;
        }
        if (begun) out += ' ';
        out += word;
        used += width_of(word) + (begun ? 1 : 0);
        begun = true;
    }
    out += '\n';
}

struct reader {
    std::vector<block> blocks;
    bool open = false;  // the last block may grow

    void begin(block_kind kind, std::string_view text) {
        blocks.push_back({kind, {std::string(text)}});
        open = true;
    }
    // A further item of the list or lines that are open, else a new block.
    void item(block_kind kind, std::string_view text) {
        if (open && blocks.back().kind == kind)
            blocks.back().texts.emplace_back(text);
        else
            begin(kind, text);
    }
    // Whether the open block takes the line as more of its last text: a list only where it is
    // indented.
    bool continued_by(std::string_view text) const {
        const auto kind = blocks.back().kind;
        return kind == block_kind::paragraph ||
               (kind == block_kind::list && text.starts_with("  "));
    }
    void line(std::string_view text) {
        if (is_blank(cleaned(text))) {
            // the empty line of a value that was not given separates nothing
            if (is_blank(text)) open = false;
        } else if (text.starts_with("# ")) {
            begin(block_kind::heading, text.substr(2));
            open = false;
        } else if (text.starts_with("- ")) {
            item(block_kind::list, text.substr(2));
        } else if (text.starts_with("| ")) {
            item(block_kind::lines, text.substr(2));
        } else if (open && continued_by(text)) {
            (blocks.back().texts.back() += ' ') += text;
        } else {
            begin(block_kind::paragraph, text);
        }
    }
};

}  // namespace

std::vector<block> read_layout(std::string_view text) {
    reader lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    for (auto& b : lines.blocks) {
        for (auto& t : b.texts) t = cleaned(t);
        std::erase(b.texts, std::string());
    }
    std::erase_if(lines.blocks, [](const block& b) { return b.texts.empty(); });
    return std::move(lines.blocks);
}

std::string to_html(const std::vector<block>& blocks) {
    std::string out;
    for (const auto& b : blocks) {
        switch (b.kind) {
            case block_kind::heading:
                out += "<h2>" + markup_escaped(b.texts[0]) + "</h2>\n";
                break;
            case block_kind::paragraph:
                out += "<p>" + markup_escaped(b.texts[0]) + "</p>\n";
                break;
            case block_kind::list:
                out += "<ul>\n";
                for (const auto& t : b.texts) out += "<li>" + markup_escaped(t) + "</li>\n";
                out += "</ul>\n";
                break;
            case block_kind::lines:
                out += "<p>";
                for (std::size_t i = 0; i < b.texts.size(); ++i)
                    out += (i ? "<br>\n" : "") + markup_escaped(b.texts[i]);
                out += "</p>\n";
        }
    }
    return out;
}

std::string to_plain_text(const std::vector<block>& blocks, std::size_t width) {
    std::string out;
    for (const auto& b : blocks) {
        if (!out.empty()) out += '\n';
        if (b.kind == block_kind::heading && !out.empty()) out += '\n';
        const bool listed = b.kind == block_kind::list;
        for (const auto& t : b.texts)
            wrap(out, t, listed ? "- " : "", listed || b.kind == block_kind::lines ? "  " : "",
                 width);
    }
    return out;
}

}  // namespace pykala::api::letters
