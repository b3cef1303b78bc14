#include "storage/registers/http/http_register.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/registers/http/answer_reader.hpp"
#include "storage/registers/http/opendsr_peer.hpp"
#include "storage/registers/judgement.hpp"

namespace pykala::storage {

namespace {

using namespace registers;
using std::chrono::steady_clock;

// A question that the register has taken and not answered; asked on rather than anew, for a day.
class open_questions {
public:
    std::optional<std::string> take(const std::string& digest) {
        const std::scoped_lock lock(mutex_);
        std::erase_if(by_digest_, [](const auto& one) {
            return steady_clock::now() - one.second.since > std::chrono::hours(24);
        });
        const auto found = by_digest_.find(digest);
        if (found == by_digest_.end()) return std::nullopt;
        return by_digest_.extract(found).mapped().id;
    }
    void keep(const std::string& digest, std::string id) {
        const std::scoped_lock lock(mutex_);
        by_digest_.insert_or_assign(digest, entry{std::move(id), steady_clock::now()});
    }

private:
    struct entry {
        std::string id;
        steady_clock::time_point since;
    };
    std::mutex mutex_;
    std::map<std::string, entry> by_digest_;
};

bool is_well(const std::vector<change_result>& results) {
    return std::ranges::none_of(results, [](const auto& r) {
        return r.status == change_status::failed || r.status == change_status::conflict;
    });
}

class http_register final : public register_port {
public:
    http_register(http_register_options options, signing_certificate pinned)
        : options_(std::move(options)), peer_(options_, std::move(pinned)) {}

    const std::string& id() const override { return options_.id; }
    const text3& title() const override { return options_.title; }
    const std::vector<std::string>& finds_by() const override { return options_.finds_by; }
    bool keeps_bans() const override { return options_.keeps_bans; }

    result<found_person> find(const person_keys& known) override;
    result<register_answer> read(const found_person& person, date on) override;
    result<std::vector<register_record>> read_facts(const found_person& person, date on) override {
        PYKALA_TRY(auto answer, read(person, on));
        for (auto& one : answer.records) one.fields.clear();
        return std::move(answer.records);
    }
    result<std::vector<found_person>> people_after(const std::optional<std::string>&,
                                                   std::size_t) override {
        return fail(problem_kind::refused, "register_lists_nobody",
                    fmt::format("register `{}` gives no list of its people", options_.id));
    }
    result<register_probe> probe(date on) override;
    result<std::vector<std::int64_t>> series_values(const std::string& record) override;
    result<std::vector<std::uint8_t>> media(const std::string& record,
                                            const std::string& column) override;
    result<std::vector<change_result>> execute(const execution& what,
                                               const reassess& assess_now) override;

private:
    using outcome = std::optional<std::vector<change_result>>;

    result<value> ask(const register_question& what);
    result<judged_answer> read_all(const std::vector<std::string>& people, date on,
                                   std::string_view why);
    result<outcome> outcome_of(opendsr_peer::talk& talk, const std::string& request,
                               const execution& what, bool& same);
    result<outcome> outcome_of_earlier(opendsr_peer::talk& talk, const execution& what);
    result<std::vector<planned_change>> plan(const execution& what, const reassess& assess_now,
                                             std::string& seen);
    result<std::vector<change_result>> order(const execution& what, const reassess& assess_now);
    void note_open(const execution& of, const std::string& request, bool is_open);
    result<void> wait_for_other(opendsr_peer::talk& talk, const execution& what,
                                const std::string& request);

