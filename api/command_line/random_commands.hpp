// Commands that nobody thought of beforehand: mostly sensible, some wrong, from a seed. The same
// seed gives the same commands on every machine.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "engine/case/decide.hpp"

namespace pykala::api {

// What somebody tries next; the findings come with an answer of a register.
struct attempt {
    cases::command what;
    std::optional<cases::register_findings> findings{};
};

class random_commands {
public:
    random_commands(std::uint64_t seed, const cases::procedure& how, const cases::tenant_law& law)
        : draw_(seed), how_(how), law_(law) {}

    // A request that arrives on the day.
    attempt filing(date today);
    // What is tried on a case that has been filed.
    attempt next(const cases::case_state& c, const cases::facts& known);

    // True once in so many times.
    bool once_in(std::size_t times) { return below(times) == 0; }
    std::size_t below(std::size_t end) { return static_cast<std::size_t>(draw_() % end); }

private:
    template <class List>
    const auto& one_of(const List& list) {
        return *std::next(list.begin(), static_cast<std::ptrdiff_t>(below(list.size())));
    }
    cases::actor somebody(const std::string& role);
    cases::command by(cases::actor who, std::string name, date today);
    attempt answer_of_register(const cases::case_state& c, date today);
    attempt open_step(const cases::case_state& c, const cases::facts& known);
    attempt any_step(const cases::case_state& c, const cases::facts& known);
    cases::register_findings findings_of(const std::string& name);
    value_object some_record(const std::string& name, std::size_t number);
    value_object inputs_of(const workflow::transition& t, const cases::case_state& c, date today);
    value input_of(const workflow::input& wanted, const cases::case_state& c, date today);
    value list_input(const std::string& type, const cases::case_state& c);
    std::string known_id(const std::string& type, const cases::case_state& c);
    void spoil(const workflow::transition& t, value_object& inputs);

    std::mt19937_64 draw_;
    const cases::procedure& how_;
    const cases::tenant_law& law_;
    enum class mood { any, grants, refuses };
    mood mood_ = mood::any;  // of those who decide the case
    bool straight_ = false;  // nobody leaves the way to a decision without need
    bool finds_nothing_ = false;
    std::map<std::string, std::size_t> tried_{};  // how often each transition was chosen
};

// The registers of the sample.
const std::vector<std::string>& sample_registers();

}  // namespace pykala::api
