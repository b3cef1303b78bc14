#include "tests/support/http_receiver.hpp"

#include <cstdio>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/sqlite/connection.hpp"

namespace pykala::tests {

namespace {

const std::string http_folder = PYKALA_SOURCE_DIR "/storage/registers/http/";

// Gives the end of its standard output where `reads` is wanted.
pid_t begin(const std::vector<std::string>& words, int* reads) {
    int ends[2] = {-1, -1};
    if (reads && ::pipe(ends) != 0) throw std::runtime_error("no pipe");
    const pid_t pid = ::fork();
    if (pid == 0) {
        if (reads) {
            ::dup2(ends[1], STDOUT_FILENO);
            ::close(ends[0]);
            ::close(ends[1]);
        } else {  // OpenSSL tells at length how it finds its primes
            const int nowhere = ::open("/dev/null", O_WRONLY);
            ::dup2(nowhere, STDERR_FILENO);
        }
        std::vector<char*> given;
        for (const auto& word : words) given.push_back(const_cast<char*>(word.c_str()));
        given.push_back(nullptr);
        ::execvp(given[0], given.data());
        ::_exit(127);
    }
    if (reads) {
        ::close(ends[1]);
        *reads = ends[0];
    }
    return pid;
}

}  // namespace

void run_program(const std::vector<std::string>& words) {
    int status = 0;
    const pid_t pid = begin(words, nullptr);
    if (::waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw std::runtime_error(fmt::format("`{}` failed", words.front()));
}

const receiver_keys& keys_of_receiver() {
    static const folder made;
    static const receiver_keys keys = [] {
        receiver_keys all{made.file("key.pem"), made.file("cert.pem"), made.file("key.pem.other"),
                          made.file("cert.pem.other")};
        for (const auto& [key, certificate] :
             {std::pair{all.key, all.certificate}, {all.other_key, all.other_certificate}})
            run_program({"python3", http_folder + "reference_receiver.py", "--make-certificate",
                         key, certificate, "--domain", receiver_domain});
        return all;
    }();
    return keys;
}

receiver::receiver(const receiver_keys& with, const std::vector<std::string>& more) : keys(with) {
    run_program(
        {"python3", http_folder + "reference_receiver.py", "--make-sample", dir.file("crm.db")});
    std::ofstream(dir.file("token")) << "a-token-of-the-supplier\n";
    fault("");
    start(more);
}

void receiver::start(const std::vector<std::string>& more) {
    std::vector<std::string> words{
        "python3",          PYKALA_SOURCE_DIR "/tests/storage/registers/faulty_receiver.py",
        dir.file("fault"),  "--database",
        dir.file("crm.db"), "--domain",
        receiver_domain,    "--key",
        keys.key,           "--certificate",
        keys.certificate,   "--token-file",
        dir.file("token")};
    words.insert(words.end(), more.begin(), more.end());
    int out = -1;
    pid = begin(words, &out);
    std::string line;
    for (char c = 0; ::read(out, &c, 1) == 1 && c != '\n';) line += c;
    ::close(out);
    const auto at = line.find("http");
    if (at == line.npos) throw std::runtime_error("the receiver does not start");
    url = line.substr(at);
}

receiver::~receiver() {
    stop();
}

void receiver::stop() {
    if (pid <= 0) return;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    pid = 0;
}

void receiver::fault(const std::string& text) const {
    // put in its place whole: the other process reads it at any time
    std::ofstream(dir.file("fault.new")) << text;
    std::filesystem::rename(dir.file("fault.new"), dir.file("fault"));
}

std::string receiver::sql(const std::string& query) const {
    auto db = storage::connection::open(dir.file("crm.db"), {}).value();
    auto asked = db.prepare(query).value();
    if (!asked.step().value()) return "no row";
    return asked.text_if(0).value_or("NULL");
}

void receiver::run_sql(const std::string& change) const {
    auto db = storage::connection::open(dir.file("crm.db"), {}).value();
    if (!db.run(change)) throw std::runtime_error("the SQL of a test is wrong");
}

int receiver::changes_taken() const {
    return std::stoi(sql("SELECT count(*) FROM dsr_request WHERE changes_digest IS NOT NULL"));
}

int receiver::changes_carried_out() const {
    return std::stoi(
        sql("SELECT coalesce(sum(carried_out), 0) FROM dsr_request WHERE changes_digest IS NOT "
            "NULL"));
}

storage::http_register_options receiver::options() const {
    using std::chrono::milliseconds;
    storage::http_register_options made;
    made.id = "crm";
    made.title = {"Asiakasrekisteri", "Kundregister", "Customer register"};
    made.url = url;
    made.domain = receiver_domain;
    made.certificate = keys.certificate;
    made.bearer = "a-token-of-the-supplier";
    made.finds_by = {"customer_number", "email"};
    made.keeps_bans = true;
    made.wait = milliseconds(1500);
    made.call_timeout = milliseconds(5000);
    made.first_pause = milliseconds(20);
    // the receiver lives in the days of the machine, tests in days of their own
    made.carry_out_within = std::chrono::days(40'000);
    return made;
}

std::unique_ptr<register_port> receiver::port() const {
    return storage::open_http_register(options()).value();
}

}  // namespace pykala::tests
