// The floor of `commit`: the rows that units of work lead to, computed beforehand, written into a
// copy of the database with nothing around them.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "engine/desk/ports.hpp"

#include "storage/sqlite/session.hpp"

namespace pykala::bench {

class bare_writer {
public:
    // Opens the copy and turns the units into statements with their values. Throws.
    bare_writer(const std::string& database, std::vector<desk::unit_of_work> units);

    // In transactions of `group` units, each durable, with the settings of the store.
    void write_all(std::size_t group);

    // That both databases now hold the same number of rows and bytes in each table; else throws.
    void compare_with(const std::string& other);

private:
    using cell = std::variant<std::nullptr_t, std::int64_t, std::string, std::vector<std::uint8_t>>;
    struct operation {
        std::size_t sql = 0;
        std::vector<cell> values;
    };
    struct state;

    std::size_t sql(const std::string& text);
    void add(std::vector<operation>& to, const std::string& text, std::vector<cell> values);
    void prepare_case(std::vector<operation>& to, const desk::case_write& what, state& at);
    void prepare_row(std::vector<operation>& to, std::int64_t id, const desk::queue_row& row);
    void prepare_timers(std::vector<operation>& to, std::int64_t id,
                        const std::vector<desk::timer_row>& timers);

    std::string path_;
    storage::session db_;
    std::vector<std::string> texts_;
    std::vector<std::vector<operation>> units_;
};

}  // namespace pykala::bench
