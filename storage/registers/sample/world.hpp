// The people and contracts of one sample utility, before they are spread over its registers. All
// invented; every identity code is of the range for tests.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/policy/model.hpp"
#include "engine/time/date.hpp"

#include "storage/registers/sample/random.hpp"
#include "storage/registers/sample/words.hpp"

namespace pykala::storage::sample {

// Why a customer is of interest; most are of none.
enum class story {
    none,
    ordinary,        // one contract in force for years
    ended,           // contracts ended long ago: much can go
    protected_home,  // turvakielto
    joint,           // a contract with two parties
    debt_dispute,    // owes money and disputes an invoice
    swedish,         // served in Swedish
    changed_hetu,    // the identity code was changed
    death_estate,
    joint_second,  // the other party
    company,
    contact_person,  // of the company
    doubled,         // registered twice under one code
    moved,           // contact data changed lately
};

struct sample_contract {
    int id = 0;
    int customer = 0;  // index in sample_world::customers + 1
    int second = 0;    // the other party; 0: none
    enum commodity what = commodity::electricity;
    date start, signed_on;
    std::optional<date> end;
    int product = 0;
    std::string point;
};

struct sample_customer {
    int id = 0;  // from 1
    enum story about = story::none;
    std::string kind = "person";  // person | company | death_estate | contact_person
    std::string first_name, last_name, hetu, former_hetu;
    int birth_year = 0;
    std::string street, postcode, city, phone, email, customer_number;
    std::string language = "fi";
    bool protected_address = false;
    date contact_changed_on;
    std::string represents;  // a company's name
};

struct sample_world {
    std::string tenant;
    date until;  // the register's last day
    const sample_words* words = nullptr;
    std::vector<sample_customer> customers;
    std::vector<sample_contract> contracts;

    bool speaks_swedish(int customer) const {
        return customers.at(std::size_t(customer - 1)).language == "sv";
    }
};

inline constexpr int sample_customers = 500;

// The same tenant and day give the same world. `words` must outlive it.
result<sample_world> make_world(const pack& tenant, date until, const sample_words& words);

}  // namespace pykala::storage::sample
