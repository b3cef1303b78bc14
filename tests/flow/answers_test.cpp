// Protects the answer that a person really fetches: every row of hers in every mapped category, and
// nobody else's. Real registers, database, keys and web; the oracle is plain SQL over the
// registers.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/case/values.hpp"

#include "storage/documents/zip_file.hpp"
#include "storage/hash/sha256.hpp"
#include "storage/json/read_json.hpp"
#include "storage/sqlite/looks.hpp"
#include "tests/support/browser.hpp"
#include "tests/support/flow_steps.hpp"
#include "tests/support/register_sql.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

// Cells of a table as a spreadsheet reads them.
std::vector<std::vector<std::string>> cells_of(std::string csv) {
    REQUIRE(csv.starts_with("\xEF\xBB\xBF"));
    csv.erase(0, 3);
    std::vector<std::vector<std::string>> rows(1, {""});
    bool quoted = false;
    for (std::size_t i = 0; i < csv.size(); ++i) {
        const char c = csv[i];
        if (c == '"' && quoted && i + 1 < csv.size() && csv[i + 1] == '"')
            rows.back().back() += csv[++i];
        else if (c == '"')
            quoted = !quoted;
        else if (c == ';' && !quoted)
            rows.back().emplace_back();
        else if (c == '\n' && !quoted)
            rows.push_back({""});
        else if (c != '\r' || quoted)
            rows.back().back() += c;
    }
    rows.pop_back();
    return rows;
}

std::string euros(const std::string& cents) {
    const auto value = std::stoll(cents);
    return fmt::format("{}{},{:02}", value < 0 ? "-" : "", std::abs(value) / 100,
                       std::abs(value) % 100);
}

// Every value that SQL finds stands in a cell of the table, as often as there.
void compare(const held_rows& sql, const std::string& csv) {
    const auto rows = cells_of(csv);
    CHECK(rows.size() - 1 == sql.rows);
    std::multiset<std::string> cells;
    for (std::size_t i = 1; i < rows.size(); ++i) cells.insert(rows[i].begin(), rows[i].end());
    for (const auto& value : sql.values) {
        auto found = cells.find(value);
        const bool digits =
            value.find_first_not_of("-0123456789") == std::string::npos && value.size() < 15;
        if (found == cells.end() && digits) found = cells.find(euros(value));
        if (found == cells.end() && value == "1") found = cells.find("kyllä");
        if (found == cells.end() && value == "0") found = cells.find("ei");
        CAPTURE(value);
        CHECK(found != cells.end());
    }
}

void change(const flow_world& w, const std::string& reg, const std::string& sql) {
    auto db = storage::connection::open(w.registers.file(reg), {}).value();
    REQUIRE(db.run(sql));
}

value manifest_of(const std::string& zip) {
    return storage::read_json(storage::read_zip_entry(zip, "manifest.json").value()).value();
}

// Each file of the package is what the manifest says of it.
void check_manifest(const std::string& zip) {
    const auto manifest = manifest_of(zip);
    const auto* files = manifest["files"].as_array();
    REQUIRE(files);
    CHECK(files->size() + 1 == storage::zip_names(zip)->size());
    for (const auto& each : *files) {
        const auto bytes = storage::read_zip_entry(zip, *each["file"].as_string()).value();
        CHECK(to_hex(storage::sha256({}, bytes)) == *each["sha256"].as_string());
        CHECK(*each["bytes"].as_integer() == static_cast<std::int64_t>(bytes.size()));
    }
}

}  // namespace

