// Private to the sample registers: each fills one register of a world.
#pragma once

#include "engine/registers/register_map.hpp"

#include "storage/registers/sample/world.hpp"
#include "storage/sqlite/connection.hpp"

namespace pykala::storage::sample {

result<void> fill_crm(connection& db, const register_map& map, const sample_world& world);
result<void> fill_billing(connection& db, const register_map& map, const sample_world& world);
result<void> fill_metering(connection& db, const register_map& map, const sample_world& world);

// Entries of a list in the language of a customer.
class phrases {
public:
    static result<phrases> of(const sample_world& world, std::string_view heading);
    const std::string& pick(random_numbers& random, bool swedish) const;
    const std::string& at(std::size_t index, bool swedish) const;

private:
    const std::vector<std::vector<std::string>>* list_ = nullptr;
};

// Nothing happens with a customer after this day.
inline date last_active(const sample_world& world, const sample_customer& customer) {
    return customer.about == story::ended ? make_date(2014, 5, 31) : world.until;
}

// Keys of the same customer in the three registers.
inline int account_of(int customer) {
    return customer == 0 ? 0 : 7000 + customer;
}
inline int holder_of(int customer) {
    return customer == 0 ? 0 : 9000 + customer;
}
// 0 is NULL.
inline std::optional<std::int64_t> key_if(int key) {
    return key == 0 ? std::nullopt : std::optional<std::int64_t>(key);
}
inline std::optional<std::string> text_if(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

std::string price_of(const sample_contract& contract);

}  // namespace pykala::storage::sample
