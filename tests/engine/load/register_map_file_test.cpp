// Protects the reading of mappings: every fault has its code and its line, and the sample mappings
// load. A small good mapping is spoilt in one place at a time.
#include "engine/load/register_map_file.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "tests/support/sample_world.hpp"

using namespace pykala;

namespace {

const std::string good = R"(schema = 1
id = "crm"
[title]
fi = "a"
sv = "b"
en = "c"
[key.hetu]
table = "customer"
column = "hetu"
finds = true
[person]
table = "customer"
name = ["name"]
[table.customer]
key = "id"
person = "id"
erase = "columns"
[table.customer.category]
KUO-A01 = { columns = ["name"] }
KUO-A03 = { columns = ["hetu"] }
[table.call]
key = "id"
through = "customer"
by = "customer_id"
category_column = "kind"
columns = ["topic"]
[table.call.category_of]
sales = { id = "KUO-R04" }
[label.name]
fi = "nimi"
sv = "namn"
en = "name"
[label.hetu]
fi = "h"
sv = "h"
en = "h"
[label.topic]
fi = "aihe"
sv = "ämne"
en = "topic"
as = "text"
)";

diagnostics faults_of(std::string text) {
    diagnostics found;
    (void)load_register_map({"crm.toml", std::move(text)}, nullptr,
                            tests::policies_of_the_tree().packs.at("kuopio"), found);
    return found;
}

// The good mapping with one place replaced.
std::string with(const std::string& old_text, const std::string& new_text) {
    auto text = good;
    const auto at = text.find(old_text);
    REQUIRE(at != text.npos);
    return text.replace(at, old_text.size(), new_text);
}

void expect(const std::string& text, const std::string& code) {
    const auto found = faults_of(text);
    CAPTURE(code);
    REQUIRE_FALSE(found.empty());
    CHECK(std::ranges::any_of(found, [&](const auto& one) { return one.code == code; }));
    CHECK(found.front().line > 0);
}

}  // namespace

TEST_SUITE("load/register_map_file") {
    TEST_CASE("good: the mapping loads without a finding") {
        const auto found = faults_of(good);
        CAPTURE((found.empty() ? "" : to_string(found.front())));
        CHECK(found.empty());
    }
    TEST_CASE("samples: all fifteen mappings load") {
        for (const auto& tenant : tests::tenants)
            for (const auto& id : tests::sample_order)
                CHECK(tests::sample_map(tenant, id).id == id);
    }
    TEST_CASE("names: what could break a query is refused") {
        expect(with("column = \"hetu\"", "column = \"hetu\\\" --\""), "R01");
        expect(with("[table.call]", "[table.\"call; drop\"]"), "R01");
        expect(with("name = [\"name\"]", "name = [\"first name\"]"), "R01");
    }
    TEST_CASE("columns: one belongs to one category") {
        expect(with("columns = [\"hetu\"]", "columns = [\"name\"]"), "R02");
    }
    TEST_CASE("ways: every table leads to a person") {
        expect(with("through = \"customer\"", "through = \"nowhere\""), "R03");
        expect(with("through = \"customer\"", "through = \"call\""), "R03");
        expect(with("[person]\ntable = \"customer\"", "[person]\ntable = \"call\""), "R05");
    }
    TEST_CASE("categories: only those of the pack and never a split one") {
        expect(with("KUO-A01 =", "KUO-Z99 ="), "R04");
        expect(with("id = \"KUO-R04\"", "id = \"TUR-10\""), "R04");
    }
    TEST_CASE("keys: what does not go together is refused") {
        expect(with("finds = true", "finds = false"), "R05");
        expect(with("erase = \"columns\"", "erase = \"row\""), "R05");
        expect(with("columns = [\"topic\"]\n", ""), "R05");
        expect(with("by = \"customer_id\"\n", ""), "R05");
    }
    TEST_CASE("labels: every displayed column has one") {
        expect(with("[label.topic]", "[label.other]"), "R06");
    }
    TEST_CASE("form: unknown keys and broken files are found") {
        expect(with("erase = ", "erasure = "), "S01");
        expect(with("schema = 1", "schema = "), "T00");
    }
}
