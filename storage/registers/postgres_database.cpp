#include "storage/registers/postgres_database.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <unordered_map>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace pykala::storage::registers {

namespace {

// Oids of built-in types (catalog pg_type); they never change.
constexpr Oid type_bool = 16, type_bytes = 17, type_padded = 1042;

struct closer {
    void operator()(PGconn* c) const { PQfinish(c); }
    void operator()(PGresult* r) const { PQclear(r); }
    void operator()(PQconninfoOption* o) const { PQconninfoFree(o); }
};
using answer = std::unique_ptr<PGresult, closer>;

std::unexpected<problem> unreachable() {
    return fail(problem_kind::unavailable, "register_unreachable",
                "the register's PostgreSQL server gave no connection, or it broke",
                "check that the server runs, the address, the user and the certificates");
}

std::unique_ptr<PQconninfoOption, closer> parsed(const std::string& connection) {
    char* wrong = nullptr;
    std::unique_ptr<PQconninfoOption, closer> given(PQconninfoParse(connection.c_str(), &wrong));
    PQfreemem(wrong);
    return given;
}

// A socket's folder, or loopback.
bool is_here(std::string_view host) {
    return host.empty() || host.starts_with('/') || host == "localhost" || host == "127.0.0.1" ||
           host == "::1";
}

bool all_here(std::string_view hosts) {
    for (const auto each : std::views::split(hosts, ','))
        if (!is_here(std::string_view(each))) return false;
    return true;
}

std::string state_of(const PGresult* from) {
    const char* state = from ? PQresultErrorField(from, PG_DIAG_SQLSTATE) : nullptr;
    return state ? state : "";
}

// `?1` as PostgreSQL writes it. Names are identifiers and all else is written by the program, so
// that a question mark is always a place of a value.
std::string with_dollars(std::string_view sql) {
    std::string out(sql);
    std::ranges::replace(out, '?', '$');
    return out;
}

int places_in(std::string_view sql) {
    int most = 0;
    for (auto at = sql.find('?'); at != std::string_view::npos; at = sql.find('?', at + 1))
        most = std::max(most, std::atoi(sql.data() + at + 1));
    return most;
}

class line {
public:
    line(postgres_settings at, int busy_timeout_ms)
        : at_(std::move(at)), busy_timeout_ms_(busy_timeout_ms) {}

    result<void> connect();
    bool is_open() const { return made_ && PQstatus(made_.get()) == CONNECTION_OK; }
    PGconn* native() const { return made_.get(); }
    // Which connection this is: statements are compiled on one of them.
    std::uint64_t number() const { return number_; }
    // Runs what takes no values.
    result<answer> run(const std::string& sql);
    // A connection that broke is given up.
    result<answer> checked(answer got);

private:
    postgres_settings at_;
    int busy_timeout_ms_;
    std::uint64_t number_ = 0;
    std::unique_ptr<PGconn, closer> made_;
};

result<void> line::connect() {
    if (is_open()) return {};
    PYKALA_CHECK(check_settings(at_));
    const auto given = parsed(at_.connection);
    const auto settings = fmt::format(
        "-c lock_timeout={} -c statement_timeout=60000 -c "
        "idle_in_transaction_session_timeout=120000 -c datestyle=ISO -c "
        "timezone=Europe/Helsinki -c bytea_output=hex{}",
        busy_timeout_ms_, at_.schema.empty() ? "" : fmt::format(" -c search_path={}", at_.schema));
    std::vector<const char*> keys, values;
    const auto add = [&](const char* key, const char* value) {
        keys.push_back(key);
        values.push_back(value);
    };
    for (const auto* each = given.get(); each->keyword; ++each)
        if (each->val) add(each->keyword, each->val);
    if (!at_.password.empty()) add("password", at_.password.c_str());
    add("options", settings.c_str());
    add("client_encoding", "UTF8");
    add("application_name", "pykala");
    add("connect_timeout", "10");
    add(nullptr, nullptr);
    ++number_;
    made_.reset(PQconnectdbParams(keys.data(), values.data(), 0));
    if (is_open()) {
        // what the server remarks may hold values of rows, and standard error is a log
        PQsetNoticeProcessor(made_.get(), [](void*, const char*) {}, nullptr);
        return {};
    }
    made_.reset();
    return unreachable();
}

result<answer> line::checked(answer got) {
    const auto status = got ? PQresultStatus(got.get()) : PGRES_FATAL_ERROR;
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return got;
    auto wrong = problem_of_state(state_of(got.get()), "a statement");
    // without a SQLSTATE it is libpq that speaks: the connection is gone
    if (!is_open() || state_of(got.get()).empty()) wrong = unreachable().error();
    if (wrong.code == "register_unreachable") made_.reset();
    return std::unexpected(std::move(wrong));
}

result<answer> line::run(const std::string& sql) {
    return checked(answer(PQexec(made_.get(), sql.c_str())));
}

class postgres_query final : public sql_query {
public:
    postgres_query(line& at, std::string name, int places)
        : at_(at), name_(std::move(name)), values_(std::size_t(places)) {}

