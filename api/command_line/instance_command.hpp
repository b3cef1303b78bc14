// Commands on an instance: through the running server over its socket where one runs, else by
// opening the tenant and holding its lock. Both ways the same request meets the same routes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"

#include "api/command_line/grammar.hpp"
#include "api/http/message.hpp"
#include "api/server/instance.hpp"

namespace pykala::api {

struct instance_flags {
    std::string config = "instance.toml";
    std::string demo;    // the data folder of a demo instead
    std::string tenant;  // id
    std::string user;    // in whose name
};

// --config or --demo, --tenant, and --user where the command acts in somebody's name.
void add_instance_flags(const command_words& command, instance_flags& flags, bool with_user);

// The configuration, free of errors; findings are printed to standard error. Problems:
// `unreadable_file`, `broken_configuration`.
result<instance> read_sound_instance(const std::string& file);

// Where everything of the tenant lies that the flags name. Problems: those of the configuration,
// `unknown_tenant` (not_found).
result<tenant_options> tenant_at(const instance_flags& flags);

struct instance_request {
    std::string method = "GET";
    std::string path;  // below the tenant: `/api/v1/cases`
    std::string query{};
    value_object body{};  // of a POST, as JSON
    http::header_list headers{};
};

// Asks as `flags` say. The body of an answer goes to `to` as it comes, where there is one.
// Problems: those of the configuration, of opening the tenant, `unknown_tenant` (not_found), and
// what the route refused, told as a problem again.
result<http::response> ask_instance(const instance_flags& flags, const instance_request& asked,
                                    const http::body_sink& to = {});

// A secret as a person or a file gives it, without the end of its line: `file` may be `-` for
// standard input; where it is empty it is asked for twice on the terminal. Problems
// `unreadable_file`, `no_terminal`, `not_the_same` (invalid).
result<std::string> read_secret(const std::string& file, const std::string& asks);

}  // namespace pykala::api
