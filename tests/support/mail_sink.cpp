#include "tests/support/mail_sink.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/encoding.hpp"

extern char** environ;

namespace pykala::tests {
namespace {

std::string text_of_file(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

taken_mail parsed(const std::string& kept) {
    const auto first = kept.find('\n'), second = kept.find('\n', first + 1);
    taken_mail mail;
    mail.from = kept.substr(0, first);
    mail.to = kept.substr(first + 1, second - first - 1);
    mail.whole = kept.substr(second + 1);
    const auto end = mail.whole.find("\r\n\r\n");
    mail.head = mail.whole.substr(0, end + 2);
    std::string base64;
    for (const char c : mail.whole.substr(end + 4))
        if (c != '\r' && c != '\n') base64 += c;
    // each line is whole groups, so that all together are the bytes
    mail.text = from_base64(base64).value_or("the body is no base64");
    return mail;
}

}  // namespace

std::string taken_mail::header(const std::string& name) const {
    const auto line = "\r\n" + head;
    const auto at = line.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    auto begin = at + name.size() + 4;
    std::string all;
    while (true) {
        const auto end = line.find("\r\n", begin);
        all += line.substr(begin, end - begin);
        if (end + 2 >= line.size() || line[end + 2] != ' ') return all;
        begin = end + 2;
    }
}

mail_sink::mail_sink() {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], 1);
    posix_spawn_file_actions_addclose(&actions, pipe[0]);
    std::string program = "python3", script = PYKALA_SOURCE_DIR "/tests/support/mail_sink.py",
                where = dir_.path.string();
    std::array<char*, 4> words{program.data(), script.data(), where.data(), nullptr};
    const int failed =
        ::posix_spawnp(&process_, "python3", &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    std::string said;
    for (char c = 0; failed == 0 && ::read(pipe[0], &c, 1) == 1 && c != '\n';) said += c;
    ::close(pipe[0]);
    if (said.empty()) throw std::runtime_error("the mail sink does not begin");
    port_ = static_cast<std::uint16_t>(std::stoi(said));
}

mail_sink::~mail_sink() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
}

void mail_sink::behaves(const std::string& words) const {
    std::ofstream(dir_.file("behave")) << words;
}

std::vector<taken_mail> mail_sink::taken() const {
    std::vector<taken_mail> all;
    for (int number = 1;; ++number) {
        const auto file = dir_.file(std::to_string(number) + ".mail");
        if (!std::filesystem::exists(file)) return all;
        all.push_back(parsed(text_of_file(file)));
    }
}

storage::smtp_settings mail_sink::settings() const {
    return {.host = "127.0.0.1",
            .port = port_,
            .security = storage::mail_security::none,
            .connect_within = std::chrono::seconds{2},
            .send_within = std::chrono::seconds{4}};
}

std::string decoded_words(const std::string& header) {
    constexpr std::string_view begin = "=?UTF-8?B?";
    std::string text, rest = header;
    while (true) {
        const auto at = rest.find(begin);
        if (at == std::string::npos) return text;
        const auto end = rest.find("?=", at + begin.size());
        text += from_base64(rest.substr(at + begin.size(), end - at - begin.size())).value_or("?");
        rest = rest.substr(end + 2);
    }
}

}  // namespace pykala::tests
