// `pykala workflow migrate`: moves open cases to the newest workflow and deadline rules, or says
// what would move.
#include "api/command_line/workflow_migrate.hpp"

#include <iostream>
#include <memory>

#include <fmt/format.h>

#include "engine/base/names.hpp"
#include "engine/log/canonical_json.hpp"
#include "engine/policy/vocabulary.hpp"

#include "api/command_line/grammar.hpp"
#include "api/command_line/instance_command.hpp"
#include "api/command_line/print.hpp"
#include "storage/json/read_json.hpp"

namespace pykala::api {
namespace {

struct migrate_flags {
    instance_flags of;
    std::vector<std::string> numbers, states, facts, timers, steps;
    std::string right, reason;
    bool all = false, dry_run = false;
};

// `OLD=NEW`, each.
result<value_object> pairs_of(const std::vector<std::string>& given, const std::string& flag) {
    value_object pairs;
    for (const auto& each : given) {
        const auto mark = each.find('=');
        if (mark == std::string::npos || mark == 0)
            return fail(problem_kind::invalid, "bad_name",
                        fmt::format("`{}` of {} is not OLD=NEW", each, flag),
                        "the old name, `=`, and the name in the newer workflow");
        pairs.insert_or_assign(each.substr(0, mark), each.substr(mark + 1));
    }
    return pairs;
}

result<value_object> body_of(const migrate_flags& flags) {
    value_object names, body{{"reason", flags.reason}, {"dry_run", flags.dry_run}};
    const std::pair<const char*, const std::vector<std::string>*> rooms[] = {
        {"states", &flags.states},
        {"facts", &flags.facts},
        {"timers", &flags.timers},
        {"transitions", &flags.steps}};
    for (const auto& [room, given] : rooms) {
        PYKALA_TRY(auto pairs, pairs_of(*given, room));
        if (!pairs.empty()) names.emplace(room, std::move(pairs));
    }
    if (!names.empty()) body.emplace("names", std::move(names));
    if (!flags.right.empty()) body.emplace("right", flags.right);
    value_array numbers;
    for (const auto& each : flags.numbers) numbers.emplace_back(each);
    if (!numbers.empty()) body.emplace("cases", std::move(numbers));
    return body;
}

// A case on a line; what was refused is told to people too.
bool print_page(const value& said) {
    if (const auto* moved = said["moved"].as_array())
        for (const auto& each : *moved)
            if (const auto line = canonical_json(each)) std::cout << *line << '\n';
    const auto* refused = said["refused"].as_array();
    if (!refused || refused->empty()) return true;
    const auto text = [](const value& v) { return v.as_string() ? *v.as_string() : ""; };
    for (const auto& each : *refused)
        fmt::print(stderr, "{}: {}: {}\n  hint: {}\n", text(each["id"]), text(each["code"]),
                   text(each["detail"]), text(each["hint"]));
    return false;
}

int run_migrate(const migrate_flags& flags) {
    const int ways = (flags.numbers.empty() ? 0 : 1) + (flags.right.empty() ? 0 : 1) + flags.all;
    if (ways != 1)
        return print({problem_kind::invalid, "missing_input", "which cases is not said",
                      "numbers of cases, or --right RIGHT, or --all"});
    auto body = body_of(flags);
    if (!body) return print(body.error());
    bool all_moved = true;
    for (;;) {
        const auto said =
            ask_instance(flags.of, {.method = "POST", .path = "/local/migrations", .body = *body});
        if (!said) return print(said.error());
        const auto read = storage::read_json(said->body);
        if (!read) return print(read.error());
        all_moved = print_page(*read) && all_moved;
        const auto* next = (*read)["next"].as_string();
        if (!next) return all_moved ? 0 : 1;
        body->insert_or_assign("cursor", *next);
    }
}

}  // namespace

void add_workflow_migrate(const command_words& group, outcome& out) {
    auto flags = std::make_shared<migrate_flags>();
    auto migrate = group.subcommand(
        "migrate", "Moves open cases to the newest workflow and deadline rules; nothing else does");
    add_instance_flags(migrate, flags->of, true);
    migrate.option("NUMBER", flags->numbers, "cases");
    const auto names = all_names<right>();
    migrate.option("--right", flags->right, "all open cases of this right")
        .one_of(std::vector<std::string>(names.begin(), names.end()));
    migrate.flag("--all", flags->all, "all open cases");
    migrate.option("--reason", flags->reason, "why; stays in the history, names no person")
        .required();
    migrate.flag("--dry-run", flags->dry_run,
                 "only says what would move, and which days would change");
    migrate.option("--state", flags->states, "OLD=NEW: a state is called NEW in the newer workflow")
        .one_each();
    migrate.option("--fact", flags->facts, "OLD=NEW: so is a fact; OLD= ends it").one_each();
    migrate.option("--timer", flags->timers, "OLD=NEW: so is a timer; OLD= ends it").one_each();
    migrate.option("--step", flags->steps, "OLD=NEW: so is a step that the case has taken")
        .one_each();
    migrate.example(
        "Example: pykala workflow migrate KUO-2026-000123 --tenant kuopio --user anna.virtanen "
        "--reason \"a letter of the older one is missing\" --dry-run\n"
        "A running server knows the workflow files with which it was started.");
    migrate.runs([flags] { return run_migrate(*flags); }, out);
}

}  // namespace pykala::api
