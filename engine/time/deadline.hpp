// When a request must be answered: the product's promise, the statutory month, the extension, and
// the pauses.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/time/calendar.hpp"
#include "engine/time/period.hpp"

namespace pykala {

// What governs a request received on one day. Chosen from policies/ by the day of receipt.
struct deadline_rules {
    std::optional<period> promise;  // the controller's own promise; calendar days, never rolled
    period answer;                  // GDPR art. 12(3): from receipt
    period extension;               // GDPR art. 12(3): read from receipt
    std::vector<period> extension_steps;  // the cautious reading, step by step; the earlier counts
};

// Days in which the clock may be read as standing still: [from, to).
struct pause {
    date from;
    date to;

    friend bool operator==(const pause&, const pause&) = default;
};

// Whether pauses move `due_on` (EDPB Guidelines 01/2022 para 159) or are only shown beside it.
enum class tolling { none, edpb };

// All dates are local days of the tenant. Documented field by field in the contract of `pykala
// deadline`.
struct deadlines {
    date received_on;
    date promise_on;           // equals statutory_on where nothing is promised
    date statutory_on;         // Regulation 1182/71 art. 3(2)(c) and 3(4)
    date due_on;               // the earlier of the two
    date act_by;               // last working day on or before due_on
    date extension_notice_on;  // the extension must have been sent by then; never moved by pauses
    date extended_on;
    date tolled_promise_on;
    date tolled_statutory_on;
    date tolled_due_on;

    friend bool operator==(const deadlines&, const deadlines&) = default;
};

// Problems: `pause_reversed`, `pause_before_receipt`, `pauses_overlap`, in this order. Pauses may
// come in any order.
result<deadlines> compute_deadlines(const calendar& days, const deadline_rules& rules,
                                    date received_on, std::span<const pause> pauses,
                                    tolling reading);

}  // namespace pykala
