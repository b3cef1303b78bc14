#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "storage/registers/sample/fill.hpp"
#include "storage/registers/sample/table_writer.hpp"

namespace pykala::storage::sample {

namespace {

// The exchange of data of the retail market over the datahub began on that day.
const date datahub_opened = make_date(2022, 2, 21);

struct billing {
    connection& db;
    const register_map& map;
    const sample_world& world;
    random_numbers random;
    int invoices = 0, entries = 0, letters = 0, holds = 0;

    result<table_writer> table(const std::string& name, std::string_view columns) {
        return table_writer::make(db, map, name, columns);
    }
    const sample_customer& customer(int id) const {
        return world.customers.at(std::size_t(id - 1));
    }

    // The start of the person's first contract among those that were in force on that day or later;
    // nothing where there is none.
    std::optional<date> first_contract_on(int id, date from, bool electricity = false) const {
        std::optional<date> first;
        for (const auto& c : world.contracts)
            if ((c.customer == id || c.second == id) && (!c.end || *c.end >= from) &&
                (!electricity || c.what == commodity::electricity))
                first = std::min(first.value_or(c.start), c.start);
        return first;
    }

    // Every contract of electricity that was in force went over when the datahub opened, later ones
    // when they began.
    std::optional<date> told_datahub_on(int id) const {
        const auto first = first_contract_on(id, datahub_opened, true);
        if (!first) return std::nullopt;
        return std::max(*first, datahub_opened);
    }

    result<void> accounts() {
        PYKALA_TRY(auto account, table("account",
                                       "id# customer_number first_name last_name street postcode "
                                       "city restricted# hold_only#"));
        PYKALA_TRY(auto arrangement,
                   table("arrangement", "id# account_id# agreed_on bank_account rhythm method"));
        PYKALA_TRY(auto credit, table("credit_check", "id# account_id# checked_on finding"));
        PYKALA_TRY(auto disclosure, table("disclosure", "account_id# recipient disclosed_on what"));
        for (const auto& c : world.customers) {
            if (c.kind == "contact_person") continue;
            const int id = account_of(c.id);
            PYKALA_CHECK(account.add(id, c.customer_number, text_if(c.first_name), c.last_name,
                                     c.street, c.postcode, c.city, 0, 0));
            const date agreed =
                last_active(world, c) - std::chrono::days(random.between(200, 5000));
            PYKALA_CHECK(arrangement.add(
                c.id, id, agreed, fmt::format("FI00 9999 9999 {:04} {:02}", c.id, c.id % 97),
                random.percent(50) ? "1 kk" : "2 kk", random.percent(60) ? "e-lasku" : "paperi"));
            if (random.percent(30))
                PYKALA_CHECK(credit.add(c.id, id, agreed,
                                        random.percent(90) ? "ei merkintöjä" : "merkintä"));
            const bool told = c.about != story::none || random.percent(60);
            if (const auto on = told_datahub_on(c.id); told && on)
                PYKALA_CHECK(
                    disclosure.add(id, "Fingrid Datahub Oy", *on, "sopimus ja käyttöpaikka"));
            const date collected = world.until - std::chrono::days(200);
            const bool owes = c.about == story::debt_dispute || random.percent(4);
            if (const auto from = first_contract_on(c.id, {}); owes && from && *from <= collected)
                PYKALA_CHECK(disclosure.add(id, "Perintätoimisto", collected, "avoin saatava"));
        }
        return {};
    }

    struct writers {
        table_writer contract, invoice, payment, ledger, correction, letter, hold;
    };

    result<writers> tables() {
        PYKALA_TRY(auto contract,
                   table("billing_contract",
                         "id# account_id# commodity product price started_on ended_on "
                         "last_invoiced_on period_end balance"));
        PYKALA_TRY(auto invoice,
                   table("invoice",
                         "id# account_id# contract_id# invoice_number issued_on due_on "
                         "amount_cents# period_end balance street postcode city restricted# "
                         "hold_only#"));
        PYKALA_TRY(auto payment, table("payment",
                                       "id# account_id# contract_id# paid_on amount_cents# "
                                       "reference method period_end balance"));
        PYKALA_TRY(auto ledger, table("ledger_entry",
                                      "id# account_id# booked_on period_end text debit_cents# "
                                      "credit_cents#"));
        PYKALA_TRY(auto correction,
                   table("correction",
                         "id# account_id# row_table row_key field old_value new_value kind "
                         "made_on"));
        PYKALA_TRY(auto letter, table("letter", "id# account_id# sent_on period_end title text"));
        PYKALA_TRY(auto hold, table("legal_hold", "row_table row_key reason until"));
        return writers{std::move(contract), std::move(invoice),    std::move(payment),
                       std::move(ledger),   std::move(correction), std::move(letter),
                       std::move(hold)};
    }

