// What an order of a case means for the records of one register. Pure: from the case, the law of
// the day and what the register holds now.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/desk/draft.hpp"
#include "engine/registers/register_port.hpp"

namespace pykala::api {

struct order_view {
    const desk::open_case& c;
    const cases::register_order& order;
    const value& what;  // the order as it was written: `contested`, `fields`, `uses`
};

// Erasing, each record in the way of its category; what an officer decided in spite of a review
// says so. Does not depend on what the register holds, so that a repetition is the same execution.
std::vector<record_change> erasure_changes(const order_view& o);

// `hold_only` and the ways to stop a use: records are marked, and nothing else happens to them.
// Choices about marketing are not marked: they become bans (`bans`).
std::vector<record_change> marking_changes(const order_view& o, const register_answer& now);

// The ban on marketing for a register that keeps bans: of the person when it knows her, else of the
// addresses that the request names. Empty: there is nothing that a ban could be written for.
std::vector<record_change> bans(const order_view& o, bool known);

// What the order releases from its restriction: not what another case restricts.
std::vector<record_change> release_changes(const order_view& o, const register_answer& now);

// Marks that the case itself made and that stand in the way of its own erasure.
std::vector<record_change> own_marks_released(const order_view& o);

// What is kept for a hold alone after a release, which takes both marks away.
std::vector<record_change> holds_renewed(const order_view& o,
                                         std::span<const record_change> released);

// The fields that were decided, with the value that the register holds now. A field that holds the
// right value already gives nothing. `problems` gets the records where it cannot be done: a
// statement beside something that is no voucher.
std::vector<record_change> rectifications(const order_view& o, const register_answer& now,
                                          std::vector<std::string>& problems);

}  // namespace pykala::api