    void bind(int index, std::optional<std::string_view> value) override {
        values_.at(std::size_t(index - 1)) = value;
    }
    void reset() override { got_.reset(); }
    result<bool> step() override;
    std::optional<std::string> text_if(int column) const override;
    std::vector<std::uint8_t> bytes(int column) const override;
    std::int64_t changed() const override { return got_ ? std::atoll(PQcmdTuples(got_.get())) : 0; }

private:
    line& at_;
    std::string name_;
    std::vector<std::optional<std::string>> values_;
    answer got_;
    int row_ = 0;
};

result<bool> postgres_query::step() {
    if (got_) return ++row_ < PQntuples(got_.get());
    if (!at_.is_open()) return unreachable();
    std::vector<const char*> given;
    for (const auto& each : values_) given.push_back(each ? each->c_str() : nullptr);
    PYKALA_TRY(got_,
               at_.checked(answer(PQexecPrepared(at_.native(), name_.c_str(), int(given.size()),
                                                 given.data(), nullptr, nullptr, 0))));
    row_ = 0;
    return PQntuples(got_.get()) > 0;
}

std::optional<std::string> postgres_query::text_if(int column) const {
    if (PQgetisnull(got_.get(), row_, column)) return std::nullopt;
    std::string text(PQgetvalue(got_.get(), row_, column),
                     std::size_t(PQgetlength(got_.get(), row_, column)));
    const auto type = PQftype(got_.get(), column);
    if (type == type_bool) return text == "t" ? "1" : "0";
    if (type == type_padded) text.resize(text.find_last_not_of(' ') + 1);
    return text;
}

std::vector<std::uint8_t> postgres_query::bytes(int column) const {
    if (PQgetisnull(got_.get(), row_, column)) return {};
    const auto* text = reinterpret_cast<const unsigned char*>(PQgetvalue(got_.get(), row_, column));
    if (PQftype(got_.get(), column) != type_bytes)
        return {text, text + PQgetlength(got_.get(), row_, column)};
    std::size_t length = 0;
    unsigned char* read = PQunescapeBytea(text, &length);
    if (!read) throw std::bad_alloc();
    std::vector<std::uint8_t> out(read, read + length);
    PQfreemem(read);
    return out;
}

class postgres_database final : public sql_database {
public:
    postgres_database(postgres_settings at, int busy_timeout_ms)
        : line_(std::move(at), busy_timeout_ms) {}

    result<void> connect() { return line_.connect(); }
    result<prepared> get(std::string_view sql) override;
    result<void> begin_change() override { return begin("BEGIN ISOLATION LEVEL SERIALIZABLE"); }
    result<void> begin_look() override {
        return begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    }
    result<void> commit() override;
    void roll_back() override;
    result<bool> has_column(const std::string& table, const std::string& column) override;
    result<void> make_own_tables() override;

private:
    result<void> begin(const char* how);

    line line_;
    bool inside_ = false;
    std::uint64_t compiled_on_ = 0;
    std::unordered_map<std::string, postgres_query> prepared_;
};

// That the server went away since the last call shows here first: then there is a new connection.
result<void> postgres_database::begin(const char* how) {
    PYKALA_CHECK(line_.connect());
    auto begun = line_.run(how);
    if (!begun && !line_.is_open()) {
        PYKALA_CHECK(line_.connect());
        begun = line_.run(how);
    }
    if (!begun) return std::unexpected(begun.error());
    inside_ = true;
    return {};
}

result<prepared> postgres_database::get(std::string_view sql) {
    // within a transaction a broken connection is its end; outside nothing is lost with it
    if (!inside_) PYKALA_CHECK(line_.connect());
    if (!line_.is_open()) return unreachable();
    if (std::exchange(compiled_on_, line_.number()) != line_.number()) prepared_.clear();
    std::string key(sql);
    if (const auto found = prepared_.find(key); found != prepared_.end())
        return prepared(&found->second);
    const auto name = fmt::format("q{}", prepared_.size());
    PYKALA_CHECK(line_.checked(
        answer(PQprepare(line_.native(), name.c_str(), with_dollars(sql).c_str(), 0, nullptr))));
    return prepared(
        &prepared_.try_emplace(std::move(key), line_, name, places_in(sql)).first->second);
}

result<void> postgres_database::commit() {
    inside_ = false;
    if (!line_.is_open()) return unreachable();
    PYKALA_TRY(const auto done, line_.run("COMMIT"));
    // after a failed statement PostgreSQL answers COMMIT by rolling back
    if (std::string_view(PQcmdStatus(done.get())) == "COMMIT") return {};
    return std::unexpected(problem_of_state("40000", "COMMIT"));
}

void postgres_database::roll_back() {
    inside_ = false;
    if (line_.is_open()) (void)line_.run("ROLLBACK");
}

result<bool> postgres_database::has_column(const std::string& table, const std::string& column) {
    PYKALA_TRY(const auto query,
               get("SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(?1)) AND "
                   "attname = ?2 AND attnum > 0 AND NOT attisdropped"));
    query->bind_all(table, column);
    return query->step();
}

result<void> postgres_database::make_own_tables() {
    // a user who may not create tables finds them made by somebody who may
    PYKALA_TRY(const bool marks, has_column("pykala_mark", "hold_only"));
    PYKALA_TRY(const bool results, has_column("pykala_intent_result", "until"));
    if (marks && results) return {};
    // several statements at once are one transaction, or part of the one that was begun
    PYKALA_CHECK(
        line_.run("CREATE TABLE IF NOT EXISTS pykala_mark("
                  " row_table TEXT NOT NULL, row_key TEXT NOT NULL, category TEXT NOT NULL,"
                  " restricted INTEGER NOT NULL, hold_only INTEGER NOT NULL,"
                  " PRIMARY KEY(row_table, row_key, category));"
                  "CREATE TABLE IF NOT EXISTS pykala_intent("
                  " intent TEXT PRIMARY KEY, digest TEXT NOT NULL);"
                  "CREATE TABLE IF NOT EXISTS pykala_intent_result("
                  " intent TEXT NOT NULL, ordinal INTEGER NOT NULL, record TEXT NOT NULL,"
                  " verb TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, until TEXT,"
                  " PRIMARY KEY(intent, ordinal))"));
    return {};
}

}  // namespace

