#include "api/command_line/grammar.hpp"

#include <CLI/CLI.hpp>

namespace pykala::api {

option_words& option_words::required() {
    known_->required();
    return *this;
}

option_words& option_words::one_of(std::initializer_list<const char*> values) {
    return one_of(std::vector<std::string>(values.begin(), values.end()));
}

option_words& option_words::one_of(const std::vector<std::string>& values) {
    known_->check(CLI::IsMember(values));
    return *this;
}

option_words& option_words::between(int least, int most) {
    known_->check(CLI::Range(least, most));
    return *this;
}

option_words& option_words::shows_default() {
    known_->capture_default_str();
    return *this;
}

option_words& option_words::excludes(const option_words& other) {
    known_->excludes(other.known_);
    return *this;
}

option_words& option_words::comma_separated() {
    known_->delimiter(',');
    return *this;
}

option_words& option_words::one_each() {
    known_->allow_extra_args(false);
    return *this;
}

command_words command_words::subcommand(const std::string& name, const std::string& help) const {
    return command_words(known_->add_subcommand(name, help));
}

void command_words::needs_subcommand() const {
    known_->require_subcommand(1);
}

option_words command_words::option(const std::string& name, std::string& into,
                                   const std::string& help) const {
    return option_words(known_->add_option(name, into, help));
}

option_words command_words::option(const std::string& name, std::filesystem::path& into,
                                   const std::string& help) const {
    return option_words(known_->add_option(name, into, help));
}

option_words command_words::option(const std::string& name, std::vector<std::string>& into,
                                   const std::string& help) const {
    return option_words(known_->add_option(name, into, help));
}

option_words command_words::option(const std::string& name, int& into,
                                   const std::string& help) const {
    return option_words(known_->add_option(name, into, help));
}

option_words command_words::option(const std::string& name, unsigned short& into,
                                   const std::string& help) const {
    return option_words(known_->add_option(name, into, help));
}

option_words command_words::option(const std::string& name, std::uint64_t& into,
                                   const std::string& help) const {
    return option_words(known_->add_option(name, into, help));
}

option_words command_words::flag(const std::string& name, bool& into,
                                 const std::string& help) const {
    return option_words(known_->add_flag(name, into, help));
}

void command_words::example(const std::string& text) const {
    known_->footer(text);
}

void command_words::runs(std::function<int()> work, outcome& out) const {
    known_->callback([work = std::move(work), &out] { out.exit_status = work(); });
}

std::optional<int> read_words(const std::string& about, const std::string& program,
                              const std::function<void(const command_words&)>& add, int argc,
                              char** argv) {
    CLI::App parser{about, program};
    parser.require_subcommand(1);
    add(command_words(&parser));
    try {
        parser.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return parser.exit(help);
    } catch (const CLI::ParseError& wrong) {
        parser.exit(wrong);
        return 2;
    }
    return std::nullopt;
}

}  // namespace pykala::api
