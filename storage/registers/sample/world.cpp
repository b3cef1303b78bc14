#include "storage/registers/sample/world.hpp"

#include <set>

#include <fmt/format.h>

#include "engine/registers/hetu.hpp"

namespace pykala::storage::sample {

namespace {

using word_list = std::vector<std::vector<std::string>>;

struct name_lists {
    const word_list *women, *men, *last, *streets;
};

class builder {
public:
    builder(const pack& tenant, date until, const sample_words& words)
        : pack_(tenant), words_(words), random_("pykala sample " + tenant.id) {
        world_.tenant = tenant.id;
        world_.until = until;
        world_.words = &words;
    }

    result<sample_world> build() {
        PYKALA_TRY(fi_, names("fi"));
        PYKALA_TRY(sv_, names("sv"));
        PYKALA_TRY(places_, words_.list("place_" + pack_.id));
        PYKALA_TRY(companies_, words_.list("companies"));
        for (int id = 1; id <= sample_customers; ++id) add_customer(id, story_of(id));
        double_registration();
        for (const auto& customer : world_.customers) add_contracts(customer);
        return std::move(world_);
    }

private:
    static story story_of(int id) {
        constexpr story first[] = {
            story::ordinary,     story::ended,   story::protected_home, story::joint,
            story::debt_dispute, story::swedish, story::changed_hetu,   story::death_estate,
            story::joint_second, story::company, story::contact_person, story::doubled,
            story::doubled,      story::moved};
        return std::size_t(id) <= std::size(first) ? first[id - 1] : story::none;
    }

    result<name_lists> names(std::string_view tongue) {
        name_lists all{};
        const auto get = [&](std::string_view what) {
            return words_.list(fmt::format("{}_{}", what, tongue));
        };
        PYKALA_TRY(all.women, get("women"));
        PYKALA_TRY(all.men, get("men"));
        PYKALA_TRY(all.last, get("last"));
        PYKALA_TRY(all.streets, get("streets"));
        return all;
    }

    // A code that nobody else in this world has.
    std::string new_hetu(date born, bool woman) {
        const int year = year_of(born);
        while (true) {
            // Separators of a person's century that were added in 2023 are rare.
            const char usual = year < 2000 ? '-' : 'A', added = year < 2000 ? 'Y' : 'B';
            const char separator = random_.between(1, 40) == 1 ? added : usual;
            const int number = 900 + random_.between(0, 49) * 2 + (woman ? 0 : 1);
            const auto code = make_hetu(born, separator, number);
            if (code && codes_.insert(code->text()).second) return code->text();
            born += std::chrono::days(1);
            if (year_of(born) != year) born = make_date(year, 1, 1);
        }
    }

    void add_customer(int id, story about) {
        sample_customer c{.id = id, .about = about};
        if (about == story::swedish || (about == story::none && random_.percent(12)))
            c.language = "sv";
        const auto& from = c.language == "sv" ? sv_ : fi_;
        const bool woman = random_.percent(50);
        c.first_name = random_.one_of(woman ? *from.women : *from.men).front();
        c.last_name = random_.one_of(*from.last).front();
        const date born = make_date(random_.between(1935, 2006), 1, 1) +
                          std::chrono::days(random_.between(0, 364));
        c.birth_year = year_of(born);
        c.hetu = new_hetu(born, woman);
        if (about == story::changed_hetu || (about == story::none && random_.between(1, 120) == 1))
            c.former_hetu = new_hetu(born, !woman);
        const auto& place = random_.one_of(*places_);
        c.street = fmt::format(
            "{} {}{}", random_.one_of(*from.streets).front(), random_.between(1, 80),
            random_.percent(50) ? fmt::format(" A {}", random_.between(1, 60)) : std::string());
        c.postcode = place[0];
        c.city = c.language == "sv" ? place[2] : place[1];
        c.phone = fmt::format("+358000{:06}", id);
        c.email = fmt::format("asiakas{}@example.com", id);
        c.customer_number = fmt::format("{}{:06}", pack_.case_prefix, 100000 + id * 17);
        c.protected_address =
            about == story::protected_home || (about == story::none && random_.percent(1));
        const int days_ago = about == story::moved ? 20 : random_.between(120, 4000);
        c.contact_changed_on = world_.until - std::chrono::days(days_ago);
        if (about == story::company || (about == story::none && random_.percent(2))) {
            c.kind = "company";
            c.first_name.clear();
            c.last_name = random_.one_of(*companies_).front();
            c.hetu = "0000000-0";  // a business id that nobody has
            c.birth_year = 0;
            c.protected_address = false;
            c.former_hetu.clear();
        } else if (about == story::contact_person || (about == story::none && random_.percent(2))) {
            c.kind = "contact_person";
            c.represents = random_.one_of(*companies_).front();
        } else if (about == story::death_estate ||
                   (about == story::none && random_.between(1, 150) == 1)) {
            c.kind = "death_estate";
        }
        world_.customers.push_back(std::move(c));
    }

