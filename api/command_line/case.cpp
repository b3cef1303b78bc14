// `pykala case` and `pykala queue`: cases from the command line, by the routes that programs use.
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include <fmt/format.h>

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/instance_command.hpp"
#include "api/command_line/print.hpp"
#include "storage/json/read_json.hpp"
#include "storage/sealing/session_seal.hpp"

namespace pykala::api {
namespace {

struct case_flags {
    instance_flags of;
    std::string number, part, input = "-", key, format = "table";
    std::string state, right, due_before, assignee, sort, cursor;
    int limit = 50;
    std::string reason;
    bool rebuild = false, quarantined = false;
};

std::string text_of(const value& from) {
    const auto* text = from.as_string();
    return text ? *text : std::string("-");
}

// Parameters that were given, for the query.
std::string query_of(const case_flags& flags) {
    std::string query = fmt::format("limit={}", flags.limit);
    for (const auto& [name, text] : {std::pair{"state", flags.state},
                                     {"right", flags.right},
                                     {"due_before", flags.due_before},
                                     {"assignee", flags.assignee},
                                     {"sort", flags.sort},
                                     {"cursor", flags.cursor}})
        if (!text.empty()) query += fmt::format("&{}={}", name, http::encoded(text));
    return query;
}

int run_list_quarantine(const case_flags& flags) {
    const auto said = ask_instance(flags.of, {.path = "/api/v1/quarantine"});
    if (!said) return print(said.error());
    if (flags.format == "json") {
        std::cout << said->body << '\n';
        return 0;
    }
    const auto read = storage::read_json(said->body);
    if (!read) return print(read.error());
    fmt::print("{:<16} {:<24} {}\n", "case", "since", "why");
    if (const auto* rows = (*read)["cases"].as_array())
        for (const auto& row : *rows)
            fmt::print("{:<16} {:<24} {}\n", text_of(row["id"]), text_of(row["since"]),
                       text_of(row["why"]));
    return 0;
}

int run_release(const case_flags& flags) {
    const auto key = flags.key.empty() ? storage::new_bearer_secret() : flags.key;
    const auto said = ask_instance(flags.of, {.method = "POST",
                                              .path = fmt::format("/api/v1/quarantine/{}/release",
                                                                  http::encoded(flags.number)),
                                              .body = {{"reason", flags.reason}},
                                              .headers = {{"Idempotency-Key", key}}});
    if (!said) return print(said.error());
    std::cout << said->body << '\n';
    return 0;
}

int run_list(const case_flags& flags) {
    if (flags.quarantined) return run_list_quarantine(flags);
    const auto said = ask_instance(flags.of, {.path = "/api/v1/cases", .query = query_of(flags)});
    if (!said) return print(said.error());
    if (flags.format == "json") {
        std::cout << said->body << '\n';
        return 0;
    }
    const auto read = storage::read_json(said->body);
    if (!read) return print(read.error());
    fmt::print("{:<16} {:<14} {:<17} {:<11} {:<11} {:<11} {}\n", "case", "right", "state",
               "received", "due", "act by", "assignee");
    if (const auto* rows = (*read)["cases"].as_array())
        for (const auto& row : *rows)
            fmt::print("{:<16} {:<14} {:<17} {:<11} {:<11} {:<11} {}\n", text_of(row["id"]),
                       text_of(row["right"]), text_of(row["state"]), text_of(row["received_on"]),
                       text_of(row["due_on"]), text_of(row["act_by"]), text_of(row["assignee"]));
    if (const auto* next = (*read)["next"].as_string())
        fmt::print(stderr, "more: --cursor {}\n", *next);
    return 0;
}

int run_show(const case_flags& flags) {
    auto path = "/api/v1/cases/" + http::encoded(flags.number);
    if (flags.part != "case") path += "/" + flags.part;
    const auto said = ask_instance(flags.of, {.path = std::move(path)});
    if (!said) return print(said.error());
    std::cout << said->body << '\n';
    return 0;
}

result<value_object> read_request(const std::string& file) {
    std::ifstream opened;
    if (file != "-") opened.open(file, std::ios::binary);
    std::istream& in = file == "-" ? std::cin : opened;
    if (!in)
        return fail(problem_kind::not_found, "unreadable_file",
                    fmt::format("the file `{}` cannot be opened", file),
                    "name a file that exists, or - for standard input");
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    PYKALA_TRY(const auto read, storage::read_json(text));
    if (const auto* members = read.as_object()) return *members;
    return fail(problem_kind::invalid, "bad_body", "a JSON object is expected",
                "engine/case/README.md lists the inputs of a request");
}

int run_file(const case_flags& flags) {
    auto request = read_request(flags.input);
    if (!request) return print(request.error());
    const auto key = flags.key.empty() ? storage::new_bearer_secret() : flags.key;
    const auto said = ask_instance(flags.of, {.method = "POST",
                                              .path = "/api/v1/cases",
                                              .body = *std::move(request),
                                              .headers = {{"Idempotency-Key", key}}});
    if (!said) return print(said.error());
    std::cout << said->body << '\n';
    return 0;
}

int run_queue(const case_flags& flags) {
    const auto said =
        flags.rebuild ? ask_instance(flags.of, {.method = "POST", .path = "/local/queue/rebuild"})
                      : ask_instance(flags.of, {.path = "/local/queue"});
    if (!said) return print(said.error());
    std::cout << said->body << '\n';
    const auto read = storage::read_json(said->body);
    const auto* findings = read ? (*read)["findings"].as_array() : nullptr;
    return findings && !findings->empty() ? 1 : 0;
}

void add_list(const command_words& group, const std::shared_ptr<case_flags>& flags, outcome& out) {
    auto list = group.subcommand("list", "the queue, the most urgent first");
    add_instance_flags(list, flags->of, true);
    list.option("--state", flags->state, "only cases in this state");
    list.option("--right", flags->right, "only requests of this right");
    list.option("--due-before", flags->due_before, "only cases due before this day");
    list.option("--assignee", flags->assignee, "only cases of this user");
    list.option("--sort", flags->sort, "due_on, received_on or id; - before it: last first");
    list.option("--limit", flags->limit, "1 to 500").shows_default();
    list.option("--cursor", flags->cursor, "of the page before");
    list.flag("--quarantined", flags->quarantined,
              "instead: cases that stand still because something broke, since when and why");
    list.option("--format", flags->format, "table or json")
        .one_of({"table", "json"})
        .shows_default();
    list.example("Example: pykala case list --tenant kuopio --user anna.virtanen --state received");
    list.runs([flags] { return run_list(*flags); }, out);
}

void add_release(const command_words& group, const std::shared_ptr<case_flags>& flags,
                 outcome& out) {
    auto release = group.subcommand(
        "release", "lets a case in quarantine go on, if it is now what its events say");
    add_instance_flags(release, flags->of, true);
    release.option("NUMBER", flags->number, "of the case").required();
    release
        .option("--reason", flags->reason,
                "what was found and mended; auditors read it, so no personal data")
        .required();
    release.option("--key", flags->key, "the same key again changes nothing more");
    release.example(
        "Example: pykala case release KUO-2026-000123 --tenant kuopio --user anna.virtanen "
        "--reason 'definitions of 2 November restored'");
    release.runs([flags] { return run_release(*flags); }, out);
}

}  // namespace

void add_case(const command_words& app, outcome& out) {
    auto group = app.subcommand("case", "cases: list, show, file and release them");
    group.needs_subcommand();
    auto flags = std::make_shared<case_flags>();
    flags->part = "case";
    add_list(group, flags, out);

    auto show = group.subcommand("show", "one case as JSON; that you looked is noted");
    add_instance_flags(show, flags->of, true);
    show.option("NUMBER", flags->number, "of the case").required();
    show.option("--part", flags->part, "case, events or records")
        .one_of({"case", "events", "records"})
        .shows_default();
    show.example("Example: pykala case show KUO-2026-000123 --tenant kuopio --user anna.virtanen");
    show.runs([flags] { return run_show(*flags); }, out);

    add_release(group, flags, out);

    auto file = group.subcommand(
        "file", "enters a request that came by letter, phone, e-mail or visit, read as JSON");
    add_instance_flags(file, flags->of, true);
    file.option("--input", flags->input,
                "a file, - is standard input: personal data never stands on a command line")
        .shows_default();
    file.option("--key", flags->key,
                "the same key again gives the same case; without it one is drawn");
    file.example(
        "Example: pykala case file --tenant kuopio --user anna.virtanen --input letter.json\n"
        R"(letter.json: {"right":"access","channel":"letter","language":"fi",)"
        "\n"
        R"(              "received_on":"2026-11-20","subject":{"customer_number":"…"}})");
    file.runs([flags] { return run_file(*flags); }, out);
}

void add_queue(const command_words& app, outcome& out) {
    auto group = app.subcommand("queue", "the queue, which is made from the events");
    group.needs_subcommand();
    auto flags = std::make_shared<case_flags>();
    auto check = group.subcommand("check", "whether the queue is what the events say");
    add_instance_flags(check, flags->of, false);
    check.flag("--rebuild", flags->rebuild, "writes anew what differs; only while no server runs");
    check.example("Example: pykala queue check --tenant kuopio");
    check.runs([flags] { return run_queue(*flags); }, out);
}

}  // namespace pykala::api
