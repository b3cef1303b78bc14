// `pykala assess`: what the law says about records on a day, streamed person by person.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <unordered_set>

#include <fmt/format.h>

#include "engine/assess/batch.hpp"
#include "engine/base/nearest.hpp"

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/print.hpp"
#include "api/command_line/record_json.hpp"
#include "api/definitions/law.hpp"

namespace pykala::api {
namespace {

// LIMIT: records of one person (and of an input without persons), so that memory is bounded.
constexpr std::size_t records_of_person_max = 100'000;

struct assess_options {
    std::string tenant, on, records = "-", definitions;
};

// Takes records in the order of the input and answers each person when the next one begins.
class stream {
public:
    stream(const assessment_table& table, const pack& own) : table_(table), own_(own) {}

    result<void> take(const std::string& line, std::size_t number) {
        auto parsed = parse_record(line);
        if (parsed)
            if (auto known = check_rules(*parsed); !known)
                parsed = std::unexpected(std::move(known).error());
        if (!parsed) {
            auto wrong = std::move(parsed).error();
            wrong.detail = fmt::format("line {}: {}", number, wrong.detail);
            return std::unexpected(std::move(wrong));
        }
        if (ids_.empty() || parsed->person != person_) {
            answer();
            PYKALA_CHECK(begin(parsed->person, number));
        }
        if (ids_.size() == records_of_person_max)
            return fail(
                problem_kind::too_large, "too_many_records",
                fmt::format("line {}: one person has more than {} records", number,
                            records_of_person_max),
                "give each record its `person`, and keep the records of one person together");
        rows_.add(table_, *parsed);
        ids_.push_back(std::move(parsed->id));
        return {};
    }

    // Writes the answers of the person at hand.
    void answer() {
        if (ids_.empty()) return;
        answers_.assign(ids_.size(), {});
        assess_person(table_, rows_, 0, rows_.size(), answers_);
        for (std::size_t row = 0; row < ids_.size(); ++row) {
            const auto because = explain(table_, rows_, 0, rows_.size(), row, answers_);
            append_answer(out_, table_, ids_[row], answers_[row], because);
            if (out_.size() > 65'536) flush();
        }
        rows_.clear();
        ids_.clear();
    }

    void flush() {
        std::cout.write(out_.data(), static_cast<std::streamsize>(out_.size()));
        std::cout.flush();
        out_.clear();
    }

private:
    // A misspelt id must not look like a rule that nobody decided on. Rules without a version on
    // the day are known too: a case may have decided on one before.
    result<void> check_rules(const record& what) const {
        for (const auto* ids : {&what.lifted, &what.upheld})
            for (const auto& id : *ids) {
                const auto is_it = [&](const auto& each) { return each.second.id == id; };
                if (std::ranges::any_of(own_.house, is_it)) continue;
                std::vector<std::string_view> names;
                for (const auto& [name, each] : own_.house) names.push_back(each.id);
                return fail(problem_kind::invalid, "bad_record",
                            fmt::format("`{}` of `{}` is no house rule of `{}`", id,
                                        ids == &what.lifted ? "lifted" : "upheld", own_.id),
                            hint_for(id, names));
            }
        return {};
    }

    // Persons seen are remembered by a 64-bit hash: eight bytes each, not their ids.
    result<void> begin(const std::string& person, std::size_t number) {
        const bool anonymous_before = !seen_.empty() && person_.empty();
        if (!seen_.insert(std::hash<std::string>{}(person)).second || anonymous_before)
            return fail(
                problem_kind::invalid, "person_returns",
                fmt::format("line {}: the records of a person do not stand together", number),
                "sort the input by `person`, or leave `person` out of every record");
        person_ = person;
        return {};
    }

    const assessment_table& table_;
    const pack& own_;
    record_batch rows_;
    std::vector<std::string> ids_;
    std::vector<assessment> answers_;
    std::string person_, out_;
    std::unordered_set<std::size_t> seen_;
};

int run_assess(const assess_options& options) {
    const auto on = parse_date(options.on);
    if (!on)
        return print({problem_kind::invalid, "bad_day",
                      fmt::format("`{}` is not a day that exists", options.on),
                      "write --on like `2026-01-30`"});
    const auto law = load_law(options.definitions);
    if (!law) return print(law.error());
    const auto table = assessment_table::compile(*law, options.tenant, *on);
    if (!table) return print(table.error());
    stream answers(*table, *find(law->packs, options.tenant));
    result<void> taken;
    const bool read =
        for_each_line(options.records, [&](const std::string& line, std::size_t number) {
            if (line.find_first_not_of(" \t\r") == std::string::npos) return true;
            taken = answers.take(line, number);
            return taken.has_value();
        });
    // lines already answered stay; a person whose records are incomplete is not answered
    if (read) answers.answer();
    answers.flush();
    if (!taken) return print(taken.error());
    return read ? 0 : 1;
}

}  // namespace

void add_assess(const command_words& app, outcome& out) {
    auto options = std::make_shared<assess_options>();
    auto command = app.subcommand(
        "assess", "If erasure were asked for on a day: what happens to each record, and why?");
    command.example(
        "Example: pykala assess --tenant kuopio --on 2027-05-01 --records records.jsonl");
    command.option("--tenant", options->tenant, "id of a pack").required();
    command.option("--on", options->on, "the day, YYYY-MM-DD").required();
    command.option("--records", options->records, "JSON Lines, a file or - for standard input")
        .shows_default();
    command.option("--definitions", options->definitions, "folder of policies/ and workflows/");
    command.runs([options] { return run_assess(*options); }, out);
}

}  // namespace pykala::api
