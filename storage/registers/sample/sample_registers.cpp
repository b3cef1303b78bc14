#include "storage/registers/sample/sample_registers.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "storage/registers/sample/fill.hpp"
#include "storage/sqlite/connection.hpp"

namespace pykala::storage {

namespace sample {

result<phrases> phrases::of(const sample_world& world, std::string_view heading) {
    phrases made;
    PYKALA_TRY(made.list_, world.words->list(heading));
    return made;
}
const std::string& phrases::pick(random_numbers& random, bool swedish) const {
    return at(std::size_t(random.between(0, int(list_->size()) - 1)), swedish);
}
const std::string& phrases::at(std::size_t index, bool swedish) const {
    const auto& entry = (*list_)[index % list_->size()];
    return swedish && entry.size() > 1 ? entry[1] : entry[0];
}

std::string price_of(const sample_contract& contract) {
    return fmt::format("{}.{:02} snt/kWh", 4 + contract.id % 9, contract.id * 7 % 100);
}

}  // namespace sample

namespace {

using namespace sample;

// Empty for those that are there without being of interest.
text3 about(story what) {
    switch (what) {
        case story::ordinary:
            return {"Tavallinen asiakas, sopimus voimassa vuodesta 2015",
                    "Vanlig kund, avtal i kraft sedan 2015",
                    "Ordinary customer, contract in force since 2015"};
        case story::ended:
            return {"Sopimukset päättyneet 2009 ja 2014: suurin osa tiedoista voidaan poistaa",
                    "Avtalen upphörde 2009 och 2014: det mesta kan raderas",
                    "Contracts ended in 2009 and 2014: most data may be erased"};
        case story::protected_home:
            return {"Turvakielto: osoitetta ei näytetä", "Spärrmarkering: adressen visas inte",
                    "Protected address: it is shown nowhere"};
        case story::joint:
            return {"Sopimus yhdessä toisen henkilön kanssa",
                    "Avtal tillsammans med en annan person",
                    "A contract together with another person"};
        case story::debt_dispute:
            return {"Avoin saatava ja riitautettu lasku",
                    "En obetald skuld och en omtvistad faktura",
                    "An open debt and a disputed invoice"};
        case story::swedish:
            return {"Ruotsinkielinen asiakas", "Svenskspråkig kund", "Swedish-speaking customer"};
        case story::changed_hetu:
            return {"Henkilötunnus on vaihtunut", "Personbeteckningen har ändrats",
                    "The identity code has changed"};
        case story::moved:
            return {"Yhteystiedot muuttuneet äskettäin", "Kontaktuppgifterna har nyligen ändrats",
                    "Contact details changed lately"};
        case story::contact_person:
            return {"Yrityksen yhteyshenkilö", "Kontaktperson för ett företag",
                    "Contact person of a company"};
        default:
            return {};
    }
}

}  // namespace

result<std::vector<sample_person>> sample_people(const pack& tenant, std::string_view words) {
    const auto lists = sample_words::parse(words);
    PYKALA_TRY(const auto world, make_world(tenant, make_date(2026, 1, 1), lists));
    std::vector<sample_person> people;
    for (const auto& c : world.customers)
        if (auto text = about(c.about); !text.en.empty())
            people.push_back({.name = c.first_name + " " + c.last_name,
                              .hetu = c.hetu,
                              .customer_number = c.customer_number,
                              .language = c.language,
                              .about = std::move(text)});
    return people;
}

result<void> make_sample_register(const std::string& folder, const pack& tenant,
                                  const register_map& map, date until, std::string_view words) {
    const auto lists = sample_words::parse(words);
    PYKALA_TRY(const auto world, make_world(tenant, until, lists));
    const auto path = std::filesystem::path(folder) / (map.id + ".db");
    std::error_code ignored;
    for (const auto* tail : {"", "-wal", "-shm", "-journal"})
        std::filesystem::remove(path.string() + tail, ignored);
    // It can be made again at any time, so nothing waits for the disk.
    PYKALA_TRY(auto db, connection::open(path.string(),
                                         {.create = true, .wal = false, .sync = durability::off}));
    PYKALA_TRY(auto work, transaction::begin_immediate(db));
    if (map.id == "crm") {
        PYKALA_CHECK(fill_crm(db, map, world));
    } else if (map.id == "billing") {
        PYKALA_CHECK(fill_billing(db, map, world));
    } else if (map.id == "metering") {
        PYKALA_CHECK(fill_metering(db, map, world));
    } else {
        return fail(problem_kind::invalid, "sample_register",
                    fmt::format("there is no sample register `{}`", map.id),
                    "crm, billing or metering");
    }
    return work.commit();
}

}  // namespace pykala::storage
