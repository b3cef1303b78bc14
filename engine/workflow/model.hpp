// A workflow as loaded: how a request of one right moves from arrival to answer. Plain values, no
// behaviour; the grammar and the meaning of each key are in workflows/README.md. Names are those of
// workflows/vocabulary.toml.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/names.hpp"
#include "engine/base/place.hpp"
#include "engine/base/text3.hpp"

namespace pykala::workflow {

using name_list = std::vector<std::string>;

enum class state_kind {
    initial,   // a case begins here; exactly one
    open,      // work goes on
    final,     // the case has an outcome
    reopened,  // the only way out of a final state leads here
};

enum class state_clock {
    running,
    paused,   // only while all of `pause_requires` and none of `pause_unless` hold; else it runs
    stopped,  // final states, and a restriction that stands; elsewhere the fact `answer_dispatched`
              // stops it
};

struct state {
    std::string name;
    state_kind kind = state_kind::open;
    state_clock clock = state_clock::running;
    std::string pause;  // the policy that allows the pause, `gdpr.answer`, `practice.NAME`; empty
                        // unless paused
    name_list pause_requires, pause_unless;  // guards: all, none
    place at;
};

// A value that a command must (or may) bring with a transition.
struct input {
    std::string name;
    std::string
        type;  // of the vocabulary's types: `text`, `date`, …; `choice` when `choices` is filled
    name_list choices;  // a closed list, in the order of the file
    bool required = true;
    place at;
};

struct transition {
    std::string name;
    name_list from;
    std::string to;          // a state; `same` stays (see target())
    name_list by;            // roles
    name_list kinds;         // only for cases of these kinds; empty: all
    bool at_once = false;    // the system takes it as soon as its guards hold, after every event
    std::string after;       // open only once this timer has fired; `system` among `by`: taken then
    name_list requires_all;  // guards and facts that must hold (`requires`)
    name_list unless;        // guards and facts that must not
    name_list system_requires;     // further guards when the system takes it
    std::vector<input> inputs;     // `input` first, then `optional`, each in alphabetical order
    name_list sends;               // letters, rendered and dispatched by this transition
    name_list does;                // effects, in this order, after the letters
    std::string outcome;           // of the case, on transitions into a final state
    name_list not_same_person_as;  // four eyes: not the person who last took any of these
    name_list cite;
    place at;

    bool stays() const { return to == "same"; }
    const std::string& target(const std::string& current) const { return stays() ? current : to; }
};

enum class timer_start {
    arrival,        // counted from the day of arrival; corrected with it
    on_state,       // each time the state is entered
    by_transition,  // each time the transition is taken
};

// A day on which something happens by itself. Exactly one of rule, wait and date.
struct timer {
    std::string name;
    std::string
        rule;  // a deadline or practice rule of the policies, `gdpr.answer`, `practice.NAME`
    std::string wait;  // a period of our own choice, e.g. `14 days`; then `reason` says why
    std::string reason;
    std::string date;  // a date of the case named in the vocabulary
    timer_start start = timer_start::arrival;
    std::string starts_at;  // the state entered or the transition taken; empty on arrival
    std::string until;      // a fact that ends it, besides what README says
    name_list does;         // effects
    place at;
};

// One file. Vectors are sorted by name: order in the file means nothing.
struct definition {
    std::string file;  // relative to the definitions folder
    std::string id;    // = right = file name
    int version = 0;
    text3 title;
    name_list cite;
    name_list kinds;  // kinds of request; empty when there is one
    // levels of assurance that are enough: under `default`, a kind, or a scope of the vocabulary
    std::map<std::string, name_list, std::less<>> assurance;
    place assurance_at;
    // The ground of a decision about a part, where whoever decides names none: `withhold` …
    std::map<std::string, std::string, std::less<>> grounds;
    place grounds_at;
    std::string answer_under;  // the provision under which data are handed out; empty: none are
    std::vector<state> states;
    std::vector<transition> transitions;
    std::vector<timer> timers;
    place at;
};

// Null when there is none.
const state* find_state(const definition& d, std::string_view name);
const transition* find_transition(const definition& d, std::string_view name);
const timer* find_timer(const definition& d, std::string_view name);
const state& initial_state(const definition& d);  // of a checked definition
// The ground that stands for a decision where nobody named one; empty when the file gives none.
std::string ground_for(const definition& d, std::string_view decision);

// The closed lists that the six files draw on.
struct term {
    std::string meaning;         // one sentence
    std::optional<text3> label;  // what people read (states, transitions, outcomes)
    name_list sets, clears;      // facts: effects and letters
    name_list needs;             // facts without which an effect may not happen
    name_list takes;             // inputs that an effect needs on its transition
    bool by_person = false;      // never by `system` alone (effects)
    std::string rule;            // guards: the policy that they measure against
    std::string type;            // inputs
    name_list choices;           // inputs of type `choice`: the widest list
    std::string to;              // letters: `person`, `recipient`, `authority`
    bool personal = false;       // letters that hold personal data from the registers
    place at;
};
using terms = std::map<std::string, term, std::less<>>;

struct vocabulary {
    std::string file;
    int version = 0;
    terms states, roles, facts, guards, effects, letters, inputs, types, dates, outcomes, kinds,
        scopes, transitions;
};

// All six, by right, and what they draw on.
struct workflow_set {
    vocabulary words;
    std::map<std::string, definition, std::less<>> workflows;
    place_book places;  // of every key that was read
};

}  // namespace pykala::workflow

namespace pykala {

template <>
inline constexpr auto names_of<workflow::state_kind> =
    std::to_array<name_entry<workflow::state_kind>>({{workflow::state_kind::initial, "initial"},
                                                     {workflow::state_kind::open, "open"},
                                                     {workflow::state_kind::final, "final"},
                                                     {workflow::state_kind::reopened, "reopened"}});
template <>
inline constexpr auto names_of<workflow::state_clock> =
    std::to_array<name_entry<workflow::state_clock>>({{workflow::state_clock::running, "running"},
                                                      {workflow::state_clock::paused, "paused"},
                                                      {workflow::state_clock::stopped, "stopped"}});

}  // namespace pykala
