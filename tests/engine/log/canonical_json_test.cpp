// Protects the one encoding of each value: two encodings of one fact would be two leaves.
// Vectors of RFC 8785 (3.2.2.2, 3.2.3), bounds of integers, and texts that are not UTF-8.
#include "engine/log/canonical_json.hpp"

#include <doctest/doctest.h>

using namespace pykala;

namespace {

std::string text_of(const value& v) {
    const auto out = canonical_json(v);
    return out ? *out : "problem " + out.error().code;
}

}  // namespace

TEST_SUITE("engine/log/canonical_json") {
    TEST_CASE("canonical json: strings escape only what they must [RFC 8785 3.2.2.2]") {
        CHECK(text_of("\u20ac$\u000F\nA'\u0042\u0022\u005c\\\"/") ==
              "\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
        CHECK(text_of(std::string("\b\t\f\r\0\x1f\x7f", 7)) ==
              "\"\\b\\t\\f\\r\\u0000\\u001f\x7f\"");
        CHECK(text_of("Pykälä") == "\"Pykälä\"");
    }
    TEST_CASE("canonical json: members stand in order of UTF-16 units [RFC 8785 3.2.3]") {
        const value_object o{{"\u20ac", "Euro Sign"},
                             {"\r", "Carriage Return"},
                             {"\ufb33", "Hebrew Letter Dalet With Dagesh"},
                             {"1", "One"},
                             {"\U0001f600", "Emoji: Grinning Face"},
                             {"\u0080", "Control"},
                             {"\u00f6", "Latin Small Letter O With Diaeresis"}};
        CHECK(text_of(o) ==
              "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
              "\"\u00f6\":\"Latin Small Letter O With Diaeresis\",\"\u20ac\":\"Euro Sign\","
              "\"\U0001f600\":\"Emoji: Grinning Face\","
              "\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
        CHECK(text_of(value_object{{"b", 1}, {"a", 2}, {"ab", 3}, {"", 4}}) ==
              R"({"":4,"a":2,"ab":3,"b":1})");
    }
    TEST_CASE("canonical json: values nest without blanks") {
        CHECK(text_of(value_array{nullptr, true, false, -5, value_array{}, value_object{}}) ==
              "[null,true,false,-5,[],{}]");
    }
    TEST_CASE("canonical json: integers end where doubles stop being exact [RFC 7493 2.2]") {
        CHECK(text_of(std::int64_t{9007199254740991}) == "9007199254740991");
        CHECK(text_of(std::int64_t{-9007199254740991}) == "-9007199254740991");
        CHECK(text_of(std::int64_t{9007199254740992}) == "problem json_number");
        CHECK(text_of(std::int64_t{-9007199254740992}) == "problem json_number");
    }
    TEST_CASE("canonical json: refuses what is not UTF-8") {
        for (const char* bad :
             {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
              "\xf4\x90\x80\x80", "\xc3", "\xe2\x82", "\xff"}) {
            CHECK(text_of(bad) == "problem json_text");
            CHECK(text_of(value_object{{bad, 1}}) == "problem json_text");
        }
        CHECK(is_utf8("\u0080\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff"));
    }
    TEST_CASE("canonical json: refuses nesting beyond 64") {
        value v = 1;
        for (int i = 0; i < 64; ++i) v = value_array{std::move(v)};
        CHECK(text_of(v).substr(0, 7) != "problem");
        v = value_array{std::move(v)};
        CHECK(text_of(v) == "problem json_depth");
    }
}
