// Protects hex and base64 as the formats use them: one text for each value, whatever else is
// refused. Vectors of RFC 4648 section 10, and every way to write the same bytes differently.
#include "engine/base/encoding.hpp"

#include <array>

#include <doctest/doctest.h>

using namespace pykala;

TEST_SUITE("engine/base/encoding") {
    TEST_CASE("base64: text and back [RFC 4648 10]") {
        const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                               {"f", "Zg=="},
                                                               {"fo", "Zm8="},
                                                               {"foo", "Zm9v"},
                                                               {"foob", "Zm9vYg=="},
                                                               {"fooba", "Zm9vYmE="},
                                                               {"foobar", "Zm9vYmFy"}};
        for (const auto& [plain, text] : vectors) {
            CHECK(to_base64(as_bytes(plain)) == text);
            CHECK(from_base64(text) == plain);
        }
    }
    TEST_CASE("base64: refuses every other spelling") {
        for (const char* bad : {"Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 9v",
                                "Zm9v\n", "Zm-_", "=m9v", "Zm=v"})
            CHECK_MESSAGE(!from_base64(bad), bad);
    }
    TEST_CASE("hex: is lower case and of the asked length") {
        std::array<std::uint8_t, 2> out{};
        CHECK(from_hex("0aff", out));
        CHECK(to_hex(out) == "0aff");
        for (const char* bad : {"0AFF", "0af", "0aff0", "0agf", "", " 0af"})
            CHECK_MESSAGE(!from_hex(bad, out), bad);
    }
}
