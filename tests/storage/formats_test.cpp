// Protects the bytes that last: whoever changes a format by accident must hear of it before a
// tenant does. Recomputes the worked examples of storage/formats/*.md with the code, and looks for
// every result in the page.
#include <doctest/doctest.h>

#include "engine/base/encoding.hpp"
#include "engine/log/checkpoint.hpp"
#include "engine/log/merkle.hpp"

#include "storage/hash/sha256.hpp"
#include "storage/sealing/box.hpp"
#include "storage/sealing/sodium.hpp"
#include "tests/support/tree.hpp"

using namespace pykala;
using namespace pykala::storage;

namespace {

std::string page(const char* name) {
    return tests::read_file(std::string(PYKALA_SOURCE_DIR "/storage/formats/") + name);
}

bool shows(const std::string& text, std::string_view wanted) {
    return text.find(wanted) != std::string::npos;
}

template <std::size_t Size>
std::array<std::uint8_t, Size> counting_from(unsigned first) {
    std::array<std::uint8_t, Size> out{};
    for (std::size_t i = 0; i < Size; ++i) out[i] = static_cast<std::uint8_t>(first + i);
    return out;
}

secret_key key_from(unsigned first) {
    secret_key key;
    const auto bytes = counting_from<32>(first);
    std::copy(bytes.begin(), bytes.end(), key.bytes().begin());
    return key;
}

std::string from_hex_line(std::string_view text, std::string_view begin) {
    const auto at = text.find(begin);
    REQUIRE(at != std::string_view::npos);
    const auto line = text.substr(at, text.find('\n', at) - at);
    std::vector<std::uint8_t> raw(line.size() / 2);
    REQUIRE(from_hex(line, raw));
    return std::string(as_text(raw));
}

const log::stream_tag stream = counting_from<16>(0);
constexpr const char* origin = "tietopyynnot.example/kuopio/log/1";

struct example_leaf {
    std::vector<std::string> lines;
    log::digest hash{};
};

example_leaf make_example_leaf() {
    example_leaf out;
    std::vector<log::field_commitment> fields;
    const auto add = [&](const char* name, log::data_class of, unsigned key, const char* value) {
        const log::salt salt = sha256("salt:", name);
        fields.push_back({name, of, counting_from<16>(key), *log::commit(sha256, salt, value)});
        out.lines.push_back(to_hex(fields.back().commitment));
    };
    add("received_on", log::data_class::decision_facts, 0x20, "2026-03-06");
    add("right", log::data_class::decision_facts, 0x20, "access");
    add("text", log::data_class::content, 0x30, "Haluan nähdä tietoni. €");
    log::event_body body{"case",
                         "request_received",
                         "customer",
                         *parse_instant_utc("2026-03-06T10:15:30.250Z"),
                         make_date(2026, 3, 6),
                         sha256("procedure", ""),
                         sha256("law", ""),
                         3,
                         *log::fields_root(sha256, fields)};
    out.lines.push_back(*log::write_body(body));
    out.lines.push_back(log::write_leaf(stream, 0, sha256({}, out.lines.back())));
    out.hash = log::leaf_hash(sha256, out.lines.back());
    out.lines.push_back(to_hex(out.hash));
    return out;
}

}  // namespace

TEST_SUITE("storage/formats") {
    TEST_CASE("formats: the event leaf is that of its page") {
        const std::string text = page("event_leaf.md");
        for (const std::string& line : make_example_leaf().lines)
            CHECK_MESSAGE(shows(text, line), line);
        const log::closure_file files[] = {
            {"workflows/access.toml", sha256({}, "id = \"access\"\n")}};
        CHECK(shows(text, *canonical_json(log::closure_json(log::closure_kind::procedure, files))));
        CHECK(shows(text, to_hex(*log::closure_hash(sha256, log::closure_kind::procedure, files))));
    }
    TEST_CASE("formats: the sealed box opens as its page says") {
        const std::string box = from_hex_line(page("sealed.md"), "01303132");
        const auto plain =
            open_box(key_from(0x40), {"kuopio", stream, 0, log::data_class::content}, box);
        REQUIRE(plain);
        CHECK(shows(page("sealed.md"), "\n" + plain->text() + "\n"));
        CHECK(*key_of_box(box) == counting_from<16>(0x30));
    }
    TEST_CASE("formats: the wrapped key and the lookup hash are those of their page") {
        const std::string text = page("keys.md");
        const master_key master = master_key::of(key_from(0x80));
        CHECK(shows(text, to_hex(master.id)));
        const auto key = unwrap_key(master, "kuopio", counting_from<16>(0x30), "content",
                                    from_hex_line(text, "018a1dc0"));
        REQUIRE(key);
        CHECK(to_hex(key->bytes()) == to_hex(counting_from<32>(0x40)));
        std::array<std::uint8_t, 32> hash{};
        keyed_hash(key_from(0xa0), R"(["pykala-lookup/1","hetu","010190-900P"])", hash);
        CHECK(shows(text, to_hex(hash)));
    }
    TEST_CASE("formats: the checkpoint is that of its page") {
        const std::string text = page("checkpoint.md");
        const secret_key seed = key_from(0xc0);
        const log::public_key open = public_key_of(seed);
        CHECK(shows(text, "\n" + log::verifier_key(sha256, origin, open) + "\n"));
        const std::string head = log::checkpoint_text(origin, 1, make_example_leaf().hash);
        CHECK(shows(text, "\n" + log::signed_note(sha256, head, origin, open, sign(seed, head))));
    }
}
