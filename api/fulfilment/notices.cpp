#include "api/fulfilment/notices.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/case/notice.hpp"
#include "engine/case/values.hpp"

#include "api/fulfilment/desk_answer.hpp"
#include "api/fulfilment/people.hpp"
#include "api/letters/facts_of_case.hpp"

namespace pykala::api {
namespace {

constexpr std::string_view template_name = "portal_notice";
constexpr std::chrono::seconds shortest_rest{60};
constexpr std::chrono::seconds longest_rest{std::chrono::minutes{30}};
constexpr std::size_t id_digits = 32;

bool knows_who_asks(const cases::case_state& c) {
    const auto& by = c.who.assurance;
    return c.has("identified") || by == "eid_substantial" || by == "eid_high";
}

// What all registers say of the person at this moment.
struct person_now {
    std::set<std::string> emails;
    bool address_protected = false;
    bool changed_since = false;
};

result<person_now> look_up(const std::vector<register_port*>& registers, const desk::open_case& c,
                           date today) {
    person_now now;
    if (registers.empty()) return now;
    PYKALA_TRY(const auto found, find_people(registers, registers.size() - 1, keys_of(c.now)));
    for (std::size_t i = 0; i < registers.size(); ++i) {
        if (found.at[i].people.empty()) continue;
        PYKALA_TRY(const auto held, registers[i]->read(found.at[i], today));
        for (const auto& person : held.people) {
            if (!person.email.empty()) now.emails.insert(person.email);
            now.address_protected |= person.protected_address;
            now.changed_since |=
                person.contact_changed_on && *person.contact_changed_on >= c.now.received_on;
        }
    }
    return now;
}

}  // namespace

// The register of this moment, and where it knows none any more (the address may have been erased
// as the person asked) what it proved when the case last looked.
result<notices::address> notices::proven_address(const desk::open_case& c) const {
    const auto& now = c.now;
    if (!mail_ || here_.address.empty()) return address{.why = "no_mail"};
    if (now.flags.contains("address_protected")) return address{.why = "address_protected"};
    if (!now.who.is_person) return address{.why = "representative"};
    if (!knows_who_asks(now)) return address{.why = "not_identified"};
    PYKALA_TRY(auto person, look_up(here_.registers, c, here_.time->now().on));
    if (person.address_protected) return address{.why = "address_protected"};
    if (person.changed_since) return address{.why = "changed_since"};
    if (person.emails.empty() && !now.notice_to.empty()) person.emails.insert(now.notice_to);
    if (person.emails.empty()) return address{.why = "no_proven_address"};
    if (person.emails.size() > 1) return address{.why = "several_addresses"};
    const auto& only = *person.emails.begin();
    if (!desk::is_mail_address(only)) return address{.why = "bad_address"};
    return address{.to = only};
}

result<desk::mail_message> notices::message(const desk::open_case& c, const desk::outbox_item& item,
                                            std::string to) const {
    const auto in = from_name<language>(c.now.language).value_or(language::fi);
    PYKALA_TRY(auto written,
               here_.letters->render(template_name, in,
                                     letters::facts_of_notice(*here_.own, here_.address, in)));
    // the title is the subject, and stands once
    const auto title = written.title + "\n\n";
    if (written.text.starts_with(title)) written.text.erase(0, title.size());
    const auto id =
        here_.seals->digest_of(fmt::format("notice/1 {} {}", to_hex(item.stream), item.seq));
    return desk::mail_message{.id = id.substr(0, id_digits),
                              .from = from_,
                              .from_name = here_.name,
                              .to = std::move(to),
                              .language = std::string(name_of(in)),
                              .subject = std::move(written.title),
                              .text = std::move(written.text),
                              .at = c.events.at(item.seq).at};
}

result<bool> notices::note(const desk::outbox_item& item, std::string_view became,
                           std::string_view why, const std::string& to) const {
    cases::command what{.kind = cases::command_kind::notice, .by = {"system", {}}};
    what.inputs = {{"letter", static_cast<std::int64_t>(item.seq)},
                   {"result", std::string(became)}};
    cases::add_text(what.inputs, "why", std::string(why));
    cases::add_text(what.inputs, "to", to);
    const auto told = answer_of_desk(*here_.desk, item.number, std::move(what));
    // the case says so already
    if (!told && told.error().code != "notice_noted") return std::unexpected(told.error());
    return true;
}

void notices::server_failed(const problem& why) {
    if (rest_ == std::chrono::seconds::zero())
        fmt::print(stderr, "{}: mail: {}: {}\n    {}\n", here_.tenant, why.code, why.detail,
                   why.hint);
    rest_ = std::clamp(rest_ * 2, shortest_rest, longest_rest);
    rests_until_ = here_.time->now().at + rest_;
}

void notices::server_works() {
    if (rest_ != std::chrono::seconds::zero())
        fmt::print(stderr, "{}: mail: it is taken again\n", here_.tenant);
    rest_ = {};
    rests_until_ = {};
}

result<item_outcome> notices::note_taken(const desk::outbox_item& item) {
    PYKALA_CHECK(note(item, cases::notice_sent, {}, taken_.at(item.id)));
    taken_.erase(item.id);
    return item_outcome::settled;
}

result<item_outcome> notices::leave(const desk::outbox_item& item, const value& what) {
    if (item.kind != "letter" || !cases::flag_of(what["notice"])) return item_outcome::settled;
    if (taken_.contains(item.id)) return note_taken(item);
    if (here_.time->now().at < rests_until_) return item_outcome::waits_in_turn;
    PYKALA_TRY(const auto c, here_.desk->read(item.number));
    const auto* noted = c.now.notice_of(item.seq);
    if (noted && noted->result != cases::notice_waits) return item_outcome::settled;
    const auto proven = proven_address(c);
    if (!proven) {
        PYKALA_CHECK(note(item, cases::notice_waits, "register_away", {}));
        return item_outcome::failed;
    }
    if (!proven->why.empty()) {
        PYKALA_CHECK(note(item, cases::notice_impossible, proven->why, {}));
        return item_outcome::settled;
    }
    PYKALA_TRY(const auto mail, message(c, item, proven->to));
    const auto fate = mail_->send(mail);
    if (!fate) {
        server_failed(fate.error());
        PYKALA_CHECK(note(item, cases::notice_waits, "mail_server", proven->to));
        return item_outcome::failed;
    }
    server_works();
    if (*fate == desk::mail_fate::accepted) {
        taken_.emplace(item.id, proven->to);
        return note_taken(item);
    }
    PYKALA_CHECK(note(item, cases::notice_impossible, "refused", proven->to));
    return item_outcome::settled;
}

}  // namespace pykala::api
