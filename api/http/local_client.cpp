#include "api/http/local_client.hpp"

#include <array>

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace pykala::api::http {
namespace {

namespace asio = boost::asio;
namespace wire = boost::beast::http;
using local = asio::local::stream_protocol;
using boost::system::error_code;

wire::request<wire::string_body> to_message(const request& asked) {
    const auto target = asked.query.empty() ? asked.path : asked.path + "?" + asked.query;
    wire::request<wire::string_body> out{wire::string_to_verb(asked.method), target, 11};
    for (const auto& [name, text] : asked.headers) out.insert(name, text);
    out.set(wire::field::host, "localhost");
    out.body() = asked.body;
    out.prepare_payload();
    out.keep_alive(false);
    return out;
}

auto gone(const error_code& wrong) {
    return fail(problem_kind::unavailable, "server_gone",
                fmt::format("the server ended before it answered: {}", wrong.message()),
                "look whether the command was carried out before you send it again");
}

result<std::optional<response>> read_answer(local::socket& line, const body_sink& to) {
    error_code wrong;
    boost::beast::flat_buffer buffer;
    wire::response_parser<wire::buffer_body> reading;
    reading.body_limit(boost::none);
    wire::read_header(line, buffer, reading, wrong);
    if (wrong) return gone(wrong);
    response said;
    said.status = reading.get().result_int();
    for (const auto& each : reading.get())
        said.headers.emplace_back(std::string(each.name_string()), std::string(each.value()));
    const bool here = !to || said.status >= 400;
    std::array<char, 65'536> part{};
    while (!reading.is_done()) {
        auto& into = reading.get().body();
        into.data = part.data();
        into.size = part.size();
        wire::read(line, buffer, reading, wrong);
        if (wrong == wire::error::need_buffer) wrong = {};
        if (wrong) return gone(wrong);
        const std::string_view got(part.data(), part.size() - into.size);
        if (here)
            said.body += got;
        else
            to(got);
    }
    return said;
}

}  // namespace

result<std::optional<response>> ask_socket(const std::filesystem::path& socket,
                                           const request& asked, const body_sink& to) {
    error_code wrong;
    asio::io_context io;
    local::socket line(io);
    std::error_code ignored;
    if (!std::filesystem::is_socket(socket, ignored)) return std::nullopt;
    line.connect(local::endpoint(socket.string()), wrong);
    if (wrong == asio::error::access_denied)
        return fail(problem_kind::forbidden, "socket_forbidden",
                    fmt::format("you may not open `{}`", socket.string()),
                    "run the command as the user of the service");
    // left behind by a server that was killed
    if (wrong) return std::nullopt;
    const auto message = to_message(asked);
    wire::write(line, message, wrong);
    if (wrong) return gone(wrong);
    return read_answer(line, to);
}

}  // namespace pykala::api::http