    // Numbers 12 and 13 are one person who was entered twice.
    void double_registration() {
        auto& first = world_.customers[11];
        auto& again = world_.customers[12];
        again.first_name = first.first_name;
        again.last_name = first.last_name;
        again.hetu = first.hetu;
        again.birth_year = first.birth_year;
        again.language = first.language;
    }

    void add_contract(const sample_customer& of, date start, std::optional<date> end,
                      int second = 0) {
        sample_contract made{.id = int(world_.contracts.size()) + 1,
                             .customer = of.id,
                             .second = second,
                             .start = start,
                             .signed_on = start - std::chrono::days(random_.between(3, 40)),
                             .end = end};
        made.what = pack_.commodities[made.id % pack_.commodities.size()];
        if (of.about != story::none) made.what = pack_.commodities.front();
        made.product = random_.between(0, 3);
        made.point = fmt::format("FI_{}{:06}", pack_.case_prefix, 200000 + made.id * 31);
        world_.contracts.push_back(std::move(made));
    }

    void add_contracts(const sample_customer& c) {
        switch (c.about) {
            case story::ordinary:
                return add_contract(c, make_date(2015, 5, 1), std::nullopt);
            case story::ended:
                add_contract(c, make_date(2006, 3, 1), make_date(2009, 8, 31));
                return add_contract(c, make_date(2009, 9, 1), make_date(2014, 5, 31));
            case story::joint:
                add_contract(c, make_date(2010, 6, 1), make_date(2013, 12, 31), 9);
                return add_contract(c, make_date(2016, 2, 1), std::nullopt, 9);
            case story::debt_dispute:
                add_contract(c, make_date(2012, 4, 1), make_date(2024, 12, 31));
                return add_contract(c, make_date(2025, 1, 1), std::nullopt);
            case story::joint_second:
            case story::contact_person:
                return;
            case story::none:
                return add_usual_contracts(c);
            default:
                return add_contract(c, make_date(2011 + c.id % 9, 3, 1), std::nullopt);
        }
    }

    void add_usual_contracts(const sample_customer& c) {
        if (c.kind == "contact_person") return;
        const int count = random_.between(1, 4) == 4 ? 2 : 1;
        for (int i = 0; i < count; ++i) {
            const date start =
                make_date(random_.between(2005, 2025), unsigned(random_.between(1, 12)), 1);
            std::optional<date> end;
            if (random_.percent(40)) {
                end = add_months(start, random_.between(12, 96)) - std::chrono::days(1);
                if (*end >= world_.until) end = std::nullopt;
            }
            const int second = random_.percent(4) && c.id < sample_customers ? c.id + 1 : 0;
            add_contract(c, start, end, second);
        }
    }

    const pack& pack_;
    const sample_words& words_;
    random_numbers random_;
    sample_world world_;
    name_lists fi_{}, sv_{};
    const word_list *places_ = nullptr, *companies_ = nullptr;
    std::set<std::string> codes_;
};

}  // namespace

result<sample_world> make_world(const pack& tenant, date until, const sample_words& words) {
    return builder(tenant, until, words).build();
}

}  // namespace pykala::storage::sample
