// Protects the door for JSON text: what is not plainly one value of ours is refused, and the rest
// comes back the same. Reads good and bad texts and writes the good ones again.
#include "storage/json/read_json.hpp"

#include <doctest/doctest.h>

using namespace pykala;
using namespace pykala::storage;

TEST_SUITE("storage/json") {
    TEST_CASE("json: canonical text comes back the same") {
        for (const char* text :
             {"null", "true", "-1", "9007199254740991", "\"\"", "[]", "{}",
              R"({"a":[1,{"b":"\u0001ä€😀"}],"c":null})", R"(["\"\\/\b\f\n\r\t"])"}) {
            const auto value = read_json(text);
            REQUIRE_MESSAGE(value, text);
            CHECK(*canonical_json(*value) == text);
        }
        const std::string long_text = "[\"" + std::string(100'000, 'x') + "\"]";
        CHECK(*canonical_json(*read_json(long_text)) == long_text);
    }
    TEST_CASE("json: refuses what is not strict") {
        const std::pair<const char*, const char*> bad[] = {{R"({"a":1,"a":1})", "json_duplicate"},
                                                           {"1.5", "json_number"},
                                                           {"1e3", "json_number"},
                                                           {"9007199254740992", "json_number"},
                                                           {"99999999999999999999", "json_number"},
                                                           {"", "json_malformed"},
                                                           {"{} {}", "json_malformed"},
                                                           {"[1,]", "json_malformed"},
                                                           {"'a'", "json_malformed"},
                                                           {"\"\xff\"", "json_malformed"},
                                                           {"// x\n1", "json_malformed"},
                                                           {"\"\\ud800\"", "json_malformed"},
                                                           {"NaN", "json_malformed"}};
        for (const auto& [text, code] : bad) {
            const auto value = read_json(text);
            REQUIRE_MESSAGE(!value, text);
            CHECK_MESSAGE(value.error().code == code, text);
        }
        CHECK(!read_json(std::string(100'000, '[')));
    }
}
