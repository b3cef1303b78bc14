// Answers of access and portability: fetched by the person they are about, looked at by staff
// before and after.
#include "api/web/answers.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "api/answers/answer_maker.hpp"
#include "api/answers/package.hpp"
#include "api/web/cases.hpp"
#include "api/web/endpoints.hpp"
#include "storage/hash/sha256.hpp"
#include "storage/sqlite/staff.hpp"

namespace pykala::api::web {
namespace {

constexpr std::string_view whole = "answer.zip";

auto no_answer() {
    return fail(problem_kind::not_found, "no_such_answer", "there is no answer to be fetched here",
                "it may not have left yet, or its time is over");
}

bool gives_answers(const desk::open_case& c) {
    return c.now.right == "access" || c.now.right == "portability";
}

// The page brings its own style; its hash lets exactly that one in.
std::string policy_for(std::string_view page) {
    constexpr std::string_view opening = "<style>", closing = "</style>";
    const auto begin = page.find(opening), end = page.find(closing);
    std::string style = "'none'";
    if (begin != std::string_view::npos && end != std::string_view::npos && begin < end) {
        const auto text = page.substr(begin + opening.size(), end - begin - opening.size());
        style = fmt::format("'sha256-{}'", to_base64(storage::sha256({}, text)));
    }
    return fmt::format(
        "default-src 'none'; style-src {}; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'",
        style);
}

// One file of the package, or all of it. Names in headers are ours, and say nothing of the person.
result<http::response> send_file(const std::string& zip, const std::string& file,
                                 const std::string& number) {
    http::response said;
    if (file == whole) {
        said.set("Content-Type", "application/zip");
        said.set("Content-Disposition", fmt::format("attachment; filename=\"{}.zip\"", number));
        said.body = zip;
        return said;
    }
    auto bytes = storage::read_zip_entry(zip, file);
    if (!bytes && bytes.error().kind == problem_kind::not_found) return no_answer();
    if (!bytes) return std::unexpected(bytes.error());
    said.body = *std::move(bytes);
    said.set("Content-Type", std::string(media_type_of_file(file)));
    const bool page = file.ends_with(".html");
    said.set("Content-Disposition",
             page ? std::string("inline") : fmt::format("attachment; filename=\"{}\"", file));
    if (page) said.set("Content-Security-Policy", policy_for(said.body));
    return said;
}

result<http::response> own_answer(call& at) {
    PYKALA_TRY(const auto c, case_of_customer(at, at.parts.front()));
    if (!at.here.answers || !gives_answers(c) || !c.now.has("answer_dispatched"))
        return no_answer();
    PYKALA_TRY(const auto zip, at.here.answers->made(c));
    if (!zip) return no_answer();
    return send_file(*zip, at.parts.back(), c.now.number);
}

answer_reader reader_of(const call& at, const desk::open_case& c) {
    return is_named_staff(at, c) ? answer_reader::staff : answer_reader::staff_at_large;
}

result<http::response> look_at_answer(call& at) {
    const auto& number = at.parts.front();
    PYKALA_TRY(const auto c, at.here.desk->read(number));
    if (!at.here.answers || !gives_answers(c)) return no_answer();
    PYKALA_CHECK(storage::note_look(*at.here.store, at.who.user, number,
                                    "/officer/cases/{case}/answer/{file}", at.here.time->now().at));
    const auto reader = reader_of(at, c);
    PYKALA_TRY(auto zip, at.here.answers->made(c));
    // what left is shown as it left, but a protected address only to whom it may be shown
    const bool hidden =
        reader == answer_reader::staff_at_large && c.now.flags.contains("address_protected");
    if (!zip || hidden) {
        PYKALA_TRY(zip, at.here.answers->preview(c, reader));
    }
    return send_file(*zip, at.parts.back(), number);
}

constexpr role_set who_may_look{role::officer, role::reviewer, role::dpo};

constexpr auto answers_table = std::to_array<endpoint>({
    {"GET", "/requests/{case}/answer/{file}", door::portal, false, customers, own_answer},
    {"GET", "/officer/cases/{case}/answer/{file}", door::staff, false, who_may_look,
     look_at_answer},
});

}  // namespace

std::span<const endpoint> answer_endpoints() {
    return answers_table;
}

bool is_named_staff(const call& at, const desk::open_case& c) {
    return at.who.roles.meets({role::dpo, role::reviewer}) ||
           (!c.now.assignee.empty() && c.now.assignee == at.who.name);
}

result<value_object> own_answer_values(const call& at, const desk::open_case& c) {
    value_object shown;
    if (!at.here.answers || !gives_answers(c) || !c.now.has("answer_dispatched")) return shown;
    const bool packed = std::ranges::any_of(
        c.now.orders, [](const auto& order) { return order.verb == "package"; });
    if (!packed) return shown;
    PYKALA_TRY(const bool there, at.here.answers->has_made(c));
    shown = {{"there", there}, {"gone", !there}, {"until", false}};
    if (const auto until = package_until(c, c.now.closed_on.value_or(at.here.time->now().on)))
        shown.insert_or_assign("until", day_text(*until, at.in));
    return shown;
}

result<value_object> answer_look_values(const call& at, const desk::open_case& c) {
    value_object shown;
    if (!at.here.answers || !gives_answers(c) || !at.who.roles.meets(who_may_look) ||
        c.now.records.empty())
        return shown;
    PYKALA_TRY(const bool made, at.here.answers->has_made(c));
    shown.emplace("made", made);
    return shown;
}

}  // namespace pykala::api::web
