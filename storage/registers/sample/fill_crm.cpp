#include <fmt/format.h>

#include "storage/registers/sample/fill.hpp"
#include "storage/registers/sample/sound.hpp"
#include "storage/registers/sample/table_writer.hpp"

namespace pykala::storage::sample {

namespace {

// A day within so many years before the end of the register.
date some_day(random_numbers& random, date until, int years) {
    return until - std::chrono::days(random.between(1, years * 365));
}
std::string at_office_hours(random_numbers& random, date day) {
    return fmt::format("{}T{:02}:{:02}:00+02:00", to_string(day), random.between(8, 15),
                       random.between(0, 59));
}

struct crm {
    connection& db;
    const register_map& map;
    const sample_world& world;
    random_numbers random;

    result<table_writer> table(const std::string& name, std::string_view columns) {
        return table_writer::make(db, map, name, columns);
    }

    result<void> customers() {
        PYKALA_TRY(auto customer,
                   table("customer",
                         "id# customer_number kind first_name last_name hetu birth_year# street "
                         "postcode city phone email language protected_address# "
                         "contact_changed_on restricted# hold_only#"));
        PYKALA_TRY(auto former, table("former_hetu", "id# customer_id# hetu changed_on"));
        int formers = 0;
        for (const auto& c : world.customers) {
            PYKALA_CHECK(customer.add(c.id, c.customer_number, c.kind, text_if(c.first_name),
                                      c.last_name, c.hetu, key_if(c.birth_year), c.street,
                                      c.postcode, c.city, c.phone, c.email, c.language,
                                      int(c.protected_address), c.contact_changed_on, 0, 0));
            if (!c.former_hetu.empty())
                PYKALA_CHECK(former.add(++formers, c.id, c.former_hetu,
                                        world.until - std::chrono::days(400 + c.id)));
        }
        return {};
    }

    result<void> contracts() {
        PYKALA_TRY(const auto products, phrases::of(world, "products"));
        PYKALA_TRY(auto contract,
                   table("contract",
                         "id# contract_number reference customer_id# second_customer_id# commodity "
                         "product price signed_on started_on ended_on restricted# hold_only#"));
        for (const auto& c : world.contracts)
            PYKALA_CHECK(contract.add(
                c.id, fmt::format("S-{:06}", 400000 + c.id), fmt::format("RF{:08}", c.id * 137),
                c.customer, key_if(c.second), name_of(c.what),
                products.at(std::size_t(c.product), world.speaks_swedish(c.customer)), price_of(c),
                c.signed_on, c.start, c.end, 0, 0));
        return {};
    }

    result<void> people_around() {
        PYKALA_TRY(auto rep, table("representative",
                                   "id# customer_id# name hetu phone email represents commodity "
                                   "role_started_on role_ended_on"));
        PYKALA_TRY(auto choice, table("marketing_choice",
                                      "id# customer_id# kind channel address banned# given_on "
                                      "suppression_key"));
        int reps = 0, choices = 0;
        const auto* choices_of = map.find_table("marketing_choice");
        const bool bans_apart = choices_of && choices_of->category_of.contains("ban");
        // where the notice tells of no choices, only bans that were asked for are kept
        const bool keeps_choices = choices_of && choices_of->has_records();
        for (const auto& c : world.customers) {
            if (c.kind == "contact_person") {
                const date begun = make_date(2008 + c.id % 12, 1, 1);
                const auto over = c.about == story::none && random.percent(50)
                                      ? std::optional(make_date(2021, 6, 30))
                                      : std::nullopt;
                PYKALA_CHECK(rep.add(++reps, c.id, c.first_name + " " + c.last_name, c.hetu,
                                     c.phone, c.email, c.represents, "electricity", begun, over));
            }
            if (!keeps_choices || (c.about == story::none && !random.percent(35))) continue;
            const bool banned = random.percent(40), by_phone = random.percent(50);
            const char* kind = bans_apart ? (banned ? "ban" : "consent")
                                          : (random.percent(50) ? "told" : "statutory");
            PYKALA_CHECK(choice.add(++choices, c.id, kind, by_phone ? "phone" : "email",
                                    by_phone ? c.phone : c.email, int(banned),
                                    some_day(random, last_active(world, c), 8), nullptr));
        }
        return {};
    }

