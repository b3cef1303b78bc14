#include "storage/registers/http/opendsr_peer.hpp"

#include <algorithm>
#include <cctype>
#include <thread>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/json/read_json.hpp"

namespace pykala::storage::registers {

namespace {

using namespace std::chrono;

constexpr int most_tries = 4;  // of one call
constexpr milliseconds longest_pause{5000};
constexpr hours abilities_last{1};
constexpr long ok = 200, bad_request = 400, unauthorized = 401, forbidden = 403, not_found = 404,
               gone = 410, too_many = 429, server_error = 500;

bool is_good(long status) {
    return status >= ok && status < 300;
}

std::string text_of(const value& of) {
    const auto* text = of.as_string();
    return text ? *text : std::string();
}

// Of an error of OpenDSR. What else it says may name the person, and is never repeated.
bool says_id_is_used(const std::string& body) {
    const auto read = read_json(body);
    if (!read) return false;
    const auto* errors = (*read)["error"]["errors"].as_array();
    return errors && std::ranges::any_of(*errors, [](const value& one) {
               return text_of(one["reason"]) == "RequestIdReused";
           });
}

}  // namespace

std::optional<request_status> read_status(std::string_view text) {
    std::string plain(text);
    std::ranges::transform(plain, plain.begin(), [](unsigned char c) {
        return c == '-' ? '_' : static_cast<char>(std::tolower(c));
    });
    if (plain == "pending") return request_status::pending;
    if (plain == "in_progress") return request_status::in_progress;
    if (plain == "completed") return request_status::completed;
    if (plain == "cancelled" || plain == "canceled") return request_status::cancelled;
    return std::nullopt;
}

opendsr_peer::opendsr_peer(const http_register_options& options, signing_certificate pinned)
    : options_(options), pinned_(std::move(pinned)) {}

std::unexpected<problem> opendsr_peer::bad_answer(std::string_view what) const {
    return fail(problem_kind::corrupt, "register_answer",
                fmt::format("register `{}` {}", options_.id, what),
                "nothing of it was taken over; show this to the supplier of the register");
}

opendsr_peer::talk::talk(opendsr_peer& peer)
    : peer_(peer), client_(peer.options_), until_(steady_clock::now() + peer.options_.wait) {}

// False when there is no time left for it.
bool opendsr_peer::talk::rest(milliseconds length) {
    if (steady_clock::now() + length > until_) return false;
    std::this_thread::sleep_for(length);
    return true;
}

result<http_reply> opendsr_peer::talk::call(const std::string& url, const std::string* body,
                                            bool with_credentials) {
    auto pause = peer_.options_.first_pause;
    for (int tried = 1;; ++tried) {
        auto reply = body ? client_.post(url, *body) : client_.get(url, with_credentials);
        milliseconds asked{0};
        if (reply) {
            if (reply->status < server_error && reply->status != too_many) return reply;
            asked = reply->retry_after;
            reply = fail(problem_kind::unavailable, "register_unreachable",
                         fmt::format("register `{}` answers with HTTP status {}", peer_.options_.id,
                                     reply->status),
                         "it is tried again by itself; tell its supplier if it stays");
        }
        if (reply.error().kind != problem_kind::unavailable || tried == most_tries ||
            !rest(std::max(pause, asked)))
            return reply;
        pause = std::min(pause * 2, longest_pause);
    }
}

std::unexpected<problem> opendsr_peer::talk::refusal(const http_reply& reply,
                                                     std::string_view of) const {
    if (reply.status == unauthorized || reply.status == forbidden)
        return fail(problem_kind::unavailable, "register_refused",
                    fmt::format("register `{}` does not accept the credentials (HTTP status {})",
                                peer_.options_.id, reply.status),
                    "check `token_file`, or `user` and `password_file`, with the supplier");
    return peer_.bad_answer(fmt::format("answers {} with HTTP status {}", of, reply.status));
}

result<signing_certificate> opendsr_peer::talk::fetch_certificate(const value& discovery) {
    const auto& options = peer_.options_;
    const auto url = text_of(discovery["processor_certificate"]);
    if (!origin_of(url) || host_of(url) != host_of(options.url))
        return fail(problem_kind::corrupt, "register_discovery",
                    fmt::format("register `{}` keeps its certificate on another host", options.id),
                    "pin the certificate with `certificate`");
    PYKALA_TRY(const auto reply, call(url, nullptr, false));
    if (!is_good(reply.status)) return refusal(reply, "the request for its certificate");
    PYKALA_TRY(auto read, read_certificate(reply.body));
    PYKALA_CHECK(check_chain(read, options.domain, options.ca_file));
    return read;
}

result<std::shared_ptr<const peer_abilities>> opendsr_peer::talk::abilities() {
    const auto& options = peer_.options_;
    {
        const std::scoped_lock lock(peer_.mutex_);
        if (peer_.known_ && steady_clock::now() - peer_.known_->looked_at < abilities_last)
            return peer_.known_;
    }
    PYKALA_TRY(const auto reply, call(options.url + "/discovery", nullptr));
    if (!is_good(reply.status)) return refusal(reply, "/discovery");
    const auto read = read_json(reply.body);
    const auto wrong = [&](std::string_view what) {
        return fail(problem_kind::corrupt, "register_discovery",
                    fmt::format("register `{}`: its discovery {}", options.id, what),
                    "see storage/registers/http/README.md, \"Discovery\"");
    };
    if (!read) return wrong("is not JSON");
    if (!text_of((*read)["api_version"]).starts_with("2.")) return wrong("speaks no OpenDSR 2");
    if (text_of((*read)["extensions"][options.domain]["contract"]) != contract_name)
        return wrong(fmt::format("names no contract `{}` under its domain", contract_name));
    auto found = std::make_shared<peer_abilities>();
    found->looked_at = steady_clock::now();
    if (const auto* types = (*read)["supported_subject_request_types"].as_array())
        for (const auto& type : *types) found->types.push_back(text_of(type));
    if (!peer_.pinned_.leaf) {
        PYKALA_TRY(found->certificate, fetch_certificate(*read));
    }
    const std::scoped_lock lock(peer_.mutex_);
    peer_.known_ = found;
    return peer_.known_;
}

// Domain, certificate, signature, and only then the text.
result<value> opendsr_peer::talk::read_signed(const http_reply& reply) {
    const auto& options = peer_.options_;
    if (reply.domain != options.domain)
        return fail(problem_kind::corrupt, "register_signature",
                    fmt::format("an answer of register `{}` names another domain", options.id),
                    "compare `domain` in the configuration with the supplier's");
    PYKALA_TRY(const auto known, abilities());
    const auto& certificate = peer_.pinned_.leaf ? peer_.pinned_ : known->certificate;
    PYKALA_CHECK(check_days(certificate));
    if (auto good = check_signature(certificate, reply.body, reply.signature); !good) {
        // a certificate that was changed meanwhile is fetched anew with the next call
        const std::scoped_lock lock(peer_.mutex_);
        peer_.known_.reset();
        return std::unexpected(std::move(good).error());
    }
    auto read = read_json(reply.body);
    if (!read) return peer_.bad_answer(fmt::format("sends no JSON ({})", read.error().code));
    return read;
}

result<bool> opendsr_peer::talk::submit(const std::string& id, const register_question& what) {
    const auto& options = peer_.options_;
    PYKALA_TRY(const auto known, abilities());
    if (std::ranges::find(known->types, what.type) == known->types.end())
        return fail(
            problem_kind::corrupt, "register_discovery",
            fmt::format("register `{}` takes no requests of type `{}`", options.id, what.type),
            "ask the supplier to build this part of the contract");
    PYKALA_TRY(const auto body,
               request_text(options, id, what, floor<milliseconds>(system_clock::now())));
    PYKALA_TRY(const auto reply, call(options.url + "/requests", &body));
    if (reply.status == bad_request && says_id_is_used(reply.body)) return false;
    if (!is_good(reply.status)) return refusal(reply, "a request");
    PYKALA_TRY(const auto read, read_signed(reply));
    if (text_of(read["subject_request_id"]) != id)
        return peer_.bad_answer("confirms another request than the one sent");
    if (from_base64(text_of(read["encoded_request"])) != body)
        return peer_.bad_answer("confirms a request with other content than the one sent");
    return true;
}

result<std::optional<status_answer>> opendsr_peer::talk::status(const std::string& id) {
    const auto& options = peer_.options_;
    PYKALA_TRY(const auto reply, call(options.url + "/requests/" + id, nullptr));
    if (reply.status == not_found || reply.status == gone) return std::nullopt;
    if (!is_good(reply.status)) return refusal(reply, "a question about a request");
    PYKALA_TRY(const auto read, read_signed(reply));
    if (text_of(read["subject_request_id"]) != id)
        return peer_.bad_answer("answers about another request than the one asked for");
    const auto status = read_status(text_of(read["request_status"]));
    if (!status) return peer_.bad_answer("gives a status that is not known");
    return status_answer{*status, text_of(read["results_url"]), read["extensions"][options.domain]};
}

result<std::optional<status_answer>> opendsr_peer::talk::wait_for(const std::string& id) {
    auto pause = peer_.options_.first_pause;
    while (true) {
        PYKALA_TRY(auto now, status(id));
        if (!now || now->status == request_status::completed ||
            now->status == request_status::cancelled)
            return now;
        if (!rest(pause))
            return fail(problem_kind::unavailable, "register_pending",
                        fmt::format("register `{}` has begun and not finished", peer_.options_.id),
                        "it is asked again by itself");
        pause = std::min(pause * 2, longest_pause);
    }
}

result<value> opendsr_peer::talk::results(const std::string& id, const status_answer& of) {
    // elsewhere the credentials and the person's data would be somebody else's
    if (origin_of(of.results_url) != origin_of(peer_.options_.url))
        return peer_.bad_answer("completed without results on its own host");
    PYKALA_TRY(const auto reply, call(of.results_url, nullptr));
    if (!is_good(reply.status)) return refusal(reply, "the request for results");
    PYKALA_TRY(auto read, read_signed(reply));
    if (text_of(read["subject_request_id"]) != id)
        return peer_.bad_answer("gives results of another request than the one asked for");
    if (text_of(read["contract"]) != contract_name)
        return peer_.bad_answer(fmt::format("gives results that follow no `{}`", contract_name));
    return read;
}

}  // namespace pykala::storage::registers
