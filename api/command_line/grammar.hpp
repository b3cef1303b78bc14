// What a command says of itself: its options, their help and what runs. Written in these words, so
// that the templates of the parser (CLI11) are compiled in grammar.cpp alone: they cost more than
// ten seconds in every source that sees them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "api/command_line/command_line.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace pykala::api {

class option_words {
public:
    explicit option_words(CLI::Option* known) : known_(known) {}

    option_words& required();
    // Nothing else is accepted.
    option_words& one_of(std::initializer_list<const char*> values);
    option_words& one_of(const std::vector<std::string>& values);
    option_words& between(int least, int most);
    // The help shows what holds where the option is not given.
    option_words& shows_default();
    // The two are never given together.
    option_words& excludes(const option_words& other);
    option_words& comma_separated();
    // Each `--name` takes one value and may be repeated.
    option_words& one_each();

private:
    CLI::Option* known_;
};

// The targets live as long as the parser: as a rule in a struct that the work shares.
class command_words {
public:
    explicit command_words(CLI::App* known) : known_(known) {}

    command_words subcommand(const std::string& name, const std::string& help) const;
    // One of its subcommands must be named.
    void needs_subcommand() const;
    // A name without dashes is a place: `FILE`.
    option_words option(const std::string& name, std::string& into, const std::string& help) const;
    option_words option(const std::string& name, std::filesystem::path& into,
                        const std::string& help) const;
    option_words option(const std::string& name, std::vector<std::string>& into,
                        const std::string& help) const;
    option_words option(const std::string& name, int& into, const std::string& help) const;
    option_words option(const std::string& name, unsigned short& into,
                        const std::string& help) const;
    option_words option(const std::string& name, std::uint64_t& into,
                        const std::string& help) const;
    option_words flag(const std::string& name, bool& into, const std::string& help) const;
    void example(const std::string& text) const;  // the last lines of its help
    // `work` gives the exit status.
    void runs(std::function<int()> work, outcome& out) const;

private:
    CLI::App* known_;
};

// Lets `add` name the subcommands of a program, reads the words of its command line by them and
// runs what they ask for. Gives the exit status where nothing was to be run: help was asked for
// (0), or the words are wrong, which is said on standard error (2).
std::optional<int> read_words(const std::string& about, const std::string& program,
                              const std::function<void(const command_words&)>& add, int argc,
                              char** argv);

}  // namespace pykala::api
