// Start page, style sheet, sign-in and sign-out.
#include <algorithm>
#include <array>
#include <charconv>

#include "api/web/endpoints.hpp"
#include "api/web/sessions.hpp"

namespace pykala::api::web {
namespace {

// The test e-identification exists in the demo only, and only for a browser on this very machine:
// a literal loopback host, and nobody in between.
bool may_test_sign_in(const call& at) {
    const std::string_view host = at.asked.host;
    const auto name = host.substr(0, host.find(':'));
    return at.here.demo && !at.asked.forwarded && (name == "localhost" || name == "127.0.0.1");
}

auto no_test_sign_in() {
    return fail(problem_kind::not_found, "no_such_page", "there is nothing here");
}

// What the published notice itself states; what we only assume stands on the page of the ways to
// ask. Companies with the same contact stand together.
value_array stated_contacts(const call& at) {
    const auto said = [](const marked<std::string>& detail) {
        return detail.how == mark::stated ? detail.value : std::string();
    };
    value_array contacts;
    for (const auto& [id, each] : at.here.own->controllers) {
        value_object contact{{"address", said(each.address)},
                             {"visit", said(each.visiting_address)},
                             {"phone", said(each.phone)},
                             {"email", said(each.email)}};
        if (std::ranges::all_of(contact, [](const auto& one) { return one.second == ""; }))
            continue;
        const auto same = std::ranges::find_if(contacts, [&](const value& known) {
            return std::ranges::all_of(
                contact, [&](const auto& one) { return known[one.first] == one.second; });
        });
        if (same == contacts.end()) {
            contact.emplace("name", each.name);
            contacts.emplace_back(std::move(contact));
        } else {
            auto& name = (*same).as_object()->at("name");
            name = *name.as_string() + ", " + each.name;
        }
    }
    return contacts;
}

result<http::response> start_page(call& at) {
    return page(at, "start", {{"contacts", stated_contacts(at)}});
}

result<http::response> style_sheet(call& at) {
    http::response said;
    said.set("Content-Type", "text/css; charset=utf-8");
    said.set("Cache-Control", "public, max-age=3600");
    said.body = std::string(at.here.pages->asset("style.css"));
    return said;
}

// How to ask without signing in, as the pack names the company: the ways that it accepts.
result<http::response> ask_otherwise_page(call& at) {
    const auto& own = *at.here.own;
    const auto by = [&](channel way, const std::string& contact) {
        const auto& ways = own.channels_accepted;
        return std::ranges::find(ways, way) == ways.end() ? std::string() : contact;
    };
    value_array companies;
    for (const auto& [id, each] : own.controllers)
        companies.emplace_back(
            value_object{{"name", each.name},
                         {"address", by(channel::letter, each.address.value)},
                         {"visit", by(channel::visit, each.visiting_address.value)},
                         {"phone", by(channel::phone, each.phone.value)},
                         {"email", by(channel::email, each.email.value)}});
    return page(at, "ask_otherwise", {{"controllers", std::move(companies)}});
}

result<http::response> customer_sign_in_page(call& at) {
    // identification over OpenID Connect comes later; until then nobody is left without a way
    if (!at.here.demo) return ask_otherwise_page(at);
    if (!may_test_sign_in(at)) return no_test_sign_in();
    prepare_open_form(at);
    value_array people;
    for (std::size_t i = 0; i < at.here.people.size(); ++i) {
        const auto& each = at.here.people[i];
        people.emplace_back(value_object{{"number", static_cast<std::int64_t>(i)},
                                         {"name", each.name},
                                         {"about", each.about.in(at.in)}});
    }
    const auto wanted = http::field(at.query, "right");
    return page(at, "sign_in",
                {{"people", std::move(people)},
                 {"right", from_name<right>(wanted) ? std::string(wanted) : std::string()}});
}

result<http::response> customer_signs_in(call& at) {
    if (!may_test_sign_in(at)) return no_test_sign_in();
    const auto text = at.form_field("person");
    std::size_t number = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (wrong != std::errc() || end != text.data() + text.size() || number >= at.here.people.size())
        return fail(problem_kind::invalid, "no_such_person", "choose one of the people");
    const auto& who = at.here.people[number];
    PYKALA_CHECK(start_customer_session(at, {who.hetu, who.name, "eid_substantial"}));
    const auto wanted = at.form_field("right");
    if (from_name<right>(wanted)) return see_other(at, "/requests/new/" + std::string(wanted));
    return see_other(at, "/requests");
}

result<http::response> customer_signs_out(call& at) {
    PYKALA_CHECK(end_own_session(at, door::portal));
    return see_other(at, "/");
}

result<http::response> staff_sign_in_page(call& at) {
    prepare_open_form(at);
    return page(at, "staff_sign_in", {});
}

// Where somebody with these roles begins.
std::string_view first_page_of(const std::set<std::string>& roles) {
    if (roles.contains("auditor")) return "/audit/";
    for (const auto& [each, name] : names_of<role>)
        if (case_workers.has(each) && roles.contains(std::string(name))) return "/officer/";
    return roles.contains("administrator") ? "/officer/quarantine" : "/officer/";
}

result<http::response> staff_signs_in(call& at) {
    const std::string name(at.form_field("name")), password(at.form_field("password"));
    const auto who = check_password(at, name, password);
    if (who) {
        PYKALA_CHECK(start_staff_session(at, *who));
        return see_other(at, first_page_of(who->roles));
    }
    if (who.error().code != "wrong_name_or_password") return std::unexpected(who.error());
    prepare_open_form(at);
    return page(at, "staff_sign_in", {{"wrong", true}, {"name", name}}, 403);
}

result<http::response> staff_signs_out(call& at) {
    PYKALA_CHECK(end_own_session(at, door::staff));
    return see_other(at, "/");
}

constexpr auto entry_table = std::to_array<endpoint>({
    {"GET", "/", door::portal, true, {}, start_page},
    {"GET", "/assets/style.css", door::open, true, {}, style_sheet},
    {"GET", "/sign-in", door::portal, true, {}, customer_sign_in_page},
    {"POST", "/sign-in", door::portal, true, {}, customer_signs_in},
    {"POST", "/sign-out", door::portal, false, customers, customer_signs_out},
    {"GET", "/officer/sign-in", door::staff, true, {}, staff_sign_in_page},
    {"POST", "/officer/sign-in", door::staff, true, {}, staff_signs_in},
    {"POST", "/officer/sign-out", door::staff, false, all_staff, staff_signs_out},
});

}  // namespace

std::span<const endpoint> entry_endpoints() {
    return entry_table;
}

}  // namespace pykala::api::web
