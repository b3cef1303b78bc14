#include "storage/registers/http/request_text.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/rand.h>

#include "engine/base/encoding.hpp"
#include "engine/log/canonical_json.hpp"

#include "storage/hash/sha256.hpp"
#include "storage/registers/judgement.hpp"

namespace pykala::storage::registers {

namespace {

using id_bytes = std::array<std::uint8_t, 16>;

// Version 4 and the variant of RFC 9562; all other bits stay.
std::string as_uuid(id_bytes bytes) {
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
    const auto hex = to_hex(bytes);
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                       hex.substr(16, 4), hex.substr(20));
}

value_object change_text(const record_change& of) {
    value_object text{{"verb", name_of(of.verb)}};
    if (!of.record.empty()) text.emplace("record", of.record);
    if (!of.field.empty()) text.emplace("field", of.field);
    if (of.old_value) text.emplace("old", *of.old_value);
    if (of.new_value) text.emplace("new", *of.new_value);
    if (of.verb == register_verb::rectify) text.emplace("correction", of.correction);
    return text;
}

// What comes from a register or from a person may be no UTF-8; a digest is there for all of them.
std::string digest_of_text(const value& of) {
    const auto text = canonical_json(of);
    return to_hex(sha256({}, text ? *text : text.error().code));
}

}  // namespace

std::string request_id_of(std::string_view domain, std::string_view intent) {
    const auto digest =
        sha256("pykala request\n", fmt::format("{}:{}{}", domain.size(), domain, intent));
    id_bytes bytes{};
    std::copy_n(digest.begin(), bytes.size(), bytes.begin());
    return as_uuid(bytes);
}

std::string random_request_id() {
    id_bytes bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw std::runtime_error("there are no random bytes");
    return as_uuid(bytes);
}

std::string digest_of(const register_question& of) {
    return digest_of_text(value_array{of.type, of.identities, of.extension});
}

std::string digest_of(const std::vector<record_change>& changes) {
    value_array all;
    for (const auto& change : changes) {
        auto text = change_text(change);
        text.emplace("decided", name_of(change.decided));
        all.emplace_back(std::move(text));
    }
    return digest_of_text(all);
}

value_object identity(std::string_view type, std::string_view text) {
    return {{"identity_type", type}, {"identity_value", text}, {"identity_format", "raw"}};
}

std::string_view request_type_of(const std::vector<record_change>& changes) {
    const auto any = [&](auto of) {
        return std::ranges::any_of(changes, [&](const auto& c) { return of(c.verb); });
    };
    if (any(lets_go)) return "erasure";
    if (any([](register_verb v) { return v == register_verb::rectify; })) return "rectification";
    if (any([](register_verb v) { return v == register_verb::ban; })) return "objection";
    return "restriction";
}

value_object outcome_text(const change_result& of) {
    const bool is_kept = of.status == change_status::kept_by_new_hold;
    value_object text{{"result", is_kept ? "kept" : name_of(of.status)}};
    if (is_kept) {
        value_object retention{{"basis", of.reason}};
        if (of.until) retention.emplace("until", to_string(*of.until));
        text.emplace("retention", std::move(retention));
    } else if (!of.reason.empty()) {
        text.emplace("reason", of.reason);
    }
    return text;
}

value_array changes_text(const std::vector<planned_change>& planned) {
    value_array all;
    for (const auto& one : planned) {
        auto text = change_text(*one.change);
        if (one.known) text.emplace("outcome", outcome_text(*one.known));
        all.emplace_back(std::move(text));
    }
    return all;
}

result<std::string> request_text(const http_register_options& options, const std::string& id,
                                 const register_question& of, instant submitted) {
    auto extension = of.extension;
    extension.emplace("contract", contract_name);
    value_object body{{"regulation", "gdpr"},
                      {"subject_request_id", id},
                      {"subject_request_type", of.type},
                      {"submitted_time", to_string(submitted)},
                      {"api_version", "2.0"},
                      {"extensions", value_object{{options.domain, std::move(extension)}}}};
    if (!of.identities.empty()) body.emplace("subject_identities", of.identities);
    return canonical_json(body);
}

}  // namespace pykala::storage::registers