    // One invoice: the entry that books it, and what the customer paid.
    result<void> add_invoice(writers& to, const sample_contract& c, date issued, bool open) {
        const auto& payer = customer(c.customer);
        const int account = account_of(c.customer), id = ++invoices;
        const int amount = random.between(3500, 32000);
        const date due = issued + std::chrono::days(14), year_end = end_of_year(year_of(issued));
        const std::string number = fmt::format("{:08}", 10000000 + id);
        // Of some old invoices the system lost whether they were paid.
        const auto balance = open                          ? std::optional<std::string>("open")
                             : random.between(1, 400) == 1 ? std::nullopt
                                                           : std::optional<std::string>("settled");
        PYKALA_CHECK(to.invoice.add(id, account, c.id, number, issued, due, amount, year_end,
                                    balance, payer.street, payer.postcode, payer.city, 0, 0));
        PYKALA_CHECK(to.ledger.add(++entries, account, issued, year_end, "lasku " + number, amount,
                                   nullptr));
        if (open) return {};
        const date paid = due - std::chrono::days(random.between(0, 9));
        const date paid_year = end_of_year(year_of(paid));
        PYKALA_CHECK(to.payment.add(id, account, c.id, paid, amount, "RF" + number,
                                    random.percent(80) ? "tilisiirto" : "suoraveloitus", paid_year,
                                    "settled"));
        return to.ledger.add(++entries, account, paid, paid_year, "maksu " + number, nullptr,
                             amount);
    }

    result<void> dispute(writers& to, const sample_contract& c, date since) {
        ++holds;
        return to.hold.add(
            "invoice", std::to_string(invoices),
            fmt::format("riita laskusta {:08}, avattu {}", 10000000 + invoices, to_string(since)),
            c.id % 2 ? std::optional<date>() : std::optional(world.until + std::chrono::days(300)));
    }

    result<void> add_contract(writers& to, const phrases& products, const phrases& titles,
                              const sample_contract& c) {
        const auto& payer = customer(c.customer);
        const bool sv = payer.language == "sv";
        const date last = std::min(c.end.value_or(world.until), world.until);
        const bool debtor = payer.about == story::debt_dispute && c.end;
        const bool some_debt = payer.about == story::none && random.percent(4);
        date issued = add_months(c.start, 2);
        for (; issued <= last; issued = add_months(issued, 2)) {
            const bool final_ones = add_months(issued, 4) > last;
            PYKALA_CHECK(add_invoice(to, c, issued, (debtor || some_debt) && final_ones));
        }
        const date last_invoice = std::max(c.start, add_months(issued, -2));
        PYKALA_CHECK(to.contract.add(c.id, account_of(c.customer), name_of(c.what),
                                     products.at(std::size_t(c.product), sv), price_of(c), c.start,
                                     c.end, last_invoice, end_of_year(year_of(last_invoice)),
                                     debtor || some_debt ? "open" : "settled"));
        if (invoices > 0 && (debtor || (some_debt && random.percent(50))))
            PYKALA_CHECK(dispute(to, c, last_invoice + std::chrono::days(20)));
        if (debtor || some_debt || random.percent(10)) {
            const date sent = last_invoice + std::chrono::days(30);
            PYKALA_CHECK(to.letter.add(++letters, account_of(c.customer), sent,
                                       end_of_year(year_of(sent)), titles.pick(random, sv),
                                       fmt::format("{:08}", 10000000 + invoices)));
        }
        if (c.id % 40 == 0 && invoices > 0)
            PYKALA_CHECK(to.correction.add(
                c.id, account_of(c.customer), "invoice", std::to_string(invoices), "due_on",
                to_string(last_invoice), to_string(last_invoice + std::chrono::days(14)),
                "correcting_entry", last_invoice));
        return {};
    }

    result<void> contracts() {
        PYKALA_TRY(auto to, tables());
        PYKALA_TRY(const auto products, phrases::of(world, "products"));
        PYKALA_TRY(const auto titles, phrases::of(world, "letters"));
        for (const auto& c : world.contracts) PYKALA_CHECK(add_contract(to, products, titles, c));
        return {};
    }
};

}  // namespace

result<void> fill_billing(connection& db, const register_map& map, const sample_world& world) {
    billing all{db, map, world, random_numbers("billing " + world.tenant)};
    PYKALA_CHECK(all.accounts());
    return all.contracts();
}

}  // namespace pykala::storage::sample
