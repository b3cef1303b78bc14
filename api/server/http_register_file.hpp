// A register over HTTP as `[[tenant.ID.register]]` with `kind = "http"` names it: README.md here.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/base/result.hpp"
#include "engine/load/table_reader.hpp"
#include "engine/registers/register_port.hpp"

#include "storage/registers/http/http_register.hpp"

namespace pykala::api {

struct http_register_settings {
    storage::http_register_options options;  // without the secrets
    std::string token_file, password_file;   // files, or `credential:NAME`; empty: none
};

// Paths that are not absolute begin at `folder`. Every fault becomes a finding; I06: the address,
// the identities or the credentials do not fit together.
http_register_settings read_http_register(const table_reader& from,
                                          const std::filesystem::path& folder);

// Reads the secrets and opens the connector; nothing is sent yet. Problems: those of
// read_secret_line() and open_http_register().
result<std::unique_ptr<register_port>> open_register(const http_register_settings& of);

}  // namespace pykala::api