    result<void> calls() {
        PYKALA_TRY(const auto topics, phrases::of(world, "call_topics"));
        PYKALA_TRY(auto call, table("call",
                                    "id# customer_id# kind called_at direction caller caller_hetu "
                                    "phone address topic sound*"));
        PYKALA_TRY(auto fault, table("fault_report",
                                     "id# customer_id# reported_at phone contract_number text"));
        constexpr const char* kinds[] = {"incoming", "telemarketing", "contract", "other"};
        int calls = 0, faults = 0;
        for (const auto& c : world.customers) {
            const int count = c.about == story::none ? random.between(0, 1) : 2;
            for (int i = 0; i < count; ++i) {
                const auto kind = random.between(0, 3);
                PYKALA_CHECK(call.add(
                    ++calls, c.id, kinds[kind],
                    at_office_hours(random, some_day(random, last_active(world, c), 3)),
                    kind == 1 ? "out" : "in", c.first_name + " " + c.last_name, c.hetu, c.phone,
                    c.street + ", " + c.postcode + " " + c.city,
                    topics.pick(random, c.language == "sv"), byte_view(tone_sequence(random))));
            }
            if (!random.percent(15)) continue;
            PYKALA_CHECK(fault.add(
                ++faults, c.id, at_office_hours(random, some_day(random, last_active(world, c), 3)),
                c.phone, fmt::format("S-{:06}", 400000 + c.id), topics.at(4, c.language == "sv")));
        }
        return {};
    }

    result<void> words_of_customers() {
        PYKALA_TRY(const auto said, phrases::of(world, "feedback"));
        PYKALA_TRY(const auto asked, phrases::of(world, "contacts"));
        PYKALA_TRY(const auto noted, phrases::of(world, "notes"));
        PYKALA_TRY(auto feedback, table("feedback", "id# customer_id# kind given_on score# text"));
        PYKALA_TRY(auto contact,
                   table("contact", "id# customer_id# contacted_at channel text balance"));
        PYKALA_TRY(auto note, table("customer_note", "id# customer_id# written_on text"));
        PYKALA_TRY(auto consented, table("consented_data", "id# customer_id# given_on text"));
        int id = 0;
        for (const auto& c : world.customers) {
            const bool sv = c.language == "sv";
            const bool known = c.about != story::none;
            ++id;
            if (known || random.percent(25))
                PYKALA_CHECK(feedback.add(id, c.id, random.percent(50) ? "survey" : "feedback",
                                          some_day(random, last_active(world, c), 5),
                                          random.between(1, 5), said.pick(random, sv)));
            if (known || random.percent(30))
                PYKALA_CHECK(contact.add(
                    id, c.id, at_office_hours(random, some_day(random, last_active(world, c), 9)),
                    random.percent(50) ? "web" : "email", asked.pick(random, sv), "settled"));
            if (random.percent(20))
                PYKALA_CHECK(note.add(id, c.id, some_day(random, last_active(world, c), 6),
                                      noted.pick(random, sv)));
            if (random.percent(15))
                PYKALA_CHECK(consented.add(id, c.id, some_day(random, last_active(world, c), 6),
                                           noted.pick(random, sv)));
        }
        return {};
    }

