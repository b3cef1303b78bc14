#include "engine/log/event_leaf.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/log/merkle.hpp"

namespace pykala::log {
namespace {

struct class_name {
    data_class of;
    std::string_view name;
};
constexpr class_name class_names[] = {
    {data_class::package, "package"},
    {data_class::content, "content"},
    {data_class::decision_facts, "decision_facts"},
    {data_class::deferred_erasure, "deferred_erasure"},
    {data_class::open, "open"},
};

value hash_or_null(const std::optional<digest>& hash) {
    return hash ? value(to_hex(*hash)) : value(nullptr);
}

}  // namespace

std::string_view to_string(data_class c) {
    for (const class_name& known : class_names)
        if (known.of == c) return known.name;
    return "open";
}

std::optional<data_class> parse_data_class(std::string_view name) {
    for (const class_name& known : class_names)
        if (known.name == name) return known.of;
    return std::nullopt;
}

bool is_vocabulary_name(std::string_view name) {
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    return !name.empty() && name.size() <= 64 && lower(name[0]) &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; });
}

result<digest> commit(sha256_function sha256, const salt& salt, const value& v) {
    PYKALA_TRY(const std::string text, canonical_json(v));
    return sha256(as_text(salt), text);
}

std::string field_text(const field_commitment& field) {
    return fmt::format(R"({{"class":"{}","commitment":"{}","key":"{}","name":"{}"}})",
                       to_string(field.of), to_hex(field.commitment),
                       field.key ? to_hex(*field.key) : std::string(), field.name);
}

result<digest> fields_root(sha256_function sha256, std::span<const field_commitment> fields) {
    if (fields.size() > fields_max)
        return fail(problem_kind::too_large, "too_many_fields",
                    fmt::format("an event has {} fields", fields.size()),
                    "at most 1,024; put lists into one field");
    std::vector<digest> leaves;
    leaves.reserve(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const field_commitment& f = fields[i];
        if (!is_vocabulary_name(f.name))
            return fail(problem_kind::invalid, "field_name", "a field has no vocabulary name",
                        "lower-case letters, digits and `_`, at most 64");
        if (i != 0 && !(fields[i - 1].name < f.name))
            return fail(problem_kind::invalid, "field_order",
                        fmt::format("field `{}` stands out of order or twice", f.name),
                        "sort fields by name");
        leaves.push_back(leaf_hash(sha256, field_text(f)));
    }
    return tree_root(sha256, leaves);
}

value body_json(const event_body& body) {
    return value_object{
        {"actor", body.actor},
        {"at", pykala::to_string(body.at)},
        {"fields", value_object{{"count", static_cast<std::int64_t>(body.field_count)},
                                {"root", to_hex(body.fields_root)}}},
        {"kind", body.kind},
        {"law", hash_or_null(body.law)},
        {"of", body.of},
        {"on", pykala::to_string(body.on)},
        {"procedure", hash_or_null(body.procedure)},
        {"v", 1}};
}

result<std::string> write_body(const event_body& body) {
    for (const std::string* name : {&body.of, &body.kind, &body.actor})
        if (!is_vocabulary_name(*name))
            return fail(problem_kind::invalid, "field_name",
                        "the kind, stream kind or role of an event is no vocabulary name",
                        "lower-case letters, digits and `_`, at most 64");
    return canonical_json(body_json(body));
}

// Each event that is read or written passes here twice: so the parts are put together by hand.
std::string write_leaf(const stream_tag& stream, std::uint64_t seq, const digest& body_hash) {
    std::string out;
    out.reserve(160);
    out += R"({"body":")";
    append_hex(out, body_hash);
    out += R"(","seq":)";
    out += fmt::format_int(seq).c_str();
    out += R"(,"stream":")";
    append_hex(out, stream);
    out += R"(","v":1})";
    return out;
}

value closure_json(closure_kind kind, std::span<const closure_file> files) {
    value_array list;
    for (const closure_file& f : files)
        list.push_back(value_object{{"path", f.path}, {"sha256", to_hex(f.sha256)}});
    return value_object{{"files", std::move(list)},
                        {"kind", kind == closure_kind::procedure ? "procedure" : "law"},
                        {"v", 1}};
}

result<digest> closure_hash(sha256_function sha256, closure_kind kind,
                            std::span<const closure_file> files) {
    PYKALA_TRY(const std::string text, canonical_json(closure_json(kind, files)));
    return sha256({}, text);
}

}  // namespace pykala::log
