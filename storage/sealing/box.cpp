#include "storage/sealing/box.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/sealing/sodium.hpp"

namespace pykala::storage {
namespace {

constexpr char xchacha20_poly1305 = 0x01;
constexpr std::size_t head_bytes = 1 + 16;

std::string head_of(const log::key_id& id) {
    return std::string(1, xchacha20_poly1305).append(as_text(id));
}

// Tenants and classes come from our own configuration: one that is no text is a broken invariant.
std::string canonical_or_throw(std::string_view v) {
    if (log::is_vocabulary_name(v)) return fmt::format("\"{}\"", v);  // needs no escape
    auto text = canonical_json(v);
    if (!text) throw std::logic_error("associated data is not JSON: " + text.error().detail);
    return *std::move(text);
}

// Canonical JSON, whose parts but the tenant need no escapes. Put together by hand, because every
// box of every event that is read passes here.
std::string box_data(std::string_view head, const box_place& place) {
    std::string out(head);
    out += place.use == box_use::fields ? R"(["pykala-sealed/1",)" : R"(["pykala-intent/1",)";
    out += canonical_or_throw(place.tenant);
    out += ",\"";
    append_hex(out, place.stream);
    out += "\",";
    out += fmt::format_int(place.seq).c_str();
    out += ",\"";
    out += to_string(place.of);
    out += "\"]";
    return out;
}

std::string wrap_data(std::string_view head, std::string_view tenant, const log::key_id& id,
                      std::string_view key_class) {
    return fmt::format(R"({}["pykala-key/1",{},"{}",{}])", head, canonical_or_throw(tenant),
                       to_hex(id), canonical_or_throw(key_class));
}

}  // namespace

std::string seal_box(const secret_key& key, const log::key_id& id, const box_place& place,
                     std::string_view plain) {
    const std::string head = head_of(id);
    return head + aead_seal(key, box_data(head, place), plain);
}

result<log::key_id> key_of_box(std::string_view box) {
    if (box.size() < head_bytes || box[0] != xchacha20_poly1305)
        return fail(problem_kind::corrupt, "box_malformed", "a sealed box has no known head",
                    "restore the database; see storage/formats/sealed.md");
    log::key_id id{};
    const auto bytes = as_bytes(box.substr(1, 16));
    std::copy(bytes.begin(), bytes.end(), id.begin());
    return id;
}

result<secret_text> open_box(const secret_key& key, const box_place& place, std::string_view box) {
    PYKALA_CHECK(key_of_box(box));
    const std::string_view head = box.substr(0, head_bytes);
    auto plain = aead_open(key, box_data(head, place), box.substr(head_bytes));
    if (!plain)
        return fail(problem_kind::corrupt, "box_damaged", "a sealed box does not open in its place",
                    "its bytes were changed or it was moved; restore the database");
    return secret_text(*std::move(plain));
}

std::string wrap_key(const master_key& master, std::string_view tenant, const log::key_id& id,
                     std::string_view key_class, const secret_key& key) {
    const std::string head = head_of(master.id);
    return head +
           aead_seal(master.key, wrap_data(head, tenant, id, key_class), as_text(key.bytes()));
}

result<secret_key> unwrap_key(const master_key& master, std::string_view tenant,
                              const log::key_id& id, std::string_view key_class,
                              std::string_view wrapped) {
    PYKALA_TRY(const log::key_id by, key_of_box(wrapped));
    if (by != master.id)
        return fail(problem_kind::refused, "wrong_master_key",
                    "the master key is not the one that wraps this key store",
                    "name the right master key file in the configuration");
    const std::string_view head = wrapped.substr(0, head_bytes);
    auto plain =
        aead_open(master.key, wrap_data(head, tenant, id, key_class), wrapped.substr(head_bytes));
    if (!plain || plain->size() != secret_key::size)
        return fail(problem_kind::corrupt, "key_damaged", "a wrapped key does not open",
                    "the key store was changed; start it from its other copy");
    const secret_text opened(*std::move(plain));
    secret_key key;
    opened.text().copy(reinterpret_cast<char*>(key.bytes().data()), secret_key::size);
    return key;
}

}  // namespace pykala::storage
