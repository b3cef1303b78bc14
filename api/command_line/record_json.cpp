#include "api/command_line/record_json.hpp"

#include <iterator>

#include <fmt/format.h>

#include <boost/json.hpp>

namespace pykala::api {
namespace {

namespace json = boost::json;

auto refuse(std::string detail, std::string hint = {}) {
    return fail(problem_kind::invalid, "bad_record", std::move(detail), std::move(hint));
}

result<std::optional<date>> read_day(std::string_view key, const json::value& value) {
    if (value.is_null()) return std::optional<date>{};
    if (value.is_string()) {
        const auto& text = value.get_string();
        if (const auto day = parse_date({text.data(), text.size()})) return day;
    }
    return refuse(fmt::format("`{}` is not a day that exists", key), "write it like `2026-01-30`");
}

result<std::string> read_text(std::string_view key, const json::value& value) {
    if (value.is_string()) return std::string(value.get_string());
    return refuse(fmt::format("`{}` is not a text", key));
}

template <named_enum E>
result<E> read_name(std::string_view key, const json::value& value) {
    if (value.is_string())
        if (const auto named = from_name<E>(std::string_view(value.get_string()))) return *named;
    return refuse(fmt::format("`{}` is none of {}", key, fmt::join(all_names<E>(), ", ")));
}

result<std::vector<std::string>> read_texts(std::string_view key, const json::value& value) {
    std::vector<std::string> texts;
    const auto* list = value.if_array();
    if (!list) return refuse(fmt::format("`{}` is not a list", key));
    for (const auto& item : *list) {
        PYKALA_TRY(auto text, read_text(key, item));
        texts.push_back(std::move(text));
    }
    return texts;
}

result<void> read_dates(record& into, const json::value& value) {
    const auto* object = value.if_object();
    if (!object) return refuse("`dates` is not an object");
    for (const auto& [key, day] : *object) {
        PYKALA_TRY(const auto parsed, read_day(key, day));
        if (key == "event")
            into.event = parsed;
        else if (key == "contract_end")
            into.contract_end = parsed;
        else if (key == "role_end")
            into.role_end = parsed;
        else if (key == "accounting_period_end")
            into.accounting_period_end = parsed;
        else
            return refuse(fmt::format("`dates.{}` is not a date of a record", std::string(key)),
                          "dates are event, contract_end, role_end, accounting_period_end");
    }
    return {};
}

result<void> read_holds(record& into, const json::value& value) {
    const auto* list = value.if_array();
    if (!list) return refuse("`holds` is not a list");
    for (const auto& item : *list) {
        const auto* object = item.if_object();
        if (!object)
            return refuse("a hold is not an object", R"(write {"reason":"…","until":null})");
        legal_hold hold;
        for (const auto& [key, part] : *object) {
            if (key == "reason") {
                PYKALA_TRY(hold.reason, read_text(key, part));
            } else if (key == "until") {
                PYKALA_TRY(hold.until, read_day(key, part));
            } else {
                return refuse(fmt::format("`holds.{}` is not a key", std::string(key)));
            }
        }
        into.holds.push_back(std::move(hold));
    }
    return {};
}

// What an optional key may also be written as: null, as if it were not there.
bool is_absent(std::string_view key, const json::value& value) {
    return value.is_null() && key != "id" && key != "category";
}

result<void> read_key(record& into, std::string_view key, const json::value& value) {
    if (is_absent(key, value)) return {};
    if (key == "id") {
        PYKALA_TRY(into.id, read_text(key, value));
    } else if (key == "person") {
        PYKALA_TRY(into.person, read_text(key, value));
    } else if (key == "category") {
        PYKALA_TRY(into.category, read_text(key, value));
    } else if (key == "commodity") {
        PYKALA_TRY(into.commodity, read_name<commodity>(key, value));
    } else if (key == "dates") {
        PYKALA_CHECK(read_dates(into, value));
    } else if (key == "contract") {
        PYKALA_TRY(into.contract, read_name<contract_state>(key, value));
    } else if (key == "balance") {
        PYKALA_TRY(into.balance, read_name<balance_state>(key, value));
    } else if (key == "holds") {
        PYKALA_CHECK(read_holds(into, value));
    } else if (key == "defeated_by") {
        PYKALA_TRY(into.defeated_by, read_name<defeat>(key, value));
    } else if (key == "lifted") {
        PYKALA_TRY(into.lifted, read_texts(key, value));
    } else if (key == "upheld") {
        PYKALA_TRY(into.upheld, read_texts(key, value));
    } else {
        return refuse(fmt::format("`{}` is not a field of a record", key));
    }
    return {};
}

using sink = std::back_insert_iterator<std::string>;

void append_day(std::string& out, compact_day day) {
    if (day == no_day) {
        out += "null";
        return;
    }
    const std::chrono::year_month_day ymd{date{std::chrono::days{day}}};
    fmt::format_to(sink(out), "\"{:04}-{:02}-{:02}\"", int(ymd.year()), unsigned(ymd.month()),
                   unsigned(ymd.day()));
}

void append_text(std::string& out, std::string_view text) {
    out += json::serialize(json::string_view(text.data(), text.size()));
}

void append_rule(std::string& out, const table_rule& rule) {
    out += "{\"rule\":";
    append_text(out, rule.id);
    out += ",\"authority\":\"";
    out += name_of(rule.by);
    out += "\",\"cite\":";
    append_text(out, rule.cite);
}

void append_because(std::string& out, const assessment_table& table,
                    std::span<const applied_rule> because) {
    out += ",\"because\":[";
    for (std::size_t i = 0; i < because.size(); ++i) {
        if (i > 0) out += ',';
        append_rule(out, table.rules()[because[i].rule]);
        out += ",\"start_on\":";
        append_day(out, because[i].start_on);
        out += ",\"until\":";
        append_day(out, because[i].until);
        fmt::format_to(sink(out), ",\"grade\":\"{}\"}}", name_of(because[i].grade));
    }
    out += ']';
}

// Members of all objects inside.
std::size_t members_of(const json::value& value) {
    std::size_t count = 0;
    if (const auto* object = value.if_object())
        for (const auto& [key, part] : *object) count += 1 + members_of(part);
    if (const auto* list = value.if_array())
        for (const auto& part : *list) count += members_of(part);
    return count;
}

// Members that the line writes: in valid JSON each has its colon, and other colons stand in texts.
std::size_t members_written(std::string_view line) {
    std::size_t count = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"') in_text = !in_text;
        if (in_text && line[i] == '\\') ++i;
        if (!in_text && line[i] == ':') ++count;
    }
    return count;
}

}  // namespace

