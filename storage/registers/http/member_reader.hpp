// The members of a JSON object, each asked for by name and kind. Faults are gathered in one place,
// the first is told; reads always give a usable value.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/names.hpp"
#include "engine/base/result.hpp"
#include "engine/base/value.hpp"
#include "engine/time/date.hpp"

namespace pykala::storage::registers {

// The first thing that is wrong; `where` has names and positions alone.
struct answer_fault {
    std::string where, what;
    bool found() const { return !what.empty(); }
    void say(std::string_view place, std::string_view wrong);
};

class member_reader {
public:
    member_reader(const value& of, std::string where, answer_fault& fault);

    // Required, and not empty.
    std::string text(std::string_view name);
    // Absent and null are the empty text.
    std::string text_if(std::string_view name);
    bool has(std::string_view name) const;  // there, and not null
    bool flag(std::string_view name);       // absent: false
    std::int64_t number(std::string_view name, std::int64_t least, std::int64_t most);
    std::optional<date> day(std::string_view name);  // absent or null: none
    std::vector<std::string> texts_if(std::string_view name);
    std::vector<member_reader> list(std::string_view name);  // required; may be empty
    std::vector<member_reader> list_if(std::string_view name);
    std::optional<member_reader> object_if(std::string_view name);
    void ignore(std::string_view name);

    template <named_enum E>
    E choice(std::string_view name) {
        const auto read = from_name<E>(text(name));
        if (!read) wrong(name, "is not one of the names of the contract");
        return read.value_or(names_of<E>[0].first);
    }

    void wrong(std::string_view name, std::string_view what) const;
    // Call last: a member that nobody asked for is a fault.
    void end() const;

private:
    const value* ask(std::string_view name);

    const value_object* of_;
    std::string where_;
    answer_fault* fault_;
    std::set<std::string, std::less<>> asked_;
};

// A name of the contract that may stand in a log: `[a-z][a-z0-9_]*`, at most 64.
bool is_word(std::string_view text);

}  // namespace pykala::storage::registers
