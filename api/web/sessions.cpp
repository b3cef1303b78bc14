#include "api/web/sessions.hpp"

#include <fmt/format.h>

#include "engine/log/canonical_json.hpp"

#include "storage/json/read_json.hpp"
#include "storage/sealing/session_seal.hpp"
#include "storage/sealing/sodium.hpp"
#include "storage/sqlite/sign_in_attempts.hpp"
#include "storage/sqlite/web_sessions.hpp"

namespace pykala::api::web {
namespace {

constexpr std::string_view open_form_cookie = "form";

std::string_view cookie_of(door through) {
    return through == door::portal ? "customer" : "staff";
}

role_set roles_of(const storage::staff_member& who) {
    role_set roles;
    for (const auto& name : who.roles)
        if (const auto known = from_name<role>(name)) roles.add(*known);
    return roles;
}

visitor staff_visitor(const storage::staff_member& who) {
    visitor known;
    known.roles = roles_of(who);
    known.name = who.name;
    known.user = who.id;
    return known;
}

std::string to_text(const identified_person& who) {
    auto text = canonical_json(
        value_object{{"assurance", who.assurance}, {"hetu", who.hetu}, {"name", who.name}});
    return text ? *std::move(text) : std::string();
}

std::optional<identified_person> from_text(const std::string& text) {
    const auto read = storage::read_json(text);
    if (!read) return std::nullopt;
    const auto* hetu = (*read)["hetu"].as_string();
    const auto* name = (*read)["name"].as_string();
    const auto* assurance = (*read)["assurance"].as_string();
    if (!hetu || !name || !assurance) return std::nullopt;
    return identified_person{*hetu, *name, *assurance};
}

result<visitor> by_token(const call& at) {
    constexpr std::string_view scheme = "Bearer ";
    const auto given = at.asked.header("authorization");
    if (!given.starts_with(scheme)) return visitor{};
    const auto hash = storage::hash_of_secret(given.substr(scheme.size()));
    PYKALA_TRY(const auto who,
               storage::user_of_token(*at.here.store, hash, at.here.time->now().at));
    return who ? staff_visitor(*who) : visitor{};
}

// A command names in whose name it acts; who can open the socket can read the data anyway.
result<visitor> by_name(const call& at) {
    const std::string name(at.asked.header("pykala-user"));
    if (name.empty()) return visitor{};
    PYKALA_TRY(const auto who, storage::find_user(*at.here.store, name));
    if (!who || who->disabled)
        return fail(problem_kind::forbidden, "no_such_user",
                    fmt::format("there is no user `{}`, or they are disabled", name),
                    "name one that `pykala user add` made");
    return staff_visitor(*who);
}

result<visitor> by_cookie(const call& at, door through) {
    const std::string secret(own_cookie(at, cookie_of(through)));
    if (secret.empty()) return visitor{};
    const auto now = at.here.time->now().at;
    const auto hash = storage::hash_of_secret(secret);
    PYKALA_TRY(const auto found, storage::find_session(*at.here.store, hash, now));
    if (!found || found->session.made_at + session_whole <= now) return visitor{};
    visitor known;
    if (through == door::staff && found->user) {
        known = staff_visitor(*found->user);
    } else if (through == door::portal && !found->user) {
        const auto plain = storage::open_for_session(secret, found->session.sealed);
        if (plain) known.person = from_text(*plain);
        if (!known.person) return visitor{};
        known.roles.add(role::customer);
    } else {
        return visitor{};
    }
    known.secret = secret;
    known.csrf = found->session.csrf;
    if (found->session.seen_at + std::chrono::minutes(1) <= now) {
        const auto idle = through == door::staff ? staff_idle : customer_idle;
        PYKALA_CHECK(storage::touch_session(*at.here.store, hash, now, now + idle));
    }
    return known;
}

result<bool> start_session(call& at, door through, std::optional<std::int64_t> user,
                           const std::string& plain) {
    const auto secret = storage::new_bearer_secret();
    const auto now = at.here.time->now().at;
    const auto idle = through == door::staff ? staff_idle : customer_idle;
    storage::web_session made;
    made.hash = storage::hash_of_secret(secret);
    made.user = user;
    if (!plain.empty()) made.sealed = storage::seal_for_session(secret, plain);
    made.csrf = storage::new_bearer_secret();
    made.made_at = made.seen_at = now;
    made.expires_at = now + idle;
    PYKALA_CHECK(storage::keep_session(*at.here.store, made));
    const std::chrono::seconds whole = session_whole;
    set_cookie(at, cookie_of(through), secret, whole.count());
    set_cookie(at, open_form_cookie, "", 0);
    return true;
}

auto wrong_password() {
    return fail(problem_kind::forbidden, "wrong_name_or_password",
                "the name or the password is not right");
}

}  // namespace

result<visitor> who_asks(const call& at, door through) {
    if (through == door::open) return visitor{};
    if (through == door::local) return by_name(at);
    if (through == door::api) return at.asked.local ? by_name(at) : by_token(at);
    return by_cookie(at, through);
}

result<storage::staff_member> check_password(call& at, const std::string& name,
                                             const std::string& password) {
    // made once: a name that is not there must cost as much as one that is
    static const std::string nobody = storage::hash_password("nobody's");
    const auto now = at.here.time->now().at;
    auto& limits = *at.here.limits;
    // an address is personal data: the database holds a keyed hash of it
    const auto from = at.here.keys->lookup_hash(storage::lookup_kind::address, at.asked.peer);
    PYKALA_TRY(const bool may, storage::note_attempt(*at.here.store, from, now, {}));
    if (!may)
        return fail(problem_kind::forbidden, "too_many_attempts",
                    "too many attempts from this address", "wait fifteen minutes");
    if (name.size() > 200 || password.size() > 1000) return wrong_password();
    PYKALA_TRY(const auto who, storage::find_user(*at.here.store, name));
    bool right = false;
    {
        const sign_in_limits::turn turn(limits);
        if (!turn)
            return fail(problem_kind::unavailable, "too_busy", "too many sign-ins at a time",
                        "try again in a moment");
        right = storage::verify_password(who ? who->password : nobody, password);
    }
    if (!who || !right || who->disabled) return wrong_password();
    PYKALA_CHECK(storage::forget_attempts(*at.here.store, from));
    return *who;
}

result<bool> start_staff_session(call& at, const storage::staff_member& who) {
    return start_session(at, door::staff, who.id, {});
}

result<bool> start_customer_session(call& at, const identified_person& who) {
    return start_session(at, door::portal, std::nullopt, to_text(who));
}

result<bool> end_own_session(call& at, door through) {
    set_cookie(at, cookie_of(through), "", 0);
    if (at.who.secret.empty()) return true;
    PYKALA_CHECK(storage::end_session(*at.here.store, storage::hash_of_secret(at.who.secret)));
    return true;
}

void prepare_open_form(call& at) {
    if (!at.who.csrf.empty()) return;
    at.who.csrf = std::string(own_cookie(at, open_form_cookie));
    if (at.who.csrf.size() != 64) {
        at.who.csrf = storage::new_bearer_secret();
        set_cookie(at, open_form_cookie, at.who.csrf, 3600);
    }
}

result<bool> check_form(const call& at) {
    const auto forged =
        fail(problem_kind::forbidden, "forged_form", "the form does not belong to this session",
             "open the page again and send the form from there");
    const auto origin = at.asked.header("origin");
    const auto scheme = at.asked.secure ? "https://" : "http://";
    if (!origin.empty() && origin != scheme + at.asked.host) return forged;
    const auto expected = at.who.secret.empty() ? own_cookie(at, open_form_cookie) : at.who.csrf;
    const auto given = at.form_field("csrf");
    if (expected.size() != 64 || !storage::equal_in_constant_time(expected, given)) return forged;
    return true;
}

}  // namespace pykala::api::web
