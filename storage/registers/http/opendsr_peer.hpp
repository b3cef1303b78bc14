// The course of one request with a register: submitted, asked about, its results fetched. Every
// answer is verified over its raw bytes before it is read, and must speak of this request.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/value.hpp"

#include "storage/registers/http/http_client.hpp"
#include "storage/registers/http/request_text.hpp"
#include "storage/registers/http/signature.hpp"

namespace pykala::storage::registers {

enum class request_status { pending, in_progress, completed, cancelled };

struct status_answer {
    request_status status = request_status::pending;
    std::string results_url;  // empty: none
    value extension;          // of the register's domain; null where there is none
};

// What the other side says that it can do.
struct peer_abilities {
    std::vector<std::string> types;
    signing_certificate certificate;  // empty where one is pinned
    std::chrono::steady_clock::time_point looked_at;
};

// `in-progress`, `IN_PROGRESS`, `canceled` are known in the wild (interop 1.5). Nothing for others.
std::optional<request_status> read_status(std::string_view text);

class opendsr_peer {
public:
    opendsr_peer(const http_register_options& options, signing_certificate pinned);

    // A conversation: one connection, and one budget of time for all its calls.
    class talk {
    public:
        explicit talk(opendsr_peer& peer);

        // False: the register knows the id with another body. The same question under the same id
        // may be submitted again.
        result<bool> submit(const std::string& id, const register_question& what);
        // Nothing where the register does not know the id.
        result<std::optional<status_answer>> status(const std::string& id);
        // Asks until it is completed or cancelled. Problem `register_pending` (unavailable).
        result<std::optional<status_answer>> wait_for(const std::string& id);
        // Problem `register_answer` (corrupt) where there are none or they are of another request.
        result<value> results(const std::string& id, const status_answer& of);

    private:
        bool rest(std::chrono::milliseconds length);
        result<http_reply> call(const std::string& url, const std::string* body,
                                bool with_credentials = true);
        result<std::shared_ptr<const peer_abilities>> abilities();
        result<signing_certificate> fetch_certificate(const value& discovery);
        result<value> read_signed(const http_reply& reply);
        std::unexpected<problem> refusal(const http_reply& reply, std::string_view of) const;

        opendsr_peer& peer_;
        http_client client_;
        std::chrono::steady_clock::time_point until_;
    };

    // Problem `register_answer` (corrupt).
    std::unexpected<problem> bad_answer(std::string_view what) const;

private:
    const http_register_options& options_;
    signing_certificate pinned_;
    std::mutex mutex_;
    std::shared_ptr<const peer_abilities> known_;
};

}  // namespace pykala::storage::registers
