#include "storage/mail/smtp.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>
#include <stdexcept>

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "storage/mail/mail_text.hpp"

namespace pykala::storage {
namespace {

constexpr std::size_t password_max = 1000;

// Once for the process, before any thread asks for a handle.
void begin_curl() {
    static std::once_flag begun;
    std::call_once(begun, [] {
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
            throw std::runtime_error("libcurl does not begin");
    });
}

struct release_handle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct release_list {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct bytes_left {
    std::string_view text;
};

std::size_t give_bytes(char* to, std::size_t size, std::size_t count, void* from) {
    auto& left = *static_cast<bytes_left*>(from);
    const auto taken = std::min(size * count, left.text.size());
    std::memcpy(to, left.text.data(), taken);
    left.text.remove_prefix(taken);
    return taken;
}

std::size_t drop_bytes(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
}

bool is_tls_fault(CURLcode code) {
    return code == CURLE_USE_SSL_FAILED || code == CURLE_SSL_CONNECT_ERROR ||
           code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
           code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CIPHER;
}

// Texts of the server may name people: only its number is told.
std::unexpected<problem> fault_of(CURLcode code, long said, const smtp_settings& own) {
    const auto server = fmt::format("the mail server `{}:{}`", own.host, own.port);
    if (is_tls_fault(code))
        return fail(problem_kind::unavailable, "mail_tls",
                    fmt::format("{} offers no TLS that can be trusted: {}", server,
                                curl_easy_strerror(code)),
                    "check `security`, `port` and `authorities` of [smtp]");
    if (code == CURLE_LOGIN_DENIED)
        return fail(problem_kind::unavailable, "mail_login",
                    fmt::format("{} does not take the login ({})", server, said),
                    "check `user` and the file of `password` of [smtp]");
    if (said >= 400)
        return fail(problem_kind::unavailable, "mail_not_taken",
                    fmt::format("{} does not take the message now ({})", server, said),
                    "it is tried again; the log of the mail server says why");
    return fail(problem_kind::unavailable, "mail_unreachable",
                fmt::format("{} cannot be reached: {}", server, curl_easy_strerror(code)),
                "it is tried again; check that the server runs and that this machine may reach it");
}

class smtp final : public desk::mail_port {
public:
    explicit smtp(smtp_settings settings) : own_(std::move(settings)) { begin_curl(); }

    result<desk::mail_fate> send(const desk::mail_message& what) override {
        PYKALA_TRY(const auto text, mail_text(what));
        const std::unique_ptr<CURL, release_handle> handle(curl_easy_init());
        const std::unique_ptr<curl_slist, release_list> to(
            curl_slist_append(nullptr, fmt::format("<{}>", what.to).c_str()));
        if (!handle || !to)
            return fail(problem_kind::unavailable, "mail_unreachable",
                        "there is not enough memory");
        std::array<char, CURL_ERROR_SIZE> told{};
        bytes_left left{text};
        set_line(handle.get(), what);
        auto* h = handle.get();
        curl_easy_setopt(h, CURLOPT_MAIL_FROM, fmt::format("<{}>", what.from).c_str());
        curl_easy_setopt(h, CURLOPT_MAIL_RCPT, to.get());
        curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(h, CURLOPT_READFUNCTION, give_bytes);
        curl_easy_setopt(h, CURLOPT_READDATA, &left);
        curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, drop_bytes);
        curl_easy_setopt(h, CURLOPT_ERRORBUFFER, told.data());
        const auto code = curl_easy_perform(h);
        if (code == CURLE_OK) return desk::mail_fate::accepted;
        long said = 0;
        curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &said);
        if (is_final(code, said, told.data())) return desk::mail_fate::refused;
        return fault_of(code, said, own_);
    }

private:
    // For good is only what the server says of this receiver, or of the whole message; what it says
    // of the sender or the login is a matter of the configuration, and mended there.
    static bool is_final(CURLcode code, long said, std::string_view told) {
        if (said < 500 || said > 599) return false;
        const bool receiver = code == CURLE_SEND_ERROR && told.starts_with("RCPT failed");
        return receiver || code == CURLE_WEIRD_SERVER_REPLY;
    }

    void set_line(CURL* h, const desk::mail_message& what) const {
        const bool implicit = own_.security == mail_security::implicit;
        const bool v6 = own_.host.find(':') != std::string::npos;
        const auto url =
            fmt::format("{}://{}{}{}:{}/{}", implicit ? "smtps" : "smtp", v6 ? "[" : "", own_.host,
                        v6 ? "]" : "", own_.port, what.from.substr(what.from.find('@') + 1));
        curl_easy_setopt(h, CURLOPT_URL, url.c_str());
        curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        curl_easy_setopt(h, CURLOPT_PROXY, "");  // not that of the environment
        curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, long(own_.connect_within.count()));
        curl_easy_setopt(h, CURLOPT_TIMEOUT, long(own_.send_within.count()));
        curl_easy_setopt(h, CURLOPT_SERVER_RESPONSE_TIMEOUT, long(own_.send_within.count()));
        if (own_.security != mail_security::none) {
            curl_easy_setopt(h, CURLOPT_USE_SSL, long(CURLUSESSL_ALL));
            curl_easy_setopt(h, CURLOPT_SSLVERSION, long(CURL_SSLVERSION_TLSv1_2));
            if (!own_.authorities.empty())
                curl_easy_setopt(h, CURLOPT_CAINFO, own_.authorities.c_str());
        }
        if (own_.user.empty()) return;
        curl_easy_setopt(h, CURLOPT_USERNAME, own_.user.c_str());
        curl_easy_setopt(h, CURLOPT_PASSWORD, own_.password.c_str());
    }

    smtp_settings own_;
};

}  // namespace

bool is_this_machine(std::string_view host) {
    return host == "localhost" || host == "::1" ||
           (host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos);
}

result<std::string> read_mail_password(const std::filesystem::path& file) {
    struct stat held{};
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in || ::stat(file.c_str(), &held) != 0 || !S_ISREG(held.st_mode))
        return fail(problem_kind::not_found, "mail_password_missing",
                    fmt::format("cannot read the password of the mail server `{}`", file.string()),
                    "name a file, or `credential:NAME`, as `password` of [smtp]");
    if ((held.st_mode & 0077) != 0)
        return fail(problem_kind::invalid, "mail_password_open_to_others",
                    fmt::format("`{}` has mode {:04o}", file.string(), held.st_mode & 07777),
                    "only the service may read it: chmod 600");
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
    if (text.empty() || text.size() > password_max || std::ranges::any_of(text, is_control))
        return fail(problem_kind::invalid, "mail_password_malformed",
                    fmt::format("`{}` is not one line with a password", file.string()));
    return text;
}

result<std::unique_ptr<desk::mail_port>> open_smtp(smtp_settings settings) {
    if (settings.security == mail_security::none && !is_this_machine(settings.host))
        return fail(problem_kind::invalid, "mail_without_tls",
                    fmt::format("`{}` is not this machine, and mail would leave without TLS",
                                settings.host),
                    "use `starttls` or `implicit`");
    return std::make_unique<smtp>(std::move(settings));
}

}  // namespace pykala::storage
