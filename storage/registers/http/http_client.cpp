#include "storage/registers/http/http_client.hpp"

#include <algorithm>
#include <cctype>
#include <mutex>
#include <new>
#include <string_view>

#include <curl/curl.h>
#include <fmt/format.h>

namespace pykala::storage::registers {

namespace {

struct release_url {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct release_list {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using url_parts = std::unique_ptr<CURLU, release_url>;

url_parts parts_of(const std::string& url) {
    url_parts parts(curl_url());
    if (!parts || curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
        return nullptr;
    return parts;
}

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
    std::string copy(text);
    curl_free(text);
    return copy;
}

std::string lower(std::string_view text) {
    std::string made(text);
    std::ranges::transform(made, made.begin(), [](unsigned char c) { return std::tolower(c); });
    return made;
}

bool is_this_machine(const std::string& host) {
    return host == "localhost" || host == "127.0.0.1" || host == "[::1]" || host == "::1";
}

struct incoming {
    http_reply reply;
    std::size_t largest;
    bool too_large = false;
};

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* into) {
    auto& in = *static_cast<incoming*>(into);
    in.too_large = count > in.largest - in.reply.body.size();
    if (in.too_large) return 0;
    in.reply.body.append(bytes, count);
    return count;
}

std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* into) {
    auto& reply = static_cast<incoming*>(into)->reply;
    const std::string_view line(bytes, count);
    const auto colon = line.find(':');
    if (colon == line.npos) return count;
    auto text = line.substr(colon + 1);
    const auto begins = text.find_first_not_of(" \t");
    text = begins == text.npos ? std::string_view() : text.substr(begins);
    text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
    const auto name = lower(line.substr(0, colon));
    if (name == "x-opendsr-processor-domain" || name == "x-opengdpr-processor-domain")
        reply.domain = text;
    if (name == "x-opendsr-signature" || name == "x-opengdpr-signature") reply.signature = text;
    return count;
}

void begin_curl() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

std::string host_of(const std::string& url) {
    const auto parts = parts_of(url);
    return parts ? lower(part(parts.get(), CURLUPART_HOST)) : std::string();
}

std::optional<std::string> origin_of(const std::string& url) {
    const auto parts = parts_of(url);
    if (!parts || !part(parts.get(), CURLUPART_USER).empty()) return std::nullopt;
    const auto scheme = lower(part(parts.get(), CURLUPART_SCHEME));
    const auto host = lower(part(parts.get(), CURLUPART_HOST));
    if (scheme != "https" && !(scheme == "http" && is_this_machine(host))) return std::nullopt;
    return fmt::format("{}://{}:{}", scheme, host,
                       part(parts.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT));
}

http_client::http_client(const http_register_options& options) : options_(options) {
    begin_curl();
    handle_ = curl_easy_init();
    if (!handle_) throw std::bad_alloc();
}

http_client::~http_client() {
    curl_easy_cleanup(handle_);
}

result<http_reply> http_client::get(const std::string& url, bool with_credentials) {
    return call(url, nullptr, with_credentials);
}

result<http_reply> http_client::post(const std::string& url, const std::string& body) {
    return call(url, &body, true);
}

result<http_reply> http_client::call(const std::string& url, const std::string* body,
                                     bool with_credentials) {
    incoming in{.reply = {}, .largest = options_.largest_answer};
    curl_easy_reset(handle_);
    const auto set = [&](CURLoption option, auto what) { curl_easy_setopt(handle_, option, what); };
    std::unique_ptr<curl_slist, release_list> headers(
        curl_slist_append(nullptr, "Accept: application/json"));
    const auto add = [&](const std::string& line) {
        headers.reset(curl_slist_append(headers.release(), line.c_str()));
    };
    // a pause before the body would only slow every call down
    add("Expect:");
    if (with_credentials && !options_.bearer.empty())
        add("Authorization: Bearer " + options_.bearer);
    if (with_credentials && !options_.user.empty()) {
        set(CURLOPT_HTTPAUTH, long{CURLAUTH_BASIC});
        set(CURLOPT_USERNAME, options_.user.c_str());
        set(CURLOPT_PASSWORD, options_.password.c_str());
    }
    if (body) {
        add("Content-Type: application/json; charset=utf-8");
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
        set(CURLOPT_POSTFIELDS, body->data());
    }
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_PROTOCOLS_STR, url.starts_with("https:") ? "https" : "http");
    set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.call_timeout.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.call_timeout.count()));
    const auto authorities = options_.ca_file.string();
    if (!authorities.empty()) set(CURLOPT_CAINFO, authorities.c_str());
    set(CURLOPT_WRITEFUNCTION, take_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&in));
    set(CURLOPT_HEADERFUNCTION, take_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&in));
    const auto done = curl_easy_perform(handle_);
    if (in.too_large)
        return fail(problem_kind::corrupt, "register_answer",
                    fmt::format("register `{}` sends more than {} bytes", options_.id,
                                options_.largest_answer),
                    "raise `largest_answer_mb` if an answer may be that large");
    if (done != CURLE_OK)
        return fail(problem_kind::unavailable, "register_unreachable",
                    fmt::format("register `{}` cannot be reached: {}", options_.id,
                                curl_easy_strerror(done)),
                    "it is tried again by itself; check `url` and the network if it stays");
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &in.reply.status);
    curl_off_t seconds = 0;
    curl_easy_getinfo(handle_, CURLINFO_RETRY_AFTER, &seconds);
    in.reply.retry_after = std::chrono::seconds(seconds);
    return std::move(in.reply);
}

}  // namespace pykala::storage::registers