    result<void> use_and_marketing() {
        PYKALA_TRY(const auto services, phrases::of(world, "services"));
        PYKALA_TRY(const auto names, phrases::of(world, "campaigns"));
        PYKALA_TRY(auto use, table("service_use", "id# customer_id# kind used_on service detail"));
        PYKALA_TRY(auto online,
                   table("online_account", "id# customer_id# registered_on username sign_in"));
        PYKALA_TRY(auto campaign, table("campaign", "id# customer_id# sent_on campaign channel"));
        PYKALA_TRY(auto cookie, table("cookie", "id# customer_id# set_on identifier page"));
        int uses = 0;
        for (const auto& c : world.customers) {
            const bool sv = c.language == "sv", known = c.about != story::none;
            for (int i = random.between(0, 3); i > 0; --i)
                PYKALA_CHECK(use.add(++uses, c.id, random.percent(60) ? "service" : "purchase",
                                     some_day(random, last_active(world, c), 6),
                                     services.pick(random, sv),
                                     random.percent(50) ? "web" : "app"));
            if (known || random.percent(40))
                PYKALA_CHECK(online.add(c.id, c.id, some_day(random, world.until, 10), c.email,
                                        random.percent(50) ? "bank" : "password"));
            if (known || random.percent(35))
                PYKALA_CHECK(campaign.add(c.id, c.id, some_day(random, last_active(world, c), 4),
                                          names.pick(random, sv),
                                          random.percent(50) ? "letter" : "email"));
            if (random.percent(20))
                PYKALA_CHECK(cookie.add(c.id, c.id, some_day(random, last_active(world, c), 1),
                                        fmt::format("{:016x}", random.next()), "/"));
        }
        return {};
    }

    result<void> by_contract() {
        PYKALA_TRY(const auto estates, phrases::of(world, "estates"));
        PYKALA_TRY(const auto products, phrases::of(world, "products"));
        PYKALA_TRY(auto land, table("land_agreement",
                                    "id# customer_id# estate_name estate_number started_on "
                                    "ended_on"));
        PYKALA_TRY(
            auto moved,
            table("switch_data", "id# customer_id# contract_id# received_on from_company text"));
        PYKALA_TRY(auto document, table("document",
                                        "id# customer_id# contract_id# signed_on title text "
                                        "period_end balance"));
        PYKALA_TRY(auto view,
                   table("portal_view", "id# customer_id# shown_on spot_price temperature#"));
        for (const auto& c : world.contracts) {
            const bool sv = world.speaks_swedish(c.customer);
            if (c.id % 9 == 0)
                PYKALA_CHECK(land.add(c.id, c.customer, estates.pick(random, sv),
                                      fmt::format("999-{}-{}-{}", random.between(400, 480),
                                                  random.between(1, 90), random.between(1, 300)),
                                      c.start, c.end));
            if (c.id % 6 == 0)
                PYKALA_CHECK(moved.add(c.id, c.customer, c.id, c.start, "Esimerkkisähkö Oy",
                                       products.at(std::size_t(c.product), sv)));
            if (c.id % 2 == 0)
                PYKALA_CHECK(document.add(c.id, c.customer, c.id, c.signed_on,
                                          fmt::format("S-{:06}", 400000 + c.id),
                                          products.at(std::size_t(c.product), sv),
                                          make_date(year_of(c.signed_on), 12, 31), "settled"));
            if (!c.end)
                PYKALA_CHECK(
                    view.add(c.id, c.customer, world.until,
                             fmt::format("{}.{:02}", random.between(1, 18), random.between(0, 99)),
                             random.between(-15, 20)));
        }
        return {};
    }
};

}  // namespace

result<void> fill_crm(connection& db, const register_map& map, const sample_world& world) {
    crm all{db, map, world, random_numbers("crm " + world.tenant)};
    PYKALA_CHECK(all.customers());
    PYKALA_CHECK(all.contracts());
    PYKALA_CHECK(all.people_around());
    PYKALA_CHECK(all.calls());
    PYKALA_CHECK(all.words_of_customers());
    PYKALA_CHECK(all.use_and_marketing());
    return all.by_contract();
}

}  // namespace pykala::storage::sample
