// Protects the reader of our own JSON: it reads what canonical_json writes and nothing else, and
// shows the text as it stood. Random values go through both; what is not canonical is refused.
#include "storage/json/canonical_reader.hpp"

#include <random>

#include <doctest/doctest.h>

#include "engine/log/canonical_json.hpp"

#include "storage/json/read_json.hpp"

using namespace pykala;
using namespace pykala::storage;

namespace {

std::string random_text(std::mt19937& dice) {
    static const std::vector<std::string> parts{"a",      "ä",    "€", "\"",   "\\",
                                                "\n",     "\x01", "/", "\x7f", "\U0001F600",
                                                "\uE000", "b",    "0", " "};
    std::string out;
    for (auto n = dice() % 6; n > 0; --n) out += parts[dice() % parts.size()];
    return out;
}

value random_value(std::mt19937& dice, int depth) {
    switch (dice() % (depth > 4 ? 4 : 6)) {
        case 0:
            return nullptr;
        case 1:
            return dice() % 2 == 0;
        case 2:
            return static_cast<std::int64_t>(dice()) * (dice() % 2 == 0 ? 1 : -2'000'000);
        case 3:
            return random_text(dice);
        case 4: {
            value_array items;
            for (auto n = dice() % 4; n > 0; --n) items.push_back(random_value(dice, depth + 1));
            return items;
        }
        default: {
            value_object members;
            for (auto n = dice() % 4; n > 0; --n)
                members.insert_or_assign(random_text(dice), random_value(dice, depth + 1));
            return members;
        }
    }
}

bool reads(std::string_view text) {
    canonical_reader in(text);
    value v;
    return in.any(v) && in.at_end();
}

}  // namespace

TEST_SUITE("storage/json/canonical_reader") {
    TEST_CASE("any: reads what canonical_json writes as the other reader does [RFC 8785]") {
        std::mt19937 dice(7);
        for (int i = 0; i < 5000; ++i) {
            const value v = random_value(dice, 0);
            const auto text = canonical_json(v);
            REQUIRE(text);
            canonical_reader in(*text);
            value read;
            REQUIRE_MESSAGE(in.any(read), *text);
            CHECK(in.at_end());
            CHECK(in.since(0) == *text);
            CHECK(read == v);
            CHECK(*read_json(*text) == read);
        }
    }
    TEST_CASE("any: what is not canonical is refused") {
        for (const char* text : {"",
                                 " 1",
                                 "1 ",
                                 "01",
                                 "-0",
                                 "1.0",
                                 "1e3",
                                 "9007199254740992",
                                 "+1",
                                 "-",
                                 "tru",
                                 "nul",
                                 "\"",
                                 "\"\\/\"",
                                 "\"\\u0041\"",
                                 "\"\\u000A\"",
                                 "\"\\u000a\"",
                                 "\"\n\"",
                                 "\"\\x\"",
                                 "[1,]",
                                 "[,1]",
                                 "[1 ,2]",
                                 "[1",
                                 "{\"a\":1,}",
                                 "{\"b\":1,\"a\":2}",
                                 "{\"a\":1,\"a\":2}",
                                 "{\"a\" :1}",
                                 "{a:1}",
                                 "{\"a\":1",
                                 "{1:2}",
                                 "}"})
            CHECK_FALSE_MESSAGE(reads(text), text);
        CHECK(reads("\"\\u001f\\b\\\\\""));
        const std::string deep(65, '[');
        CHECK(reads(std::string(64, '[') + "1" + std::string(64, ']')));
        CHECK_FALSE(reads(deep + "1" + std::string(65, ']')));
    }
}
