// Asks a server on the same machine over its Unix socket.
#pragma once

#include <filesystem>
#include <optional>

#include "engine/base/result.hpp"

#include "api/http/message.hpp"

namespace pykala::api::http {

// Nothing where no server listens there. Sends method, path, query, headers and body. The body of
// an answer that is no error goes to `to` as it comes, where there is one. Problems:
// `socket_forbidden` (forbidden: another user's), `server_gone` (unavailable: it ended meanwhile;
// whether the command was carried out is not known).
result<std::optional<response>> ask_socket(const std::filesystem::path& socket,
                                           const request& asked, const body_sink& to = {});

}  // namespace pykala::api::http
