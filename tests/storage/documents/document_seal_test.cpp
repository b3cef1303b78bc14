// Protects documents at rest: one opens only whole, with its key, in its place. Every boundary of
// every chunk is cut and changed, chunks and files are swapped; the good case stands beside each.
#include "storage/sealing/document_seal.hpp"

#include <doctest/doctest.h>

#include "engine/base/encoding.hpp"

#include "storage/sealing/sodium.hpp"

using namespace pykala;
using namespace pykala::storage;

namespace {

constexpr std::size_t head = 17, header = 24, sealed_chunk = document_chunk + 17;

std::string text_of(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
    return text;
}

struct sealed_file {
    secret_key key = secret_key::random();
    log::key_id id = random_tag();
    document_place place{"kuopio", random_tag(), random_tag()};
    std::string plain, bytes;
    explicit sealed_file(std::size_t size)
        : plain(text_of(size)), bytes(seal_document_file(key, id, place, plain)) {}
    std::string code(const std::string& other) const {
        const auto opened = open_document_file(key, place, other);
        if (opened) return opened->text() == plain ? "opens" : "opens as something else";
        return opened.error().code;
    }
};

}  // namespace

TEST_SUITE("storage/document_seal") {
    TEST_CASE("file: every size around a chunk comes back as it was") {
        for (const std::size_t size : {0UL, 1UL, document_chunk - 1, document_chunk,
                                       document_chunk + 1, 2 * document_chunk, 200'000UL}) {
            CAPTURE(size);
            const sealed_file f(size);
            CHECK(f.code(f.bytes) == "opens");
            CHECK(f.code(f.bytes + "x") == "document_damaged");
            const auto chunks =
                std::max<std::size_t>(1, (size + document_chunk - 1) / document_chunk);
            CHECK(f.bytes.size() == head + header + size + 17 * chunks);
            CHECK(f.bytes.substr(0, head) == "\x02" + std::string(as_text(f.id)));
        }
    }
    TEST_CASE("file: cut or changed at any boundary of a chunk gives a clear problem") {
        const sealed_file f(3 * document_chunk + 100);
        for (std::size_t chunk = 0; chunk <= 4; ++chunk) {
            const auto edge = std::min(head + header + chunk * sealed_chunk, f.bytes.size());
            for (const auto at : {edge - 1, edge, edge + 1}) {
                CAPTURE(at);
                if (at < f.bytes.size()) {
                    const auto cut = f.code(f.bytes.substr(0, at));
                    CHECK((cut == "document_truncated" || cut == "document_damaged"));
                    auto changed = f.bytes;
                    changed[at] = static_cast<char>(changed[at] ^ 1);
                    CHECK(f.code(changed) == "document_damaged");
                }
            }
            if (edge < f.bytes.size())
                CHECK(f.code(f.bytes.substr(0, edge)) == "document_truncated");
        }
        CHECK(f.code(f.bytes + "x") == "document_damaged");
        CHECK(f.code({}) == "document_malformed");
        for (std::size_t at = 0; at < head + header + 64; ++at) {
            auto changed = f.bytes;
            changed[at] = static_cast<char>(changed[at] ^ 0x80);
            CHECK(f.code(changed) != "opens");
        }
    }
    TEST_CASE("file: chunks moved or repeated or left out do not open") {
        const sealed_file f(3 * document_chunk + 100);
        const auto begin = head + header;
        const auto a = f.bytes.substr(begin, sealed_chunk);
        const auto b = f.bytes.substr(begin + sealed_chunk, sealed_chunk);
        const auto rest = f.bytes.substr(begin + 2 * sealed_chunk);
        const auto start = f.bytes.substr(0, begin);
        CHECK(f.code(start + a + b + rest) == "opens");
        CHECK(f.code(start + b + a + rest) == "document_damaged");
        CHECK(f.code(start + a + a + rest) == "document_damaged");
        CHECK(f.code(start + a + rest) == "document_damaged");
        const sealed_file other(3 * document_chunk + 100);
        CHECK(f.code(other.bytes) == "document_damaged");
    }
    TEST_CASE("place: another case or document or tenant or key opens nothing") {
        const sealed_file f(document_chunk + 5);
        const auto small = seal_document(f.key, f.id, f.place, "Maija asuu täällä");
        CHECK(open_document(f.key, f.place, small)->text() == "Maija asuu täällä");
        CHECK(small.find("Maija") == std::string::npos);
        auto elsewhere = f.place;
        const auto fails = [&](const document_place& where, const secret_key& with) {
            CHECK(open_document(with, where, small).error().code == "document_damaged");
            CHECK(open_document_file(with, where, f.bytes).error().code == "document_damaged");
        };
        elsewhere.tenant = "turku";
        fails(elsewhere, f.key);
        elsewhere = f.place;
        elsewhere.stream = random_tag();
        fails(elsewhere, f.key);
        elsewhere = f.place;
        elsewhere.document = random_tag();
        fails(elsewhere, f.key);
        fails(f.place, secret_key::random());
        // neither form passes for the other
        CHECK(open_document(f.key, f.place, f.bytes).error().code == "document_malformed");
        CHECK(open_document_file(f.key, f.place, small).error().code == "document_malformed");
        for (std::size_t at = 0; at < small.size(); ++at) {
            auto changed = small;
            changed[at] = static_cast<char>(changed[at] ^ 1);
            CHECK_FALSE(open_document(f.key, f.place, changed));
        }
    }
}