problem problem_of_state(std::string_view state, std::string_view what) {
    struct meaning {
        std::string_view begins;
        problem_kind kind;
        const char *code, *says, *hint;
    };
    using enum problem_kind;
    static constexpr meaning all[] = {
        {"40", unavailable, "register_busy", "somebody else changed the rows meanwhile", ""},
        {"55P03", unavailable, "register_busy", "somebody else holds the rows", ""},
        {"57014", unavailable, "register_busy", "it took longer than a minute",
         "the columns of the mapping's keys and persons want an index"},
        {"57", unavailable, "register_unreachable", "the server is stopping", ""},
        {"08", unavailable, "register_unreachable", "the connection broke", ""},
        {"53", unavailable, "register_full", "the server has no room left", "make room there"},
        {"22", invalid, "register_value", "a value does not fit its column", ""},
        {"23", conflict, "register_constraint", "a constraint of the schema refuses the row",
         "say in the mapping what may be emptied (`erase`), or loosen the constraint"},
        {"42501", refused, "register_forbidden", "the user may not do this",
         "grant SELECT, INSERT, UPDATE and DELETE on the mapped tables, CREATE on the schema or "
         "the three tables of the connector"},
        {"25006", refused, "register_forbidden", "the database takes no changes",
         "name the primary server"}};
    for (const auto& each : all)
        if (state.starts_with(each.begins))
            return {
                each.kind, each.code,
                fmt::format("the register refused {}: {} (SQLSTATE {})", what, each.says, state),
                each.hint};
    return {
        corrupt, "register_sql",
        fmt::format("the register refused {}: its schema does not fit (SQLSTATE {})", what, state),
        "compare the mapping with the database"};
}

result<std::unique_ptr<sql_database>> open_postgres_database(const postgres_settings& at,
                                                             int busy_timeout_ms) {
    auto made = std::make_unique<postgres_database>(at, busy_timeout_ms);
    PYKALA_CHECK(made->connect());
    return made;
}

}  // namespace pykala::storage::registers

namespace pykala::storage {

result<void> check_settings(const postgres_settings& at) {
    const auto given = registers::parsed(at.connection);
    const auto wrong = [](const char* what, const char* hint) {
        return fail(problem_kind::invalid, "register_connection", what, hint);
    };
    if (!given)
        return wrong("`connection` is not what libpq reads",
                     "write key words: host=… dbname=… user=… sslmode=verify-full");
    std::map<std::string, std::string> words;
    for (const auto* each = given.get(); each->keyword; ++each)
        if (each->val) words.emplace(each->keyword, each->val);
    if (words.contains("password") || words.contains("passfile"))
        return wrong("a password stands in `connection`",
                     "write it into a file and name that in `password_file`");
    if (words.contains("options"))
        return wrong("`options` stand in `connection`",
                     "the connector sets its own; the schema "
                     "has a key, `schema`");
    const bool here = registers::all_here(words["host"]) && registers::all_here(words["hostaddr"]);
    if (!here && words["sslmode"] != "verify-full")
        return wrong("`connection` leads to another machine without TLS that knows the server",
                     "write sslmode=verify-full and sslrootcert=FILE");
    if (!at.schema.empty() && !is_identifier(at.schema))
        return wrong("`schema` is no name", "letters, digits and `_`");
    return {};
}

}  // namespace pykala::storage
