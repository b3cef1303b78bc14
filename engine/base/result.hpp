// Expected failures are values. A result holds either a value or one problem.
#pragma once

#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace pykala {

// Kinds of failure. The numbers are stored in logs and idempotency rows: never change or reuse one.
// api/ maps each kind to one HTTP status (RFC 9457).
enum class problem_kind {
    invalid = 1,      // the input is wrong; the caller can mend it (400, exit status 1)
    not_found = 2,    // nothing under that name, or not for this reader (404)
    forbidden = 3,    // the role may not do this (403)
    refused = 4,      // the law, the workflow or the state of the case refuses (422)
    conflict = 5,     // somebody was quicker; read again and retry (409)
    unavailable = 6,  // the world failed: disk, network, lock (503)
    corrupt = 7,      // stored bytes do not hold what they promise (500)
    too_large = 8,    // a limit on size or number (413)
};

// What went wrong, where, and how to mend it. Holds no personal data: it reaches logs and users.
struct problem {
    problem_kind kind;
    std::string code;  // stable snake_case name, e.g. `missing_ground`; documented beside its owner
    std::string detail;                // one sentence, lower case, no full stop, input in backticks
    std::string hint{};                // how to mend it; may be empty
    std::vector<std::string> cites{};  // provisions that refuse it, if any

    friend bool operator==(const problem&, const problem&) = default;
};

template <class T>
class [[nodiscard]] result : public std::expected<T, problem> {
public:
    using std::expected<T, problem>::expected;
};

inline std::unexpected<problem> fail(problem_kind kind, std::string code, std::string detail,
                                     std::string hint = {}) {
    return std::unexpected(problem{kind, std::move(code), std::move(detail), std::move(hint), {}});
}

}  // namespace pykala

// Evaluates an expression that gives a result; leaves the function with its problem, or assigns its
// value.
#define PYKALA_TRY(target, expression)                                            \
    auto PYKALA_CONCAT(try_, __LINE__) = (expression);                            \
    if (!PYKALA_CONCAT(try_, __LINE__))                                           \
        return std::unexpected(std::move(PYKALA_CONCAT(try_, __LINE__)).error()); \
    target = *std::move(PYKALA_CONCAT(try_, __LINE__))
#define PYKALA_CHECK(expression)                                                           \
    if (auto PYKALA_CONCAT(try_, __LINE__) = (expression); !PYKALA_CONCAT(try_, __LINE__)) \
    return std::unexpected(std::move(PYKALA_CONCAT(try_, __LINE__)).error())
#define PYKALA_CONCAT(a, b) PYKALA_CONCAT_(a, b)
#define PYKALA_CONCAT_(a, b) a##b
