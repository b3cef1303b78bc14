#include "api/answers/evidence.hpp"

#include "engine/base/encoding.hpp"
#include "engine/case/values.hpp"
#include "engine/log/canonical_json.hpp"

#include "storage/json/read_json.hpp"

namespace pykala::api {
namespace {

using cases::flag_of;
using cases::objects_of;
using cases::text_of;

constexpr std::int64_t version = 1;

value text3_value(const text3& text) {
    return value_object{{"fi", text.fi}, {"sv", text.sv}, {"en", text.en}};
}

text3 text3_of(const value& from) {
    return {text_of(from["fi"]), text_of(from["sv"]), text_of(from["en"])};
}

value field_value(const register_field& f) {
    return value_object{{"column", f.column},      {"label", text3_value(f.label)},
                        {"form", name_of(f.form)}, {"text", f.null ? value() : value(f.text)},
                        {"media", f.media},        {"concealed", f.concealed}};
}

register_field field_of(const value_object& from) {
    register_field f;
    f.column = text_of(from, "column");
    f.label = text3_of(cases::member(from, "label"));
    f.form = from_name<field_form>(text_of(from, "form")).value_or(field_form::text);
    f.null = cases::member(from, "text").is_null();
    f.text = text_of(from, "text");
    f.media = flag_of(from, "media");
    f.concealed = flag_of(from, "concealed");
    return f;
}

value record_value(const answer_record& r) {
    const auto& facts = r.held.facts;
    value_object out{{"id", facts.id}, {"category", facts.category}};
    if (facts.commodity) out.emplace("commodity", name_of(*facts.commodity));
    value_array fields, values, media;
    for (const auto& each : r.held.fields) fields.push_back(field_value(each));
    for (const auto each : r.values) values.emplace_back(each);
    for (const auto& each : r.media)
        media.emplace_back(
            value_object{{"column", each.column}, {"bytes", to_base64(as_bytes(each.bytes))}});
    out.emplace("fields", std::move(fields));
    out.emplace("media", std::move(media));
    if (const auto& s = r.held.series)
        out.emplace("series", value_object{{"point", s->point},
                                           {"month", s->month},
                                           {"step", s->step},
                                           {"unit", s->unit},
                                           {"digest", s->digest},
                                           {"values", std::move(values)}});
    return out;
}

auto malformed() {
    return fail(problem_kind::corrupt, "evidence_malformed",
                "a sealed copy is not what was written", "restore it");
}

result<answer_record> record_of(const value_object& from) {
    answer_record r;
    auto& facts = r.held.facts;
    facts.id = text_of(from, "id");
    facts.category = text_of(from, "category");
    facts.commodity = from_name<commodity>(text_of(from, "commodity"));
    if (facts.id.empty() || facts.category.empty()) return malformed();
    for (const auto& each : objects_of(cases::member(from, "fields")))
        r.held.fields.push_back(field_of(each));
    for (const auto& each : objects_of(cases::member(from, "media"))) {
        auto bytes = from_base64(text_of(each, "bytes"));
        if (!bytes) return malformed();
        r.media.push_back({text_of(each, "column"), {}, *std::move(bytes)});
    }
    const auto& series = cases::member(from, "series");
    const auto* values = series["values"].as_array();
    if (!values) return r;
    for (const auto& each : *values) {
        const auto* number = each.as_integer();
        if (!number) return malformed();
        r.values.push_back(*number);
    }
    r.held.series = series_facts{text_of(series["point"]),
                                 text_of(series["month"]),
                                 text_of(series["step"]),
                                 text_of(series["unit"]),
                                 static_cast<std::int64_t>(r.values.size()),
                                 text_of(series["digest"])};
    return r;
}

}  // namespace

result<std::string> write_evidence(const evidence_copy& copy) {
    value_array records;
    for (const auto& each : copy.records) records.push_back(record_value(each));
    const auto where = copy.records.empty() ? text3() : copy.records.front().where;
    return canonical_json(value_object{{"v", version},
                                       {"register", copy.reg},
                                       {"title", text3_value(where)},
                                       {"records", std::move(records)}});
}

result<evidence_copy> read_evidence(std::string_view text) {
    PYKALA_TRY(const auto whole, storage::read_json(text));
    if (whole["v"] != value(version)) return malformed();
    evidence_copy copy;
    copy.reg = text_of(whole["register"]);
    const auto where = text3_of(whole["title"]);
    for (const auto& each : objects_of(whole["records"])) {
        PYKALA_TRY(auto record, record_of(each));
        record.reg = copy.reg;
        record.where = where;
        copy.records.push_back(std::move(record));
    }
    return copy;
}

}  // namespace pykala::api
