// The mapping of a register: which of its tables and columns are records of which categories. It
// says what the data means, never how to ask for it: the connector writes all queries itself. The
// grammar of the file, key by key, is storage/registers/README.md.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/text3.hpp"
#include "engine/policy/model.hpp"

namespace pykala {

// Where a key that leads to persons stands, e.g. the customer number.
struct mapped_key {
    std::string kind;   // `hetu`, `former_hetu`, `customer_number`, `phone`, `email`
    std::string table;  // a table of the map
    std::string column;
    bool finds = false;  // persons are looked up by it
    bool gives = false;  // registers read later get it
};

// What erasing the last record of a row means.
enum class row_erasure {
    row,      // the row goes
    columns,  // the row stays without them: something else needs it
};

// Facts for the assessment: names of columns, empty where the register has none.
struct mapped_facts {
    std::string event, contract_end, role_end, accounting_period_end;  // ISO dates
    std::string in_force;   // 1/0 or `in_force`/`ended`; else: in force while the end is not past
    std::string commodity;  // names of the contract
    std::string balance;    // `open`/`settled`, or an amount that is open unless 0
    std::optional<enum commodity> commodity_is;
    std::string contract_table;  // the contract's state is that of rows there …
    std::string contract_key;    // … that this column names; empty: all of the person together
    std::string contract_start;  // of a contract: days before it are outside
};

// Readings of one point in one month, packed in one row.
struct mapped_series {
    std::string point;   // column: which metering point
    std::string month;   // column: `YYYY-MM`
    std::string step;    // column: `hour` or `month`
    std::string values;  // column: unsigned LEB128 numbers, one after the other
    std::string unit;    // of the values, e.g. `Wh`
};

// What stays of a ban on marketing: a keyed hash of the address that must be left alone.
struct mapped_reduction {
    std::string key;      // column that receives the hash
    std::string address;  // column that is hashed
    std::string ban;      // column: 1 where it is a ban; anything else leaves nothing
};

// How a ban is written for an address that has none.
struct mapped_ban {
    std::string channel;  // column that receives `phone`, `email`, or `all` without an address
    std::string on;       // column that receives the day
    std::string kind;     // value of the table's category column, where it has one
};

struct mapped_table {
    std::string name;
    std::string key;      // column: unique in the table
    std::string person;   // column: the register's key of the person …
    std::string through;  // … or the table that a column `by` refers to
    std::string by;
    std::string also_person;  // column: a second party (joint contract)
    row_erasure erase = row_erasure::row;
    std::string restricted, hold_only;  // columns set to 1 while any record of the row is marked
    bool voucher = false;               // booked: never overwritten (accounting act 1336/1997 2:7)
    bool concealed = false;             // a former identity code: only the person herself sees it
    std::vector<std::string> media;  // columns of sound or images; the type follows from the bytes
    std::vector<std::string> cleared_on_unlink;  // columns that speak of the person, not the asset
    mapped_facts facts;
    std::optional<mapped_series> series;
    std::optional<mapped_reduction> reduction;
    std::optional<mapped_ban> new_ban;  // only beside `reduction`
    // Without categories the table only helps (a contract's state, a former code); its rows go with
    // the person. Else columns belong to categories …
    std::map<std::string, std::vector<std::string>, std::less<>> categories;
    // … or a column of the row says which category all `columns` are.
    std::string category_column;
    std::map<std::string, std::string, std::less<>> category_of;  // value → category
    std::vector<std::string> columns;

    bool has_records() const { return !categories.empty() || !category_column.empty(); }
};

// Facts of a person that decide how an answer is released; columns of one table.
struct mapped_person {
    std::string table;
    std::vector<std::string> name;  // put together with a blank between
    std::string language, kind, protected_address, contact_changed_on, email;
};

// Rows that go when a register holds nothing else of a person: to whom data was disclosed.
struct mapped_disclosures {
    std::string table, person, recipient, on, what;
};

struct mapped_holds {
    std::string table, row_table, row_key, reason, until;
};

// Where a correcting entry or a supplementary statement to a voucher is written.
struct mapped_corrections {
    std::string table, person, row_table, row_key, field, old_value, new_value, kind, made_on;
};

// What people read beside a value, and how the value is written.
enum class field_form { text, cents, day, flag };
struct mapped_label {
    text3 name;
    field_form form = field_form::text;
};

struct register_map {
    std::string id;  // the first part of record ids
    text3 title;
    std::vector<mapped_key> keys;
    mapped_person person;
    std::optional<mapped_disclosures> disclosures;
    std::optional<mapped_holds> holds;
    std::optional<mapped_corrections> corrections;
    std::vector<mapped_table> tables;  // in the order of their names
    by_id<mapped_label> labels;        // by column

    const mapped_table* find_table(std::string_view name) const;
    // Every column that the mapping names, with its table.
    std::set<std::pair<std::string, std::string>> columns() const;
};

template <>
inline constexpr auto names_of<field_form> =
    std::to_array<name_entry<field_form>>({{field_form::text, "text"},
                                           {field_form::cents, "cents"},
                                           {field_form::day, "day"},
                                           {field_form::flag, "flag"}});
template <>
inline constexpr auto names_of<row_erasure> = std::to_array<name_entry<row_erasure>>(
    {{row_erasure::row, "row"}, {row_erasure::columns, "columns"}});

// A name that may stand in a query: letters, digits and `_`, no digit first, at most 64.
bool is_identifier(std::string_view name);

}  // namespace pykala
