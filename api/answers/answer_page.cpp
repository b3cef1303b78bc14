#include "api/answers/answer_page.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/case/values.hpp"

#include "api/letters/case_view.hpp"

namespace pykala::api {
namespace {

class page_maker {
public:
    explicit page_maker(const answer_page_parts& parts)
        : p_(parts), own_(parts.c.law->own_pack()), facts_(facts_of(parts)) {}

    value_object values() {
        value_object v{{"lang", name_of(p_.in)},
                       {"number", p_.c.now.number},
                       {"service", own_.title.in(p_.in)},
                       {"person_name", cases::text_of(p_.c.now.subject, "name")},
                       {"made_on", day_text(p_.today)},
                       {"received_on", day_text(p_.c.now.received_on)},
                       {"is_access", p_.c.now.right == "access"},
                       {"is_portability", p_.c.now.right == "portability"}};
        v.emplace("categories", categories());
        v.emplace("files", files());
        v.emplace("told", disclosures());
        v.emplace("has_told", !p_.given.disclosures.empty());
        v.emplace("looks", looks());
        v.emplace("has_looks", !p_.looks.empty());
        v.emplace("controllers", controllers());
        add_own_readings(v);
        return v;
    }

private:
    static letters::letter_facts facts_of(const answer_page_parts& p) {
        cases::facts known;
        known.today = p.today;
        known.law = p.c.law.get();
        known.others = cases::interlocks_of(p.c.others);
        return letters::facts_of_case({.events = p.c.events,
                                       .case_number = p.c.now.number,
                                       .known = known,
                                       .flow = p.c.how->flow,
                                       .words = p.letters.definitions(),
                                       .in = p.in});
    }

    std::string day_text(date day) const {
        return letters::written_date(p_.letters.definitions().dates, p_.in, day);
    }
    std::string text(std::string_view key) const { return p_.pages.text(key, p_.in); }

    value_array categories() const {
        value_array all;
        auto words = words_of_tables(p_.pages, p_.in);
        words.day = [this](date day) { return day_text(day); };
        for (const auto& category : p_.given.categories) {
            value_object one{{"id", category.id},
                             {"name", letters::capitalised(category.name.in(p_.in))},
                             {"says", category.says.in(p_.in)},
                             {"file", file_of(category.id)}};
            const auto line =
                std::ranges::find(facts_.categories, category.id, &letters::category_line::id);
            if (line != facts_.categories.end()) add_line(one, *line);
            add_table(one, category_table(category, p_.in, words));
            all.emplace_back(std::move(one));
        }
        return all;
    }

    void add_line(value_object& one, const letters::category_line& line) const {
        one.emplace("informed", true);
        one.emplace("purposes", line.purposes);
        one.emplace("basis", line.basis);
        one.emplace("sources", line.sources);
        one.emplace("recipients", line.recipients);
        one.emplace("transfers", line.transfers);
        const auto written = [this](const std::optional<date>& day) {
            return day ? day_text(*day) : std::string();
        };
        value_array periods;
        for (const auto& each : line.periods)
            periods.emplace_back(value_object{{"because", each.because},
                                              {"until", written(each.until)},
                                              {"first_until", written(each.first_until)},
                                              {"later", each.later}});
        one.emplace("periods", std::move(periods));
        one.emplace("while_contract", line.while_contract);
        one.emplace("no_period", line.no_period);
    }

    // A cell that names a file of the package leads to it.
    void add_table(value_object& one, const table& all) const {
        value_array columns, rows;
        for (const auto& each : all.header) columns.emplace_back(value_object{{"label", each}});
        for (const auto& row : all.rows) {
            value_array cells;
            for (const auto& cell : row) {
                const bool link = !cell.empty() && is_file(cell);
                cells.emplace_back(value_object{{"text", cell}, {"link", link}});
            }
            rows.emplace_back(value_object{{"cells", std::move(cells)}});
        }
        one.emplace("columns", std::move(columns));
        one.emplace("rows", std::move(rows));
    }

    bool is_file(const std::string& name) const {
        return std::ranges::find(p_.files, name, &package_file::name) != p_.files.end();
    }

    // The first file that holds the category; every category stands in one.
    std::string file_of(const std::string& category) const {
        for (const auto& each : p_.files)
            if (std::ranges::find(each.categories, category) != each.categories.end())
                return each.name;
        return {};
    }

    value_array files() const {
        value_array all;
        for (const auto& each : p_.files) {
            const auto key = "answer.file." + each.name;
            all.emplace_back(
                value_object{{"name", each.name},
                             {"about", p_.pages.texts().contains(key) ? text(key) : names_of(each)},
                             {"size", size_text(each.bytes.size())}});
        }
        return all;
    }

    std::string names_of(const package_file& file) const {
        std::string all;
        for (const auto& id : file.categories)
            if (const auto* kind = find(own_.categories, id))
                all += (all.empty() ? "" : ", ") + kind->name.in(p_.in);
        return all;
    }

    static std::string size_text(std::size_t bytes) {
        return bytes < 10'240 ? fmt::format("{} B", bytes) : fmt::format("{} kB", bytes / 1024);
    }

    value_array disclosures() const {
        value_array all;
        for (const auto& each : p_.given.disclosures) {
            const auto* to = find(own_.recipients, each.recipient);
            std::string name = each.recipient;
            if (to) name = to->name.empty() ? to->purpose.in(p_.in) : to->name;
            all.emplace_back(value_object{{"name", name},
                                          {"on", each.on ? day_text(*each.on) : std::string()},
                                          {"what", each.what}});
        }
        return all;
    }

    value_array looks() const {
        value_array all;
        for (const auto& each : p_.looks)
            all.emplace_back(
                value_object{{"on", day_text(each.on)}, {"who", text("role." + each.role)}});
        return all;
    }

    value_array controllers() const {
        value_array all;
        for (const auto& each : facts_.controllers)
            all.emplace_back(value_object{{"name", each.name},
                                          {"email", each.email},
                                          {"phone", each.phone},
                                          {"address", each.address},
                                          {"answers_for", each.answers_for}});
        return all;
    }

    // What the electricity market act gives besides, with its own words.
    void add_own_readings(value_object& v) const {
        const auto named = [](const package_file& f) {
            return std::ranges::find(f.law, "electricity.customer_data") != f.law.end();
        };
        const auto file = std::ranges::find_if(p_.files, named);
        const auto* law = find(p_.c.law->rules->provisions, "electricity.customer_data");
        if (file == p_.files.end() || !law) return;
        v.emplace("own_readings", value_object{{"file", file->name},
                                               {"says", law->says.in(p_.in)},
                                               {"cite", law->cite_text.in(p_.in)}});
    }

    const answer_page_parts& p_;
    const pack& own_;
    letters::letter_facts facts_;
};

}  // namespace

std::string render_answer_page(const answer_page_parts& parts) {
    return parts.pages.render("answer", parts.in, page_maker(parts).values());
}

table_words words_of_tables(const web::page_book& pages, language in) {
    const auto text = [&](const char* key) { return pages.text(key, in); };
    return {.reg = text("answer.table.register"),
            .month = text("answer.table.month"),
            .sum = text("answer.table.sum"),
            .unit = text("answer.table.unit"),
            .withheld = text("answer.table.withheld"),
            .transcript = text("answer.table.transcript"),
            .yes = text("answer.table.yes"),
            .no = text("answer.table.no")};
}

}  // namespace pykala::api
