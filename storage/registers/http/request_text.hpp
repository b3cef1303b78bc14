// What is sent to a register: ids and bodies of requests (README.md here, "Requests").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.hpp"
#include "engine/registers/register_port.hpp"

#include "storage/registers/http/http_register.hpp"

namespace pykala::storage::registers {

inline constexpr std::string_view contract_name = "pykala-register/1";

// A request before it has its id. `type` is a subject_request_type of OpenDSR or of the extension.
struct register_question {
    std::string type;
    value_array identities;  // may be empty: then the extension says who or what is meant
    value_object extension;  // without `contract`
};

// In the form of a UUID version 4. One of an intent is the same whenever it is asked for; two
// registers (domains) never share one.
std::string request_id_of(std::string_view domain, std::string_view intent);
std::string random_request_id();

// Hexadecimal SHA-256 of what is asked, the same for the same question.
std::string digest_of(const register_question& of);
// Of what was decided, without what is found out about it later.
std::string digest_of(const std::vector<record_change>& changes);

value_object identity(std::string_view type, std::string_view text);
std::string_view request_type_of(const std::vector<record_change>& changes);

// Changes in order. One that has a result already (`known`) is not to be carried out: the register
// keeps the result with its own, so that one answer tells all of them.
struct planned_change {
    const record_change* change = nullptr;
    std::optional<change_result> known;
};
value_array changes_text(const std::vector<planned_change>& planned);
value_object outcome_text(const change_result& of);

// The bytes of the body. Problem `json_text` where something to send is not UTF-8.
result<std::string> request_text(const http_register_options& options, const std::string& id,
                                 const register_question& of, instant submitted);

}  // namespace pykala::storage::registers
