#include "api/web/json_body.hpp"

#include <fmt/format.h>

#include "storage/json/read_json.hpp"

namespace pykala::api::web {

result<value_object> json_body(const call& at) {
    auto type = at.asked.header("content-type");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    if (!http::same_without_case(type, "application/json"))
        return fail(problem_kind::invalid, "bad_content_type", "a JSON object is expected",
                    "send `Content-Type: application/json`");
    PYKALA_TRY(const auto body, storage::read_json(at.asked.body));
    const auto* members = body.as_object();
    if (!members) return fail(problem_kind::invalid, "bad_body", "a JSON object is expected");
    return *members;
}

result<std::string> idempotency_key(const call& at) {
    std::string key(at.asked.header("idempotency-key"));
    if (key.empty() || key.size() > 200)
        return fail(problem_kind::invalid, "idempotency_key_needed",
                    "a POST needs the header `Idempotency-Key`",
                    "draw a random key for each new command, at most 200 characters");
    return key;
}

result<std::string> text_member(const value_object& body, std::string_view name) {
    const auto found = body.find(std::string(name));
    const auto* text = found == body.end() ? nullptr : found->second.as_string();
    if (text && !text->empty()) return *text;
    return fail(problem_kind::invalid, "missing_input", fmt::format("`{}` is missing", name),
                "it is a text that is not empty");
}

}  // namespace pykala::api::web
