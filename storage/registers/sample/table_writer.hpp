// Makes one table of a sample register and fills it. Only what the mapping names is made, so that
// no sample register holds a value that belongs to no category.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/registers/register_map.hpp"

#include "storage/sqlite/connection.hpp"

namespace pykala::storage::sample {

class table_writer {
public:
    // `columns`: names separated by blanks; those that end in `#` are whole numbers, in `*` bytes.
    static result<table_writer> make(connection& db, const register_map& map,
                                     const std::string& table, std::string_view columns);

    // False where the mapping does not know the table: adding does nothing then.
    bool wanted() const { return insert_.has_value(); }

    // One value for each column, in order.
    template <class... Values>
    result<void> add(const Values&... values) {
        if (!insert_) return {};
        insert_->reset();
        std::size_t column = 0;
        (bind(column++, values), ...);
        if (column != position_.size()) throw_wrong_count();
        return insert_->execute();
    }

private:
    template <class T>
    void bind(std::size_t column, const T& value) {
        if (position_.at(column) > 0) insert_->bind(position_[column], value);
    }
    void bind(std::size_t column, date value) { bind(column, to_string(value)); }
    void bind(std::size_t column, const std::optional<date>& value) {
        bind(column, value ? std::optional(to_string(*value)) : std::nullopt);
    }
    [[noreturn]] static void throw_wrong_count();

    std::optional<statement> insert_;
    std::vector<int> position_;  // of each column in the statement; 0: not made
};

}  // namespace pykala::storage::sample