TEST_SUITE("flow/answers") {
    TEST_CASE("access: page and tables hold every row of the person and nobody else's [15(3)]") {
        for (const auto& tenant : tenants) {
            CAPTURE(tenant);
            flow_world w(tenant);
            // an ordinary customer, one with a joint contract
            for (const std::size_t index : {0UL, 3UL}) {
                CAPTURE(index);
                const auto who = sample_person_of(tenant, index);
                const auto before = rows_of_person(w, who.hetu);
                REQUIRE(before.size() > 3);
                const auto number = w.file("access", who.hetu, who.name);
                w.work();
                release_answer(w, number);
                REQUIRE(w.state(number).outcome == "fulfilled");
                const browser customer(w, who);
                const auto base = "/requests/" + number + "/answer/";
                const auto page = customer.get(base + "index.html");
                REQUIRE(page.status == 200);
                const auto zip = customer.get(base + "answer.zip");
                REQUIRE(zip.status == 200);
                check_manifest(zip.body);
                std::string everything = page.body;
                for (const auto& [category, rows] : before) {
                    CAPTURE(category);
                    const auto csv = customer.get(base + category + ".csv");
                    REQUIRE(csv.status == 200);
                    compare(rows, csv.body);
                    CHECK(page.body.contains("<section id=\"" + category + "\">"));
                    everything += csv.body;
                }
                // nothing but what SQL finds
                for (const auto& name : storage::zip_names(zip.body).value())
                    if (name.ends_with(".csv") && !name.starts_with("consumption"))
                        CHECK(before.contains(name.substr(0, name.size() - 4)));
                const auto consumption = customer.get(base + "consumption.csv").body;
                CHECK(std::ranges::count(consumption, '\n') ==
                      static_cast<std::ptrdiff_t>(readings_of(w, who.hetu)) + 1);
                std::set<std::string> cells;
                for (const auto& name : storage::zip_names(zip.body).value())
                    if (name.ends_with(".csv") && !name.starts_with("consumption"))
                        for (auto& row : cells_of(storage::read_zip_entry(zip.body, name).value()))
                            cells.insert(row.begin(), row.end());
                for (const auto& other : values_of_others(w, who.hetu)) {
                    CHECK_FALSE(cells.contains(other));
                    if (other.contains('@')) CHECK_FALSE(everything.contains(other));
                }
                const auto files = bytes_below(w.dir.path);
                CHECK_FALSE(files.contains(who.hetu));
                CHECK_FALSE(files.contains(who.name));
            }
        }
    }
    TEST_CASE("access: only the person fetches it and only when it has left") {
        flow_world w("kuopio");
        const auto who = sample_person_of("kuopio", 0);
        const auto number = w.file("access", who.hetu, who.name);
        w.work();
        const browser customer(w, who), stranger(w, sample_person_of("kuopio", 1)),
            officer(w, "officer"), service(w, "customer_service");
        const auto own = "/requests/" + number + "/answer/index.html";
        const auto staff = "/officer/cases/" + number + "/answer/index.html";
        CHECK(customer.get(own).status == 404);
        CHECK_FALSE(customer.get("/requests/" + number).body.contains("/answer/"));
        // the officer sees it before, and that is noted
        const auto preview = officer.get(staff);
        REQUIRE(preview.status == 200);
        CHECK(preview.body.contains(who.name));
        CHECK(officer.get("/officer/cases/" + number).body.contains("/answer/index.html"));
        CHECK(service.get(staff).status == 403);
        CHECK(storage::looks_of(*w.database, {number})->size() == 2);
        CHECK(storage::looks_of(*w.database, {number})->front().role == "officer");
        release_answer(w, number);
        const auto page = customer.get(own);
        REQUIRE(page.status == 200);
        CHECK(header_of(page, "Cache-Control") == "no-store");
        CHECK(header_of(page, "X-Content-Type-Options") == "nosniff");
        CHECK(header_of(page, "Content-Disposition") == "inline");
        CHECK(header_of(page, "Content-Security-Policy").contains("style-src 'sha256-"));
        CHECK(page.body.contains(w.site.pages->text("role.officer", language::fi)));
        const auto csv = customer.get("/requests/" + number + "/answer/KUO-A01.csv");
        CHECK(header_of(csv, "Content-Disposition") == "attachment; filename=\"KUO-A01.csv\"");
        CHECK(header_of(csv, "Content-Type") == "text/csv; charset=utf-8");
        CHECK(customer.get("/requests/" + number + "/answer/KUO-A99.csv").status == 404);
        CHECK(customer.get("/requests/" + number).body.contains("/answer/index.html"));
        CHECK(stranger.get(own).status == 404);
        CHECK(officer.get(own).status == 303);
        CHECK(customer.get(staff).status == 303);
        CHECK(officer.get(staff).body == page.body);
    }
    TEST_CASE("access: what goes by post is not fetched before the letter has left") {
        flow_world w("kss");
        const auto who = sample_person_of("kss", 0);
        const auto number =
            w.file("access", who.hetu, who.name, {{"answer_in", "post"}, {"address_known", true}});
        w.work();
        release_answer(w, number);
        REQUIRE(w.state(number).state == "executing");
        REQUIRE(w.documents->newest(number, storage::document_kind::answer_package)->has_value());
        const browser customer(w, who), officer(w, "officer");
        const auto own = "/requests/" + number + "/answer/index.html";
        CHECK(customer.get(own).status == 404);
        CHECK_FALSE(customer.get("/requests/" + number).body.contains("/answer/"));
        // to be printed and posted
        CHECK(officer.get("/officer/cases/" + number + "/answer/index.html").status == 200);
        w.take(number, "officer", "dispatch_answer",
               {{"way", "post"}, {"dispatched_on", to_string(w.time.on)}});
        CHECK(customer.get(own).status == 200);
    }
    TEST_CASE("access: an address under protection is shown to named staff alone [15(4)]") {
        flow_world w("kuopio");
        const auto hidden = sample_person_of("kuopio", 2);
        const auto number = w.file("access", hidden.hetu, hidden.name);
        w.work();
        REQUIRE(w.state(number).flags.contains("address_protected"));
        const browser officer(w, "officer"), dpo(w, "dpo"), customer(w, hidden);
        const auto page = "/officer/cases/" + number + "/answer/index.html";
        const std::string address = "<section id=\"KUO-A06\">";
        CHECK_FALSE(officer.get(page).body.contains(address));
        CHECK(dpo.get(page).body.contains(address));
        w.take(number, "officer", "assign", {{"assignee", "officer-1"}});
        CHECK(officer.get(page).body.contains(address));
        release_answer(w, number);
        CHECK(customer.get("/requests/" + number + "/answer/index.html").body.contains(address));
    }
    TEST_CASE("access: what a register let go since stands in the answer all the same") {
        flow_world w("valkeakoski");
        const auto who = sample_person_of("valkeakoski", 0);
        const auto before = rows_of_person(w, who.hetu);
        const auto number = w.file("access", who.hetu, who.name);
        w.work();
        std::int64_t copied = 0;
        for (const auto& e : w.desk->read(number)->events)
            if (const auto* count = e["copy"]["records"].as_integer()) {
                copied += *count;
                CHECK(e["copy"]["sha256"].as_string()->size() == 64);
            }
        CHECK(copied == static_cast<std::int64_t>(w.state(number).records.size()));
        change(w, "billing", "DELETE FROM invoice");
        change(w, "metering", "DELETE FROM reading_series");
        change(w, "crm", "DELETE FROM call");
        release_answer(w, number);
        const browser customer(w, who);
        for (const auto& [category, rows] : before) {
            CAPTURE(category);
            compare(rows,
                    customer.get("/requests/" + number + "/answer/" + category + ".csv").body);
        }
    }
    TEST_CASE("access: a recording leaves only when a person has listened and says so") {
        flow_world w("kuopio");
        const auto who = sample_person_of("kuopio", 0);
        const auto number = w.file("access", who.hetu, who.name);
        w.work();
        value_array calls;
        for (const auto& [id, held] : w.state(number).records)
            if (id.starts_with("crm/call/")) calls.emplace_back(id);
        REQUIRE(calls.size() >= 2);
        const browser officer(w, "officer"), customer(w, who);
        const auto preview = officer.get("/officer/cases/" + number + "/answer/answer.zip").body;
        CHECK(storage::read_zip_entry(preview, "recording-1.wav")->starts_with("RIFF"));
        look_before_release(w, number);
        w.take(number, "officer", "record_listening",
               {{"records", value_array{calls[0]}},
                {"speaker", "both"},
                {"finding", "transcribe"},
                {"reason", "Kysyin laskun eräpäivää."}});
        w.take(number, "officer", "release");
        w.work();
        const auto zip = customer.get("/requests/" + number + "/answer/answer.zip").body;
        const auto names = storage::zip_names(zip).value();
        CHECK(std::ranges::count_if(names, [](const auto& name) {
                  return name.ends_with(".wav");
              }) == static_cast<std::ptrdiff_t>(calls.size()) - 1);
        CHECK(customer.get("/requests/" + number + "/answer/index.html")
                  .body.contains("Kysyin laskun eräpäivää."));
    }
    TEST_CASE("access: what is withheld or redacted for others does not leave [15(4)]") {
        flow_world w("kuopio");
        const auto who = sample_person_of("kuopio", 0);
        const auto number = w.file("access", who.hetu, who.name);
        w.work();
        std::string withheld, redacted;
        for (const auto& [id, held] : w.state(number).records) {
            if (id.ends_with("#KUO-A04")) withheld = id;
            if (id.ends_with("#KUO-A05")) redacted = id;
        }
        look_before_release(w, number);
        for (const auto& [id, decision] : {std::pair(withheld, "withhold"), {redacted, "redact"}})
            w.take(number, "officer", "decide_records",
                   {{"records", value_array{value(id)}},
                    {"decision", decision},
                    {"ground", "15_4"},
                    {"reason", "Toisen henkilön oikeudet."}});
        w.take(number, "officer", "propose_partial_release", {{"reason", "Osittain."}});
        w.take(number, "reviewer", "approve");
        w.work();
        REQUIRE(w.state(number).outcome == "partly_fulfilled");
        const browser customer(w, who);
        const auto base = "/requests/" + number + "/answer/";
        CHECK(customer.get(base + "KUO-A04.csv").status == 404);
        const auto mail = customer.get(base + "KUO-A05.csv");
        CHECK(mail.status == 200);
        CHECK_FALSE(mail.body.contains("@"));
        CHECK(mail.body.contains(w.site.pages->text("answer.table.withheld", language::fi)));
    }
    TEST_CASE("portability: the files of a move hold what article 20 covers and no more [20]") {
        for (const auto& tenant : tenants) {
            CAPTURE(tenant);
            flow_world w(tenant);
            const auto who = sample_person_of(tenant, 0);
            const auto& pack = policies_of_the_tree().packs.at(tenant);
            const auto before = rows_of_person(w, who.hetu);
            const auto number = w.file("portability", who.hetu, who.name);
            w.work();
            release_answer(w, number);
            const browser customer(w, who);
            const auto base = "/requests/" + number + "/answer/";
            const auto zip = customer.get(base + "answer.zip");
            REQUIRE(zip.status == 200);
            check_manifest(zip.body);
            std::set<std::string> given;
            std::multiset<std::string> cells;
            for (const auto& each : *manifest_of(zip.body)["files"].as_array()) {
                const auto name = *each["file"].as_string();
                for (const auto& id : cases::list_of(each["categories"])) given.insert(id);
                if (name.ends_with(".csv") && !name.starts_with("consumption"))
                    for (auto& row : cells_of(storage::read_zip_entry(zip.body, name).value()))
                        cells.insert(row.begin(), row.end());
            }
            const auto identity =
                storage::read_zip_entry(zip.body, "customer.json").value_or(std::string());
            for (const auto& [category, rows] : before) {
                CAPTURE(category);
                const auto covered = pack.categories.at(category).facts.portability.value;
                const bool moves =
                    covered == portability::provided || covered == portability::observed;
                CHECK(given.contains(category) == moves);
                if (!moves) continue;
                for (const auto& value : rows.values) {
                    CAPTURE(value);
                    const bool digits = value.find_first_not_of("-0123456789") == std::string::npos;
                    CHECK((cells.contains(value) || identity.contains(value) ||
                           (digits && value.size() < 15 && cells.contains(euros(value))) ||
                           (value == "1" && cells.contains("kyllä")) ||
                           (value == "0" && cells.contains("ei"))));
                }
            }
            for (const auto& other : values_of_others(w, who.hetu)) {
                CHECK_FALSE(cells.contains(other));
                if (other.contains('@')) CHECK_FALSE(identity.contains(other));
            }
            const auto consumption = customer.get(base + "consumption.csv").body;
            CHECK(consumption.starts_with("Mittauspisteen tunnus;Tuotteen tyyppi;Resoluutio;"));
            CHECK(std::ranges::count(consumption, '\n') ==
                  static_cast<std::ptrdiff_t>(readings_of(w, who.hetu)) + 1);
        }
    }
    TEST_CASE("life: without its key a package is gone and the page says so [5(1)(e)]") {
        flow_world w("turku");
        const auto who = sample_person_of("turku", 0);
        const auto number = w.file("access", who.hetu, who.name);
        w.work();
        release_answer(w, number);
        const browser customer(w, who);
        const auto page = "/requests/" + number;
        REQUIRE(customer.get(page + "/answer/index.html").status == 200);
        const auto id = w.documents->of_case(number)->front().key;
        REQUIRE(w.keys->destroy({&id, 1}));
        CHECK(customer.get(page + "/answer/index.html").status == 404);
        CHECK(customer.get(page).body.contains(
            w.site.pages->text("own_case.answer.gone", language::fi)));
        CHECK(w.answers->sweep().value() == 4);  // the package and a copy of each register
        CHECK(w.documents->of_case(number)->empty());
        CHECK(std::filesystem::is_empty(w.dir.path / "documents"));
    }
}
