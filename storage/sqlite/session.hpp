// A connection with the statements that were prepared on it, so that each is compiled once.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "storage/sqlite/connection.hpp"

namespace pykala::storage {

class session {
public:
    explicit session(connection db) : db_(std::make_unique<connection>(std::move(db))) {}

    connection& db() { return *db_; }

    // The statement for this SQL, ready to be bound; the same one each time, so it may not be used
    // within its own run.
    result<statement*> get(std::string_view sql);

    // Runs SQL that gives no row, with these values.
    template <class... Values>
    result<void> run(std::string_view sql, const Values&... values) {
        PYKALA_TRY(statement * ready, get(sql));
        return ready->execute_with(values...);
    }

private:
    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };
    std::unique_ptr<connection> db_;
    // node-based: a statement stays where it is when others are added
    std::unordered_map<std::string, statement, text_hash, std::equal_to<>> prepared_;
};

}  // namespace pykala::storage
