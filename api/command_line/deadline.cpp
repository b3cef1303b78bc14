// `pykala deadline` and `pykala calendar`: the arithmetic of time limits, by hand or by the
// thousand.
#include <iostream>
#include <optional>

#include <fmt/format.h>

#include <boost/json.hpp>

#include "engine/policy/time_rules.hpp"

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/print.hpp"
#include "api/definitions/law.hpp"
#include "api/time/local_day.hpp"

namespace pykala::api {
namespace {

namespace json = boost::json;

struct deadline_options {
    std::string received, tenant, tolling, definitions, batch;
    std::vector<std::string> pauses;
};

struct question {
    std::string received, tenant, tolling;
    std::vector<std::string> pauses;
};

result<pause> parse_pause(std::string_view text) {
    const auto slash = text.find('/');
    if (slash != std::string_view::npos) {
        const auto from = parse_date(text.substr(0, slash));
        const auto to = parse_date(text.substr(slash + 1));
        if (from && to) return pause{*from, *to};
    }
    return fail(problem_kind::invalid, "bad_pause", fmt::format("`{}` is not a pause", text),
                "write FROM/TO, two dates like `2026-02-03/2026-02-10`");
}

result<deadlines> answer(const policy_set& law, const question& asked) {
    PYKALA_TRY(const auto received, parse_day_or_instant(asked.received));
    std::vector<pause> pauses;
    for (const auto& text : asked.pauses) {
        PYKALA_TRY(const auto each, parse_pause(text));
        pauses.push_back(each);
    }
    PYKALA_TRY(const auto rules, time_rules_on(law, asked.tenant, received));
    auto reading = rules.reading;
    if (!asked.tolling.empty()) {
        const auto named = from_name<tolling>(asked.tolling);
        if (!named)
            return fail(problem_kind::invalid, "bad_tolling",
                        fmt::format("`{}` is no way to read pauses", asked.tolling),
                        "write `none` or `edpb`");
        reading = *named;
    }
    return compute_deadlines(rules.days, rules.deadlines, received, pauses, reading);
}

json::object to_json(const deadlines& d) {
    return {{"received_on", to_string(d.received_on)},
            {"promise_on", to_string(d.promise_on)},
            {"statutory_on", to_string(d.statutory_on)},
            {"due_on", to_string(d.due_on)},
            {"act_by", to_string(d.act_by)},
            {"extension_notice_on", to_string(d.extension_notice_on)},
            {"extended_on", to_string(d.extended_on)},
            {"tolled_promise_on", to_string(d.tolled_promise_on)},
            {"tolled_statutory_on", to_string(d.tolled_statutory_on)},
            {"tolled_due_on", to_string(d.tolled_due_on)}};
}

result<question> parse_question(const std::string& line) {
    const auto refuse = [](std::string detail) {
        return fail(problem_kind::invalid, "bad_line", std::move(detail),
                    R"(write {"received":"2026-01-30","pauses":["2026-02-03/2026-02-10"]})");
    };
    json::error_code error;
    const auto parsed = json::parse(line, error);
    const auto* object = error ? nullptr : parsed.if_object();
    if (!object) return refuse("the line is not a JSON object");
    question asked;
    for (const auto& [key, value] : *object) {
        if (key == "pauses") {
            if (!value.is_array()) return refuse("`pauses` is not a list");
            for (const auto& item : value.get_array()) {
                if (!item.is_string()) return refuse("a pause is not a text");
                asked.pauses.emplace_back(item.get_string());
            }
            continue;
        }
        if (!value.is_string()) return refuse(fmt::format("`{}` is not a text", std::string(key)));
        const std::string text{value.get_string()};
        if (key == "received")
            asked.received = text;
        else if (key == "tenant")
            asked.tenant = text;
        else if (key == "tolling")
            asked.tolling = text;
        else
            return refuse(fmt::format("`{}` is not a key", std::string(key)));
    }
    return asked;
}

// One line in, one line out; a refused line answers with its problem and does not stop the others.
int run_batch(const policy_set& law, const deadline_options& options) {
    bool refused = false;
    const auto answer_line = [&](const std::string& line) -> json::object {
        auto asked = parse_question(line);
        if (asked && asked->tenant.empty()) asked->tenant = options.tenant;
        if (asked && asked->tolling.empty()) asked->tolling = options.tolling;
        const auto d = asked ? answer(law, *asked)
                             : result<deadlines>(std::unexpected(std::move(asked).error()));
        if (d) return to_json(*d);
        refused = true;
        return {{"error", {{"code", d.error().code}, {"detail", d.error().detail}}}};
    };
    return for_each_line(options.batch,
                         [&](const std::string& line, std::size_t) {
                             std::cout << json::serialize(answer_line(line)) << '\n';
                             return true;
                         }) &&
                   !refused
               ? 0
               : 1;
}

int run_deadline(const deadline_options& options) {
    if (options.received.empty() && options.batch.empty()) {
        std::cerr << "--received is required\n    hint: name a day, or many of them with --batch\n";
        return 2;
    }
    const auto law = load_law(options.definitions);
    if (!law) return print(law.error());
    if (!options.batch.empty()) return run_batch(*law, options);
    const auto d =
        answer(*law, {options.received, options.tenant, options.tolling, options.pauses});
    if (!d) return print(d.error());
    std::cout << json::serialize(to_json(*d)) << '\n';
    return 0;
}

struct calendar_options {
    std::string id = "fi", definitions;
    int from = 0, to = 0;
};

int run_calendar(const calendar_options& options) {
    const auto law = load_law(options.definitions);
    if (!law) return print(law.error());
    const auto* data = find(law->calendars, options.id);
    if (!data)
        return print(problem{problem_kind::not_found, "unknown_calendar",
                             fmt::format("no calendar is called `{}`", options.id),
                             "calendars are the files of policies/calendars/"});
    const calendar days{*data};
    json::object years;
    for (int year = options.from; year <= options.to; ++year) {
        json::array listed;
        for (const auto day : days.holidays(year)) listed.emplace_back(to_string(day));
        years.emplace(std::to_string(year), std::move(listed));
    }
    std::cout << json::serialize(years) << '\n';
    return 0;
}

}  // namespace

void add_deadline(const command_words& app, outcome& out) {
    auto options = std::make_shared<deadline_options>();
    auto command = app.subcommand("deadline", "When must a request be answered?");
    command.example("Example: pykala deadline --received 2026-01-30 --pause 2026-02-03/2026-02-10");
    auto received = command.option("--received", options->received,
                                   "day of arrival, or an instant with offset");
    command.option("--tenant", options->tenant, "whose promise and calendar");
    command.option("--pause", options->pauses, "FROM/TO: days in which the clock stood still")
        .one_each();
    command.option("--tolling", options->tolling, "whether pauses move the due day")
        .one_of({"none", "edpb"});
    auto batch = command.option("--batch", options->batch,
                                "JSON Lines from a file or - instead of --received");
    batch.excludes(received);
    command.option("--definitions", options->definitions, "folder of policies/ and workflows/");
    command.runs([options] { return run_deadline(*options); }, out);
}

void add_calendar(const command_words& app, outcome& out) {
    auto options = std::make_shared<calendar_options>();
    auto command = app.subcommand("calendar", "The holidays that a calendar counts, by year");
    command.example("Example: pykala calendar --from 2026 --to 2028");
    command.option("--calendar", options->id, "id of a calendar").shows_default();
    command.option("--from", options->from, "first year").required().between(1900, 2900);
    command.option("--to", options->to, "last year").required().between(1900, 2900);
    command.option("--definitions", options->definitions, "folder of policies/ and workflows/");
    command.runs([options] { return run_calendar(*options); }, out);
}

}  // namespace pykala::api