result<record> parse_record(std::string_view line) {
    json::error_code error;
    // LIMIT: a record is small and flat; depth bounds what a hostile line may cost.
    json::parse_options limits;
    limits.max_depth = 8;
    unsigned char buffer[4096];
    json::monotonic_resource memory(buffer);
    const auto parsed = json::parse({line.data(), line.size()}, error, &memory, limits);
    if (error) return refuse(fmt::format("the line is not JSON: {}", error.message()));
    const auto* object = parsed.if_object();
    if (!object) return refuse("the line is not a JSON object");
    // the parser keeps the last of two: which of them was meant, nobody can tell
    if (members_written(line) != members_of(parsed))
        return refuse("a key stands twice in one object", "write each key once");
    record made;
    for (const auto& [key, value] : *object)
        PYKALA_CHECK(read_key(made, {key.data(), key.size()}, value));
    if (made.category.empty()) return refuse("`category` is missing");
    if (made.id.empty()) return refuse("`id` is missing");
    return made;
}

void append_answer(std::string& out, const assessment_table& table, std::string_view id,
                   const assessment& answer, std::span<const applied_rule> because) {
    const auto named = [&](std::string_view key, std::string_view value) {
        fmt::format_to(sink(out), ",\"{}\":\"{}\"", key, value);
    };
    const auto dated = [&](std::string_view key, compact_day day) {
        fmt::format_to(sink(out), ",\"{}\":", key);
        append_day(out, day);
    };
    out += "{\"id\":";
    append_text(out, id);
    named("outcome", name_of(answer.outcome));
    named("action", name_of(answer.action));
    named("hold", name_of(answer.hold));
    dated("statutory_until", answer.statutory_until);
    dated("retain_until", answer.retain_until);
    dated("erase_on", answer.erase_on);
    dated("erase_by", answer.erase_by);
    fmt::format_to(sink(out), ",\"liftable\":{},\"confirm\":{}", answer.liftable, answer.confirm);
    out += ",\"governing\":";
    if (answer.governing == no_rule) {
        out += "null";
    } else {
        append_rule(out, table.rules()[answer.governing]);
        auto sure = table.rules()[answer.governing].grade;
        for (const auto& each : because)
            if (each.rule == answer.governing) sure = each.grade;
        fmt::format_to(sink(out), ",\"grade\":\"{}\"}}", name_of(sure));
    }
    append_because(out, table, because);
    out += ",\"missing\":[";
    bool first = true;
    for (const auto& [key, name] : names_of<missing_key>) {
        if (!(answer.missing & key)) continue;
        fmt::format_to(sink(out), "{}\"{}\"", first ? "" : ",", name);
        first = false;
    }
    out += "],\"reason\":";
    if (answer.reason == review_reason::none)
        out += "null";
    else
        fmt::format_to(sink(out), "\"{}\"", name_of(answer.reason));
    out += "}\n";
}

}  // namespace pykala::api
