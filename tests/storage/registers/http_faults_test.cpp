// Protects a person's records from a register that is slow, broken, lying or replaced: see
// http_register_test.cpp. What a fault leaves undone is done once when the fault is over.
#include <chrono>
#include <thread>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/http_receiver.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

const date execution_day = make_date(2026, 12, 1);

result<std::vector<assessment>> all_may_go(std::span<const record> records) {
    return std::vector<assessment>(
        records.size(), {.outcome = record_outcome::erase, .action = record_action::delete_record});
}

execution two_erasures(std::string intent, std::string earlier = {}) {
    return {
        .intent = std::move(intent),
        .person = {.people = {"100234"}},
        .on = execution_day,
        .changes = {{.record = "crm/contract/1#KUO-A13"}, {.record = "crm/marketing/21#KUO-A14"}},
        .earlier = std::move(earlier)};
}

bool both_done(const result<std::vector<change_result>>& given) {
    return given && given->size() == 2 && (*given)[0].status == change_status::done &&
           (*given)[1].status == change_status::done;
}

bool both_gone(const receiver& at) {
    return at.sql("SELECT group_concat(id) FROM contract") == "2,3" &&
           at.sql("SELECT group_concat(id) FROM marketing") == "22";
}

std::string all_of(const problem& p) {
    return p.code + p.detail + p.hint;
}

struct faulty {
    std::string fault;
    problem_kind kind;
    std::string code;
};

// The fault stands while it is tried; then it is mended, and the same intent is tried again.
void check_fault(const faulty& one, bool by_reading) {
    CAPTURE(one.fault);
    const receiver at;
    const auto port = at.port();
    at.fault(one.fault);
    const auto tried = port->execute(two_erasures("K-1/o1/0"), all_may_go);
    REQUIRE_FALSE(tried);
    CHECK(tried.error().code == one.code);
    CHECK(tried.error().kind == one.kind);
    const auto said = all_of(tried.error());
    for (const auto* personal : {"Aino", "Esimerkki", "100234", "esimerkki.example", "a-token"})
        CHECK(said.find(personal) == said.npos);
    if (by_reading) {
        CHECK(at.changes_taken() == 0);
        CHECK_FALSE(both_gone(at));
    }
    at.fault("");
    CHECK(both_done(port->execute(two_erasures("K-1/o1/0"), all_may_go)));
    CHECK(both_gone(at));
    CHECK(at.changes_taken() == 1);
    CHECK(at.changes_carried_out() == 1);
}

}  // namespace