    http_register_options options_;
    opendsr_peer peer_;
    open_questions open_;
    std::mutex changing_;  // of changes that are open: the request, by the people
    std::map<std::vector<std::string>, std::string> open_changes_;
};

// Discovery, credentials and a signed answer; a person it reads only for a case.
result<register_probe> http_register::probe(date) {
    opendsr_peer::talk talk(peer_);
    PYKALA_CHECK(talk.status(random_request_id()));
    register_probe seen;
    seen.lacks.push_back("the register answers; over HTTP no sample person is read");
    return seen;
}

// The results of a question. Each is asked under an id of its own, so that no old answer comes
// back; one that the register is still at work on is asked on.
result<value> http_register::ask(const register_question& what) {
    const auto digest = digest_of(what);
    opendsr_peer::talk talk(peer_);
    auto id = open_.take(digest);
    const auto answered = [&]() -> result<value> {
        std::optional<status_answer> status;
        if (id) {
            PYKALA_TRY(status, talk.wait_for(*id));
        }
        if (!status) {
            id = random_request_id();
            PYKALA_TRY(const bool taken, talk.submit(*id, what));
            if (!taken) return peer_.bad_answer("says that a new id is used");
            PYKALA_TRY(status, talk.wait_for(*id));
            if (!status) return peer_.bad_answer("does not know the request that it confirmed");
        }
        if (status->status == request_status::cancelled)
            return fail(problem_kind::unavailable, "register_cancelled",
                        fmt::format("register `{}` cancelled a question", options_.id),
                        "it is asked again by itself");
        return talk.results(*id, *status);
    };
    auto given = answered();
    if (!given && id && given.error().kind == problem_kind::unavailable &&
        given.error().code != "register_cancelled")
        open_.keep(digest, *id);
    return given;
}

result<found_person> http_register::find(const person_keys& known) {
    register_question what{.type = "access", .extension = {{"ask", "find"}}};
    person_keys asked;
    for (const auto& kind : options_.finds_by) {
        const auto values = known.find(kind);
        if (values == known.end() || values->second.empty()) continue;
        asked.insert(*values);
        for (const auto& text : values->second)
            what.identities.emplace_back(
                identity(kind == "email" ? "email" : "controller_customer_id", text));
    }
    if (what.identities.empty()) return found_person{};
    PYKALA_TRY(const auto results, ask(what));
    return read_found(results, asked);
}

// `why` keeps a reading for an answer and one for a change apart.
result<judged_answer> http_register::read_all(const std::vector<std::string>& people, date on,
                                              std::string_view why) {
    register_question what{.type = "access",
                           .extension = {{"ask", "read"}, {"on", to_string(on)}, {"for", why}}};
    for (const auto& key : people)
        what.identities.emplace_back(identity("controller_customer_id", key));
    PYKALA_TRY(const auto results, ask(what));
    return read_records(results, options_.id, people);
}

result<register_answer> http_register::read(const found_person& person, date on) {
    if (person.people.empty()) return register_answer{};
    PYKALA_TRY(auto given, read_all(person.people, on, "answer"));
    return std::move(given.answer);
}

result<std::vector<std::int64_t>> http_register::series_values(const std::string& record) {
    const auto missing = fail(problem_kind::not_found, "no_series", "there is no such series");
    const auto id = parse_record_id(record);
    if (!id || id->reg != options_.id) return missing;
    PYKALA_TRY(const auto results,
               ask({.type = "access", .extension = {{"ask", "series"}, {"record", record}}}));
    if (results["values"].is_null()) return missing;
    const auto* values = results["values"].as_array();
    std::vector<std::int64_t> read;
    for (std::size_t i = 0; values && i < values->size(); ++i)
        if (const auto* number = (*values)[i].as_integer()) read.push_back(*number);
    if (!values || read.size() != values->size())
        return peer_.bad_answer("gives a series that is no list of whole numbers");
    return read;
}

result<std::vector<std::uint8_t>> http_register::media(const std::string& record,
                                                       const std::string& column) {
    const auto missing = fail(problem_kind::not_found, "no_media", "there is no such recording");
    const auto id = parse_record_id(record);
    if (!id || id->reg != options_.id) return missing;
    PYKALA_TRY(const auto results,
               ask({.type = "access",
                    .extension = {{"ask", "media"}, {"record", record}, {"column", column}}}));
    if (results["data"].is_null()) return missing;
    const auto* data = results["data"].as_string();
    const auto bytes = data ? from_base64(*data) : std::nullopt;
    if (!bytes) return peer_.bad_answer("gives a recording that is no base64");
    const auto seen = as_bytes(*bytes);
    return std::vector<std::uint8_t>(seen.begin(), seen.end());
}

// Nothing where the register does not know the request. `same`: whether it knows these changes
// under it.
result<http_register::outcome> http_register::outcome_of(opendsr_peer::talk& talk,
                                                         const std::string& request,
                                                         const execution& what, bool& same) {
    auto waited = talk.wait_for(request);
    note_open(what, request, !waited && waited.error().code == "register_pending");
    PYKALA_TRY(const auto now, std::move(waited));
    if (!now) return std::nullopt;
    same = now->extension["changes_digest"] == value(digest_of(what.changes));
    if (!same) return std::vector<change_result>();
    if (now->status == request_status::completed) {
        PYKALA_TRY(auto results, read_outcome(now->extension, what.changes));
        return results;
    }
    std::vector<change_result> undone;
    for (const auto& change : what.changes)
        undone.push_back({change.record, change.verb, change_status::conflict, "changed_meanwhile",
                          std::nullopt});
    return undone;
}

// An earlier try of the same order that was away when it was asked: what it has done is done, and
// while it is at work nothing else may begin.
result<http_register::outcome> http_register::outcome_of_earlier(opendsr_peer::talk& talk,
                                                                 const execution& what) {
    if (what.earlier.empty()) return std::nullopt;
    bool same = false;
    PYKALA_TRY(auto found,
               outcome_of(talk, request_id_of(options_.domain, what.earlier), what, same));
    // a try that failed is what this one is there for
    if (found && same && is_well(*found)) return found;
    return std::nullopt;
}

void http_register::note_open(const execution& of, const std::string& request, bool is_open) {
    const auto& people = of.person.people;
    if (is_open) {
        open_changes_.insert_or_assign(people, request);
        return;
    }
    const auto found = open_changes_.find(people);
    if (found != open_changes_.end() && found->second == request) open_changes_.erase(found);
}

// Two open changes of the same people would each find that the other has changed what it rests on.
result<void> http_register::wait_for_other(opendsr_peer::talk& talk, const execution& what,
                                           const std::string& request) {
    const auto found = open_changes_.find(what.person.people);
    if (what.person.people.empty() || found == open_changes_.end() || found->second == request)
        return {};
    PYKALA_TRY(const auto other, talk.status(found->second));
    if (other && other->status != request_status::completed &&
        other->status != request_status::cancelled)
        return fail(problem_kind::unavailable, "register_pending",
                    fmt::format("register `{}` is at work on another change of the same person",
                                options_.id),
                    "it is asked again by itself");
    open_changes_.erase(found);
    return {};
}

// What the register holds at this moment, and what of the changes may be made. `seen` is the
// register's word for the moment.
result<std::vector<planned_change>> http_register::plan(const execution& what,
                                                        const reassess& assess_now,
                                                        std::string& seen) {
    judged_answer now;
    if (!what.person.people.empty()) {
        PYKALA_TRY(now, read_all(what.person.people, what.on, "change"));
    }
    seen = now.seen;
    const auto& records = now.answer.records;
    std::vector<record> facts;
    for (const auto& one : records) facts.push_back(one.facts);
    PYKALA_TRY(const auto answers, assess_now(facts));
    if (answers.size() != records.size())
        throw std::logic_error("a re-assessment must answer for every record");
    std::map<std::string_view, std::size_t> at;
    for (std::size_t i = 0; i < records.size(); ++i) at.emplace(records[i].facts.id, i);
    std::vector<planned_change> planned;
    for (const auto& change : what.changes) {
        auto& one = planned.emplace_back(&change);
        if (change.verb == register_verb::ban) continue;
        const auto found = at.find(change.record);
        if (found == at.end())
            one.known = {.record = change.record,
                         .verb = change.verb,
                         .status = change_status::gone,
                         .reason = {},
                         .until = {}};
        else if (lets_go(change.verb))
            one.known = kept(change, records[found->second], answers[found->second]);
    }
    return planned;
}

result<std::vector<change_result>> http_register::order(const execution& what,
                                                        const reassess& assess_now) {
    const auto request = request_id_of(options_.domain, what.intent);
    {
        opendsr_peer::talk talk(peer_);
        PYKALA_CHECK(wait_for_other(talk, what, request));
    }
    std::string seen;
    PYKALA_TRY(const auto planned, plan(what, assess_now, seen));
    if (std::ranges::all_of(planned, [](const auto& one) { return one.known.has_value(); })) {
        std::vector<change_result> results;
        for (const auto& one : planned) results.push_back(*one.known);
        return results;
    }
    register_question change{
        .type = std::string(request_type_of(what.changes)),
        .extension = {{"ask", "change"},
                      {"changes_digest", digest_of(what.changes)},
                      {"changes", changes_text(planned)},
                      {"seen", seen},
                      {"on", to_string(what.on)},
                      {"not_after", to_string(what.on + options_.carry_out_within)}}};
    for (const auto& key : what.person.people)
        change.identities.emplace_back(identity("controller_customer_id", key));
    opendsr_peer::talk talk(peer_);
    // taken or taken before: what the register says about it decides
    PYKALA_CHECK(talk.submit(request, change));
    bool same = false;
    PYKALA_TRY(auto results, outcome_of(talk, request, what, same));
    if (!results) return peer_.bad_answer("does not know the request that it confirmed");
    if (!same)
        return fail(problem_kind::conflict, "intent_reused",
                    "the same intent was carried out with other changes",
                    "give every decision an intent of its own");
    for (std::size_t i = 0; i < planned.size(); ++i)
        if (planned[i].known && *planned[i].known != (*results)[i])
            return peer_.bad_answer("changed what it was told to leave");
    return *std::move(results);
}

result<std::vector<change_result>> http_register::execute(const execution& what,
                                                          const reassess& assess_now) {
    const std::scoped_lock lock(changing_);
    {
        opendsr_peer::talk talk(peer_);
        bool same = false;
        PYKALA_TRY(auto before,
                   outcome_of(talk, request_id_of(options_.domain, what.intent), what, same));
        if (before && !same)
            return fail(problem_kind::conflict, "intent_reused",
                        "the same intent was carried out with other changes",
                        "give every decision an intent of its own");
        if (before) return *std::move(before);
        PYKALA_TRY(before, outcome_of_earlier(talk, what));
        if (before) return *std::move(before);
    }
    return order(what, assess_now);
}

result<signing_certificate> pinned_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string pem(std::istreambuf_iterator<char>(in), {});
    if (!in)
        return fail(problem_kind::invalid, "register_certificate",
                    fmt::format("`{}` cannot be read", file.string()),
                    "check `certificate` in the configuration");
    PYKALA_TRY(auto read, read_certificate(pem));
    if (const auto days = check_days(read); !days)
        return fail(problem_kind::invalid, days.error().code, days.error().detail,
                    days.error().hint);
    return read;
}

}  // namespace

result<std::unique_ptr<register_port>> open_http_register(http_register_options options) {
    while (options.url.ends_with('/')) options.url.pop_back();
    if (!origin_of(options.url))
        return fail(problem_kind::invalid, "register_url",
                    fmt::format("`url` of register `{}` is not https", options.id),
                    "what is sent is personal data; plain http is for this machine only");
    signing_certificate pinned;
    if (!options.certificate.empty()) {
        PYKALA_TRY(pinned, pinned_of(options.certificate));
    }
    return std::make_unique<http_register>(std::move(options), std::move(pinned));
}

}  // namespace pykala::storage
