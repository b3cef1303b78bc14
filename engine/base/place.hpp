// Where a value stands in a definition file, so that a checker can point at it long after it was
// read.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "engine/base/diagnostic.hpp"

namespace pykala {

struct place {
    std::string file;  // relative to the definitions folder
    int line = 0;      // from 1
    int column = 0;    // from 1

    friend auto operator<=>(const place&, const place&) = default;
};

// A finding at that place.
inline diagnostic diagnostic_at(const place& where, severity level, std::string code,
                                std::string message, std::string hint = {}) {
    return {level,           where.file,         where.line,     where.column,
            std::move(code), std::move(message), std::move(hint)};
}

// The places of the keys of every table that was read. A table is known by its own place (the `at`
// of what was made of it).
class place_book {
public:
    // `index` counts the elements of a list from 0; -1 is the value itself.
    void note(const place& table, std::string_view key, int index, place where) {
        places_.insert_or_assign({table, std::string(key), index}, std::move(where));
    }

    // The place of a key, or of one element of its list; that of the table where it was not
    // written.
    place of(const place& table, std::string_view key, int index = -1) const {
        if (auto found = places_.find({table, std::string(key), index}); found != places_.end())
            return found->second;
        return table;
    }

    // Whether the key was written in that table.
    bool holds(const place& table, std::string_view key) const {
        return places_.contains({table, std::string(key), -1});
    }

private:
    std::map<std::tuple<place, std::string, int>, place> places_;
};

}  // namespace pykala