TEST_SUITE("registers/http faults") {
    TEST_CASE("a fault of the line or of a signature stops everything") {
        using enum problem_kind;
        for (const auto& one : std::vector<faulty>{{"errors", unavailable, "register_unreachable"},
                                                   {"busy", unavailable, "register_unreachable"},
                                                   {"never", unavailable, "register_pending"},
                                                   {"redirects", corrupt, "register_answer"},
                                                   {"unsigned", corrupt, "register_signature"},
                                                   {"altered", corrupt, "register_signature"},
                                                   {"other_key", corrupt, "register_signature"},
                                                   {"other_domain", corrupt, "register_signature"},
                                                   {"other_body", corrupt, "register_answer"},
                                                   {"other_confirmed", corrupt, "register_answer"},
                                                   {"other_id", corrupt, "register_answer"},
                                                   {"odd_status", corrupt, "register_answer"},
                                                   {"not_json", corrupt, "register_answer"},
                                                   {"elsewhere", corrupt, "register_answer"},
                                                   {"results_of_other", corrupt, "register_answer"},
                                                   {"others_record", corrupt, "register_answer"},
                                                   {"no_holds", corrupt, "register_answer"},
                                                   {"misspelt", corrupt, "register_answer"},
                                                   {"twice", corrupt, "register_answer"}})
            check_fault(one, true);
    }
    TEST_CASE("a lie about the outcome is not believed") {
        for (const auto* fault :
             {"leaves_out", "swaps", "no_outcome", "contradicts", "names_person"})
            check_fault({fault, problem_kind::corrupt, "register_answer"}, false);
    }
    TEST_CASE("what the register was told to leave cannot come back as done") {
        const receiver at;
        at.fault("lies");
        const auto retains = [](std::span<const record> records) {
            std::vector<assessment> all(records.size(), {.action = record_action::delete_record});
            for (std::size_t i = 0; i < all.size(); ++i)
                if (records[i].category == "KUO-A14") all[i].outcome = record_outcome::retain;
            return result<std::vector<assessment>>(std::move(all));
        };
        const auto tried = at.port()->execute(two_erasures("K-1/o1/0"), retains);
        REQUIRE_FALSE(tried);
        CHECK(tried.error().code == "register_answer");
    }
    TEST_CASE("what passes by itself is waited for") {
        for (const auto* fault :
             {"errors 2", "busy 1", "drops 1", "polls 4", "repeats", "dialect", "pss"}) {
            CAPTURE(fault);
            const receiver at;
            at.fault(fault);
            CHECK(both_done(at.port()->execute(two_erasures("K-1/o1/0"), all_may_go)));
            CHECK(both_gone(at));
            CHECK(at.changes_taken() == 1);
            CHECK(at.changes_carried_out() == 1);
        }
    }
    TEST_CASE("a register that does not answer in time is away") {
        const receiver at;
        auto options = at.options();
        options.call_timeout = std::chrono::milliseconds(200);
        at.fault("delays 1");
        const auto begun = std::chrono::steady_clock::now();
        const auto found =
            storage::open_http_register(options).value()->find({{"customer_number", {"100234"}}});
        REQUIRE_FALSE(found);
        CHECK(found.error().code == "register_unreachable");
        CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(4));
    }
    TEST_CASE("an answer without measure and a token of nobody are refused") {
        const receiver at;
        auto options = at.options();
        options.largest_answer = 600;
        const auto large = storage::open_http_register(options).value()->read(
            {.people = {"100234"}}, execution_day);
        REQUIRE_FALSE(large);
        CHECK(large.error().code == "register_answer");
        options = at.options();
        options.bearer = "another";
        const auto refused = storage::open_http_register(options).value()->read(
            {.people = {"100234"}}, execution_day);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == "register_refused");
        CHECK(refused.error().kind == problem_kind::unavailable);
    }
    TEST_CASE("a question that is still open is asked on and an answered one is asked anew") {
        const receiver at;
        const auto port = at.port();
        const auto asked = [&] { return at.sql("SELECT count(*) FROM dsr_request"); };
        at.fault("never");
        for (int i = 0; i < 2; ++i) {
            const auto read = port->read({.people = {"100234"}}, execution_day);
            REQUIRE_FALSE(read);
            CHECK(read.error().code == "register_pending");
            CHECK(asked() == "1");
        }
        at.fault("");
        CHECK(port->read({.people = {"100234"}}, execution_day).value().records.size() == 8);
        CHECK(asked() == "1");
        at.run_sql("DELETE FROM contract WHERE id = 1");
        CHECK(port->read({.people = {"100234"}}, execution_day).value().records.size() == 7);
        CHECK(asked() == "2");
    }
    TEST_CASE("a process that dies after the request finds it done and does it no second time") {
        const receiver at;
        at.fault("stalls");
        const pid_t child = ::fork();
        if (child == 0) {
            auto options = at.options();
            options.call_timeout = std::chrono::seconds(30);
            const auto port = storage::open_http_register(options).value();
            const auto given = port->execute(two_erasures("K-1/o1/0"), all_may_go);
            ::_exit(given ? 0 : 1);
        }
        for (int i = 0; i < 200 && at.changes_carried_out() == 0; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        REQUIRE(WIFSIGNALED(status));
        REQUIRE(both_gone(at));
        at.fault("");
        CHECK(both_done(at.port()->execute(two_erasures("K-1/o1/0"), all_may_go)));
        CHECK(at.changes_taken() == 1);
        CHECK(at.changes_carried_out() == 1);
    }
    TEST_CASE("a try that was given up and then carried out is the answer of the next one") {
        const receiver at;
        const auto port = at.port();
        at.fault("no_change");
        const auto first = port->execute(two_erasures("K-1/o1/0"), all_may_go);
        REQUIRE_FALSE(first);
        CHECK(first.error().code == "register_pending");
        CHECK(first.error().kind == problem_kind::unavailable);
        // the case was told, and the next try has a name of its own
        const auto second = port->execute(two_erasures("K-1/o1/1", "K-1/o1/0"), all_may_go);
        REQUIRE_FALSE(second);
        CHECK(second.error().code == "register_pending");
        CHECK(at.changes_taken() == 1);
        CHECK_FALSE(both_gone(at));
        at.fault("");
        CHECK(both_done(port->execute(two_erasures("K-1/o1/1", "K-1/o1/0"), all_may_go)));
        CHECK(at.changes_taken() == 1);
        CHECK(both_gone(at));
        CHECK(at.changes_carried_out() == 1);
    }
    TEST_CASE("a change that was not begun in its days is not made") {
        const receiver at;
        auto late = two_erasures("K-1/o1/0");
        late.on = make_date(2020, 1, 1);
        auto options = at.options();
        options.carry_out_within = std::chrono::days(7);
        const auto port = storage::open_http_register(options).value();
        const auto results = port->execute(late, all_may_go).value();
        CHECK(results[0].status == change_status::conflict);
        CHECK(results[0].reason == "changed_meanwhile");
        CHECK_FALSE(both_gone(at));
        // and the next try, which is in time, is not held up by it
        CHECK(both_done(at.port()->execute(two_erasures("K-1/o1/1", "K-1/o1/0"), all_may_go)));
        CHECK(both_gone(at));
    }
}
