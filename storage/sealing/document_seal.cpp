#include "storage/sealing/document_seal.hpp"

#include <algorithm>
#include <stdexcept>

#include <sodium.h>

#include "engine/base/encoding.hpp"
#include "engine/log/canonical_json.hpp"

#include "storage/sealing/sodium.hpp"

namespace pykala::storage {
namespace {

constexpr char whole_box = 0x01, chunked_box = 0x02;
constexpr std::size_t document_head_bytes = 1 + 16;
constexpr std::size_t header_bytes = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
constexpr std::size_t more_bytes = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr unsigned char last = crypto_secretstream_xchacha20poly1305_TAG_FINAL;
static_assert(secret_key::size == crypto_secretstream_xchacha20poly1305_KEYBYTES);

std::string head_of(char algorithm, const log::key_id& id) {
    return std::string(1, algorithm).append(as_text(id));
}

// Tenants come from our own configuration: one that is no text is a broken invariant.
std::string associated(std::string_view head, const char* form, const document_place& place) {
    auto text = canonical_json(
        value_array{form, place.tenant, to_hex(place.stream), to_hex(place.document)});
    if (!text) throw std::logic_error("associated data is not JSON: " + text.error().detail);
    return std::string(head) + *text;
}

std::string box_data(std::string_view head, const document_place& place) {
    return associated(head, "pykala-document/1", place);
}
std::string file_data(std::string_view head, const document_place& place) {
    return associated(head, "pykala-file/1", place);
}

std::unexpected<problem> malformed_document() {
    return fail(problem_kind::corrupt, "document_malformed", "a sealed document has no known head",
                "restore it; see storage/formats/sealed.md");
}

std::unexpected<problem> damaged() {
    return fail(problem_kind::corrupt, "document_damaged",
                "a sealed document does not open in its place",
                "its bytes were changed or it was moved; restore it, or make the package anew");
}

std::unexpected<problem> truncated() {
    return fail(problem_kind::corrupt, "document_truncated",
                "a sealed document ends before its last part",
                "restore it, or make the package anew");
}

// The state holds keys: it is wiped however the function ends.
struct stream_state {
    crypto_secretstream_xchacha20poly1305_state held{};
    stream_state() = default;
    stream_state(const stream_state&) = delete;
    stream_state& operator=(const stream_state&) = delete;
    ~stream_state() { sodium_memzero(&held, sizeof held); }
};

unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string seal_document(const secret_key& key, const log::key_id& id, const document_place& place,
                          std::string_view plain) {
    const auto head = head_of(whole_box, id);
    return head + aead_seal(key, box_data(head, place), plain);
}

result<secret_text> open_document(const secret_key& key, const document_place& place,
                                  std::string_view sealed) {
    if (sealed.size() < document_head_bytes || sealed[0] != whole_box) return malformed_document();
    const auto head = sealed.substr(0, document_head_bytes);
    auto plain = aead_open(key, box_data(head, place), sealed.substr(document_head_bytes));
    if (!plain) return damaged();
    return secret_text(*std::move(plain));
}

std::string seal_document_file(const secret_key& key, const log::key_id& id,
                               const document_place& place, std::string_view plain) {
    auto out = head_of(chunked_box, id);
    const auto data = file_data(out, place);
    random_tag();  // libsodium is ready from here on
    stream_state state;
    std::string header(header_bytes, '\0');
    crypto_secretstream_xchacha20poly1305_init_push(&state.held, bytes_of(header),
                                                    key.bytes().data());
    out += header;
    do {
        const auto part = plain.substr(0, document_chunk);
        plain.remove_prefix(part.size());
        std::string chunk(part.size() + more_bytes, '\0');
        crypto_secretstream_xchacha20poly1305_push(
            &state.held, bytes_of(chunk), nullptr, as_bytes(part).data(), part.size(),
            as_bytes(data).data(), data.size(), plain.empty() ? last : 0);
        out += chunk;
    } while (!plain.empty());
    return out;
}

result<secret_text> open_document_file(const secret_key& key, const document_place& place,
                                       std::string_view sealed) {
    if (sealed.size() < document_head_bytes || sealed[0] != chunked_box)
        return malformed_document();
    const auto data = file_data(sealed.substr(0, document_head_bytes), place);
    auto rest = sealed.substr(document_head_bytes);
    if (rest.size() < header_bytes) return truncated();
    random_tag();  // libsodium is ready from here on
    stream_state state;
    if (crypto_secretstream_xchacha20poly1305_init_pull(&state.held, as_bytes(rest).data(),
                                                        key.bytes().data()) != 0)
        return damaged();
    rest.remove_prefix(header_bytes);
    secret_text plain;
    plain.text().reserve(rest.size());  // one buffer: nothing is left behind by growing
    unsigned char tag = 0;
    while (tag != last) {
        if (rest.size() < more_bytes) return truncated();
        const auto chunk = rest.substr(0, document_chunk + more_bytes);
        rest.remove_prefix(chunk.size());
        secret_text part(std::string(chunk.size() - more_bytes, '\0'));
        if (crypto_secretstream_xchacha20poly1305_pull(&state.held, bytes_of(part.text()), nullptr,
                                                       &tag, as_bytes(chunk).data(), chunk.size(),
                                                       as_bytes(data).data(), data.size()) != 0)
            return damaged();
        plain.text() += part.text();
        if (tag != last && rest.empty()) return truncated();
    }
    if (!rest.empty()) return damaged();  // something was put after the end
    return plain;
}

}  // namespace pykala::storage
