// What the desk needs of the world. Ports are blocking and safe to use from several threads; who
// implements one lives in storage/ or api/.
//
// How a command is stored
//   The desk reads a case and the person's other cases, decides, seals, and submits one unit of
//   work that names the versions it was based on. The writer of the tenant takes the units that
//   wait, checks the versions of each inside one transaction, applies those that still fit, commits
//   once, and only then completes each by its callback (group commit). A unit whose versions moved
//   is completed with `version_moved`; the desk then decides again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/case/event.hpp"
#include "engine/case/facts.hpp"
#include "engine/case/state.hpp"
#include "engine/log/event_leaf.hpp"

namespace pykala::desk {

// A keyed hash under which a person's cases are found again, in hex.
using person_tag = std::string;

struct sealed_box {
    log::data_class of = log::data_class::content;
    log::key_id key{};
    std::string bytes;

    friend bool operator==(const sealed_box&, const sealed_box&) = default;
};

// An event as it is stored and logged (storage/formats/event_leaf.md, sealed.md).
struct sealed_event {
    std::string leaf;
    std::string public_part;  // canonical JSON {"body","fields","open"}
    std::vector<sealed_box> boxes;

    friend bool operator==(const sealed_event&, const sealed_event&) = default;
};

// The cases that are found under a tag, in order of number.
struct person_cases {
    person_tag person;
    std::vector<std::string> numbers;

    friend bool operator==(const person_cases&, const person_cases&) = default;
};

// The fold of the first `version` events of a case, sealed. Kept so that a long history need not be
// opened for every command; the events alone are the truth, and a store may have none.
struct sealed_fold {
    std::uint64_t version = 0;
    std::string box;

    friend bool operator==(const sealed_fold&, const sealed_fold&) = default;
};

struct stored_case {
    std::string number;  // `KUO-2026-000123`
    log::stream_tag stream{};
    // In order of seq: from 0, or from the version of the fold where there is one.
    std::vector<sealed_event> events;
    bool quarantined = false;
    std::vector<person_cases> persons{};  // of each of its tags, in order; from `load` only
    std::optional<sealed_fold> fold{};    // from `load_newest` only
};

// A case whose invariant broke: it takes no command, fires no timer and sends nothing, until
// somebody has looked. `why` is a text of the program, without personal data.
struct quarantined_case {
    std::string number;
    instant since{};
    std::string why;

    friend bool operator==(const quarantined_case&, const quarantined_case&) = default;
};

// The case in the queue: a projection of its events, without personal data. Equal to
// `project(fold(events))` at any time.
struct queue_row {
    std::string number;  // filled in by the store
    std::uint64_t version = 0;
    std::string right, kind, state, outcome, channel, assurance, assignee;
    date received_on{};
    date due_on{}, act_by{}, statutory_on{};
    std::optional<date> extended_on{};
    std::optional<date> answered_on{}, closed_on{};
    bool paused = false;
    bool alert = false;  // stands first
    std::uint32_t open_tasks = 0;

    friend bool operator==(const queue_row&, const queue_row&) = default;
};

// Filters that are empty select everything. Rows with an alert come first when the order is by
// `due_on`.
struct queue_query {
    std::vector<std::string> states, rights;  // any of these
    std::optional<bool> closed{};
    std::optional<date> due_before{};  // `due_on` (the extended day where there is one) < this
    std::optional<std::string> assignee{};
    enum class order { due_on, received_on, number } by = order::due_on;
    bool descending = false;
    std::size_t limit = 50;  // 1 to 500
    std::string cursor{};    // of the page before; empty: the first page
};

struct queue_page {
    std::vector<queue_row> rows;
    std::string next{};  // cursor; empty when this was the last page
};

struct timer_row {
    std::string name;
    date fires_on{};

    friend auto operator<=>(const timer_row&, const timer_row&) = default;
};

struct due_case {
    std::string number;
    std::vector<timer_row> timers;
};

// Something to do outside once the unit is durable; `body` is sealed under the content key of the
// case, because letters and orders name people.
struct outbox_row {
    std::uint64_t seq = 0;  // of the event that asks for it
    std::string kind;
    sealed_box body;
};

struct outbox_item {
    std::uint64_t id = 0;  // of the store
    std::string number;    // of the case
    log::stream_tag stream{};
    std::uint64_t seq = 0;
    std::string kind;
    sealed_box body;
};

// What is written of one case.
struct case_write {
    std::string number;          // empty: a new case, numbered by the writer as prefix-year-number
    log::stream_tag stream{};    // of a new case: just drawn
    int year = 0;                // of a new case: the year of the day of entry
    std::uint64_t expected = 0;  // the version that the events continue
    std::vector<sealed_event> events;
    queue_row row;
    std::vector<timer_row> timers;      // all that wait now: they replace those stored
    std::vector<person_tag> persons;    // all tags of the case: they are added to those stored
    std::vector<outbox_row> outbox;     // in order
    std::optional<sealed_fold> fold{};  // after these events; none: the one stored stays
};

// A case that the decision looked at and did not change.
struct version_seen {
    std::string number;
    std::uint64_t version = 0;
};

// How many cases of a person the decision knew: another one filed meanwhile makes it decide again.
struct person_seen {
    person_tag person;
    std::size_t cases = 0;
};

struct idempotency {
    std::string actor;  // role and id, so that two people's keys never meet
    std::string key;
    std::string content;  // hex SHA-256 of the command: the same key with other content is refused
};

// What the caller of a command gets, also when it asks again.
struct receipt {
    std::vector<std::string> numbers;     // of the cases written, in order of the unit
    std::vector<std::uint64_t> versions;  // after it

