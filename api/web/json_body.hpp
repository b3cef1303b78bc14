// What a POST of the API says.
#pragma once

#include <string>
#include <string_view>

#include "api/web/call.hpp"

namespace pykala::api::web {

// The members of the object that was sent. Problems: `bad_content_type`, `bad_body` and those of
// storage::read_json.
result<value_object> json_body(const call& at);

// The header that every POST of the API needs. Problem `idempotency_key_needed` (invalid).
result<std::string> idempotency_key(const call& at);

// A member that must be a text and not empty. Problem `missing_input` (invalid).
result<std::string> text_member(const value_object& body, std::string_view name);

}  // namespace pykala::api::web
