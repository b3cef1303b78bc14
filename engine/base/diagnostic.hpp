// What a checker says about a definition file: where, which rule, how to mend it. Checkers collect
// all of them.
#pragma once

#include <string>
#include <tuple>
#include <vector>

namespace pykala {

enum class severity {
    error,    // the file cannot be used
    warning,  // assumed, unconfirmed, kept longer than any statute; an error with --strict
};

struct diagnostic {
    severity level = severity::error;
    std::string
        file;        // relative to the definitions folder, e.g. `policies/controllers/kuopio.toml`
    int line = 0;    // from 1; 0 when the fault has no place of its own
    int column = 0;  // from 1, in characters as toml++ counts them
    std::string code;     // e.g. `P07`; listed in policies/README.md and workflows/README.md
    std::string message;  // one sentence, lower case, no full stop, input in backticks
    std::string hint{};

    friend bool operator<(const diagnostic& a, const diagnostic& b) {
        return std::tie(a.file, a.line, a.column, a.code, a.message) <
               std::tie(b.file, b.line, b.column, b.code, b.message);
    }
};

using diagnostics = std::vector<diagnostic>;

// `file:line:column: CODE: message`, and the hint on a line of its own, indented.
std::string to_string(const diagnostic& d);

bool has_errors(const diagnostics& all);

}  // namespace pykala