    friend bool operator==(const receipt&, const receipt&) = default;
};

struct stored_receipt {
    std::string content;
    receipt given;
};

struct unit_of_work {
    std::vector<case_write> cases;
    std::vector<version_seen> seen;
    std::vector<person_seen> persons;
    std::optional<idempotency> answer_to{};  // the receipt is kept under it
};

// Called once, after the commit is durable or the unit was refused; on a thread of the store, so it
// must be short.
using completion = std::function<void(result<receipt>)>;

class case_store {
public:
    virtual ~case_store() = default;

    // Problem `no_such_case` (not_found). Everything in it is of one moment.
    virtual result<stored_case> load(std::string_view number) = 0;
    // The same with a fold and only the events after it, where the store keeps one.
    virtual result<stored_case> load_newest(std::string_view number) { return load(number); }
    // Every case that carries one of the tags, in order of number.
    virtual result<std::vector<stored_case>> of_person(std::span<const person_tag> tags) = 0;
    // Their numbers alone.
    virtual result<std::vector<std::string>> numbers_of(std::span<const person_tag> tags) = 0;
    // Problems handed to `done`: `version_moved` (conflict: a version, or the number of a person's
    // cases, is not what the unit says), `idempotency_taken` (conflict: the key was used
    // meanwhile), those of the world. Either everything of the unit is there, or nothing.
    virtual void submit(unit_of_work unit, completion done) = 0;
    // A command is being prepared and may submit a unit while the answer lives: a hint, so that
    // units which arrive together are committed together.
    virtual std::shared_ptr<void> announce() { return {}; }
    // Nothing when the key is new.
    virtual result<std::optional<stored_receipt>> answered(std::string_view actor,
                                                           std::string_view key) = 0;
    // Problem `bad_cursor`, `bad_limit` (invalid).
    virtual result<queue_page> queue(const queue_query& query) = 0;
    // Cases with a timer whose day is not after `today`, the earliest first; none in quarantine.
    virtual result<std::vector<due_case>> due(date today, std::size_t limit) = 0;
    // What waits outside, in the order in which it was written; nothing of a case in quarantine.
    virtual result<std::vector<outbox_item>> outbox(std::size_t limit) = 0;
    // Done, or given up: it is not given again. Durable on return.
    virtual result<bool> settle(std::span<const std::uint64_t> outbox_ids) = 0;
    // Marks cases; one that is marked already keeps its first reason. `done` is called as in
    // `submit`.
    virtual void quarantine(std::vector<quarantined_case> cases,
                            std::function<void(result<bool>)> done) = 0;
    // In order of number.
    virtual result<std::vector<quarantined_case>> quarantined() = 0;
    // Somebody has looked: the case goes on. Problem `not_quarantined` (not_found). Durable on
    // return.
    virtual result<bool> release(std::string_view number) = 0;
};

// Seals and opens what a case holds; knows the keys. Keys are durable before anything is sealed
// under them.
class sealing {
public:
    virtual ~sealing() = default;

    virtual result<sealed_event> seal(const log::stream_tag& stream, const cases::event& what) = 0;
    // Fields whose key is destroyed are left out of the event.
    virtual result<cases::event> open(const log::stream_tag& stream, std::uint64_t seq,
                                      const sealed_event& stored) = 0;
    // A fold, bound to its case and version. It opens only while every key that the case had is
    // there and none was made since: what is destroyed must not live on in it. Nothing where there
    // is no key, or where it does not open.
    virtual result<std::optional<sealed_fold>> seal_fold(const log::stream_tag& stream,
                                                         const cases::case_state& now) = 0;
    virtual result<std::optional<cases::case_state>> open_fold(const log::stream_tag& stream,
                                                               const sealed_fold& kept) = 0;
    // An intent of the outbox, bound to its case and event.
    virtual result<sealed_box> seal_intent(const log::stream_tag& stream, std::uint64_t seq,
                                           const value& what) = 0;
    virtual result<value> open_intent(const log::stream_tag& stream, std::uint64_t seq,
                                      const sealed_box& box) = 0;
    // `kind` is `hetu`, `customer_number`, `email`, `phone` or `register_person`.
    virtual person_tag lookup(std::string_view kind, std::string_view text) = 0;
    // Hex SHA-256 of any text.
    virtual std::string digest_of(std::string_view text) = 0;
};

struct moment {
    instant at{};
    date on{};  // local day of the tenant, computed here once
};

class clock {
public:
    virtual ~clock() = default;
    virtual moment now() = 0;
};

class id_source {
public:
    virtual ~id_source() = default;
    virtual log::stream_tag new_stream() = 0;  // random
};

// Definitions, by what they are for and by their hash. The store keeps every one ever used.
class definitions {
public:
    virtual ~definitions() = default;

    // The newest of a right; problem `no_such_right`.
    virtual result<std::shared_ptr<const cases::procedure>> current(std::string_view right) = 0;
    // The one a case is pinned to; problem `no_such_definition` (corrupt).
    virtual result<std::shared_ptr<const cases::procedure>> pinned(std::string_view right,
                                                                   const log::digest& hash) = 0;
    virtual result<std::shared_ptr<const cases::tenant_law>> law_on(date day) = 0;
};

}  // namespace pykala::desk
