#include "storage/verify/note.hpp"

#include <charconv>
#include <memory>
#include <vector>

#include <openssl/evp.h>

namespace pykala::storage::verify {
namespace {

constexpr std::string_view signature_mark = "\xE2\x80\x94 ";  // em dash and blank
constexpr std::size_t signatures_max = 100;

std::vector<std::string_view> lines_in(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
    return lines;
}

bool signature_holds(const std::string& public_key, std::string_view text,
                     std::string_view signature) {
    const auto bytes = [](std::string_view s) {
        return reinterpret_cast<const unsigned char*>(s.data());
    };
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(public_key),
                                    public_key.size()),
        &EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    return key && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text),
                            text.size()) == 1;
}

std::string short_id(std::string_view name, std::string_view typed_key) {
    hasher h;
    const hash256 hash = h.add(name).add("\n").add(typed_key).finish();
    return std::string(view(hash).substr(0, 4));
}

}  // namespace

std::optional<note_key> note_key::read(std::string_view text) {
    const auto first = text.find('+');
    const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
    if (second == std::string_view::npos || first == 0) return std::nullopt;
    const auto typed = bytes_from_base64(text.substr(second + 1));
    if (!typed || typed->size() != 33 || (*typed)[0] != 1) return std::nullopt;
    note_key key{std::string(text.substr(0, first)), {}, typed->substr(1)};
    key.id = short_id(key.name, *typed);
    hash256 padded{};
    key.id.copy(reinterpret_cast<char*>(padded.data()), 4);
    if (text.substr(first + 1, second - first - 1) != hex_of(padded).substr(0, 8))
        return std::nullopt;
    return key;
}

std::optional<std::string> signed_text(std::string_view note, const note_key& key) {
    const auto split = note.rfind("\n\n");
    if (split == std::string_view::npos || !note.ends_with('\n')) return std::nullopt;
    const std::string_view text = note.substr(0, split + 1);
    const auto signatures = lines_in(note.substr(split + 2));
    if (signatures.empty() || signatures.size() > signatures_max) return std::nullopt;
    bool holds = false;
    for (std::string_view line : signatures) {
        if (!line.starts_with(signature_mark)) return std::nullopt;
        line.remove_prefix(signature_mark.size());
        const auto blank = line.find(' ');
        if (blank == std::string_view::npos || blank == 0) return std::nullopt;
        const auto bytes = bytes_from_base64(line.substr(blank + 1));
        if (!bytes || bytes->size() < 5) return std::nullopt;
        // signatures of others (witnesses, other keys) are not ours to judge
        if (line.substr(0, blank) != key.name || bytes->substr(0, 4) != key.id) continue;
        if (!signature_holds(key.public_key, text, bytes->substr(4))) return std::nullopt;
        holds = true;
    }
    if (!holds) return std::nullopt;
    return std::string(text);
}

std::optional<tree_head> tree_head::read(std::string_view text) {
    const auto lines = lines_in(text);
    if (lines.size() != 3 || lines[0].empty() || !text.ends_with('\n')) return std::nullopt;
    tree_head head{std::string(lines[0]), 0, {}};
    const auto [end, error] =
        std::from_chars(lines[1].data(), lines[1].data() + lines[1].size(), head.size);
    if (error != std::errc{} || std::to_string(head.size) != lines[1]) return std::nullopt;
    const auto root = bytes_from_base64(lines[2]);
    if (!root || root->size() != head.root.size()) return std::nullopt;
    root->copy(reinterpret_cast<char*>(head.root.data()), head.root.size());
    return head;
}

}  // namespace pykala::storage::verify
