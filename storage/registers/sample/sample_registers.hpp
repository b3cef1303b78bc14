// Sample registers of a utility: three SQLite files with five hundred invented customers, the same
// bytes on every run. The mappings beside (TENANT/REGISTER.toml) say what is in them.
#pragma once

#include <string>
#include <vector>

#include "engine/policy/model.hpp"
#include "engine/registers/register_map.hpp"
#include "engine/time/date.hpp"

namespace pykala::storage {

// Who can sign in to the demo, and what there is to see.
struct sample_person {
    std::string name;
    std::string hetu;
    std::string customer_number;
    std::string language;  // `fi` or `sv`
    text3 about;           // one short sentence
};

// The people of a tenant that show something; the first is an ordinary customer. `words` is the
// text of words.txt. Fails with `sample_words`.
result<std::vector<sample_person>> sample_people(const pack& tenant, std::string_view words);

// Writes `folder`/REGISTER.db for one mapping (`crm`, `billing` or `metering`), replacing what is
// there. `until` is the register's last day. Fails with `sample_register` for another id.
result<void> make_sample_register(const std::string& folder, const pack& tenant,
                                  const register_map& map, date until, std::string_view words);

}  // namespace pykala::storage
