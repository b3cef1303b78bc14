#include "api/command_line/random_commands.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>

#include "engine/case/values.hpp"

namespace pykala::api {
namespace {

using namespace cases;

constexpr auto roles = std::to_array<std::string_view>(
    {"customer", "representative", "officer", "reviewer", "dpo", "customer_service", "system"});
constexpr auto channels = std::to_array<std::string_view>({"portal", "letter", "email", "phone"});
constexpr auto levels = std::to_array<std::string_view>(
    {"none", "matched", "call_back", "code_letter", "visit_id", "eid_substantial", "eid_high"});
constexpr auto all_places = std::to_array<std::string_view>(
    {"phone", "email", "customer_number", "former_identity_codes", "recordings"});
constexpr auto calls =
    std::to_array<std::string_view>({"protected_address", "several_parties", "free_text"});
constexpr auto recipients = std::to_array<std::string_view>({"datahub", "mailchimp"});
constexpr auto fields =
    std::to_array<std::string_view>({"crm/customers/1#VAL-01/name", "crm/customers/1#VAL-03/phone",
                                     "billing/vouchers/1#VAL-08/sum"});

date earlier(date day, std::size_t days) {
    return day - std::chrono::days(days);
}

bool waits(const register_order& order) {
    return order.result != "done" && order.result != "held";
}

// Steps that lead away from a decision, or nowhere.
constexpr auto detours = std::to_array<std::string_view>(
    {"withdraw", "not_a_data_subject", "refuse_excessive", "ask_identity", "ask_clarification",
     "assign", "add_note", "add_task", "finish_task", "correct_arrival", "extend", "send_back"});

bool is_detour(std::string_view name) {
    return std::ranges::find(detours, name) != detours.end();
}

bool is_list(std::string_view type) {
    return type == "records" || type == "fields" || type == "purposes";
}

}  // namespace

const std::vector<std::string>& sample_registers() {
    static const std::vector<std::string> names{"billing", "crm"};
    return names;
}

// Few people with several roles: so that four eyes are tried by one.
actor random_commands::somebody(const std::string& role) {
    if (role == "system") return {role, {}};
    if (role == "customer" || role == "representative") return {role, role + "-1"};
    return {role, "staff-" + std::to_string(1 + below(3))};
}

command random_commands::by(actor who, std::string name, date today) {
    command what;
    what.name = std::move(name);
    what.by = std::move(who);
    what.on = today;
    what.at = today + std::chrono::hours(10);
    return what;
}

attempt random_commands::filing(date today) {
    finds_nothing_ = once_in(6);
    straight_ = !once_in(3);
    mood_ = static_cast<mood>(below(3));
    attempt made{by(somebody(once_in(3) ? "customer_service" : "customer"), {}, today)};
    made.what.kind = command_kind::file;
    auto& in = made.what.inputs;
    in = {{"right", how_.flow.id},
          {"channel", std::string(one_of(channels))},
          {"language", "fi"},
          {"assurance", once_in(2) ? "eid_high" : std::string(one_of(levels))},
          {"received_on", to_string(earlier(today, below(20)))},
          {"is_person", !once_in(6)}};
    for (const auto* flag :
         {"has_portal", "address_known", "address_given", "marketing_target", "mandate_verified"})
        in.emplace(flag, once_in(2));
    in.emplace("notice_wished", flag_of(in, "has_portal"));
    if (!how_.flow.kinds.empty()) in.emplace("kind", one_of(how_.flow.kinds));
    if (once_in(3)) in.emplace("scope", "contact_details");
    if (once_in(3)) in.emplace("person", "customers/1");
    if (once_in(4)) in.emplace("answer_in", "post");
    value_object request;
    value_array contested;
    const bool simple = once_in(3);
    for (const auto& field : fields) {
        const bool voucher = field.starts_with("billing");
        if (simple ? voucher : once_in(3)) continue;
        contested.emplace_back(
            value_object{{"field", field}, {"voucher", voucher}, {"self_service", !voucher}});
    }
    if (how_.flow.id == "rectification") request.emplace("fields", std::move(contested));
    if (once_in(3)) request.emplace("receiver", "Another company");
    in.emplace("request", std::move(request));
    return made;
}

attempt random_commands::next(const case_state& c, const facts& known) {
    const auto due = due_timers(c, known.today);
    if (!due.empty() && !once_in(8)) {
        attempt made{by({"system", {}}, due.front().name, known.today)};
        made.what.kind = command_kind::timer;
        return made;
    }
    if (std::ranges::any_of(c.orders, waits) && once_in(2))
        return answer_of_register(c, known.today);
    if (once_in(7)) return any_step(c, known);
    return open_step(c, known);
}

attempt random_commands::answer_of_register(const case_state& c, date today) {
    std::vector<const register_order*> open;
    for (const auto& order : c.orders)
        if (waits(order)) open.push_back(&order);
    const auto& order = *one_of(open);
    attempt made{by({"system", {}}, "record_register_answer", today)};
    const bool asks = order.verb == "read" || order.verb == "find";
    const bool holds = !asks && once_in(6);
    const auto* result = once_in(8) ? "failed" : holds ? "held" : "done";
    made.what.inputs = {{"order", order.id}, {"result", result}};
    if (order.verb == "read") {
        made.findings = findings_of(order.at);
    } else if (order.verb == "find") {
        made.findings = register_findings{};
        if (!finds_nothing_ && once_in(2)) made.findings->person = "customers/1";
    } else if (order.verb == "erase" && holds) {
        made.findings = register_findings{};
        if (!order.records.empty()) made.findings->kept = {one_of(order.records)};
    }
    return made;
}

register_findings random_commands::findings_of(const std::string& name) {
    register_findings found;
    for (const auto& place : all_places)
        if (!once_in(12)) found.searched.emplace_back(place);
    if (finds_nothing_) return found;
    const auto count = below(3) + (name == "crm" ? 1 : 0);
    for (std::size_t i = 0; i < count; ++i) found.records.push_back(some_record(name, i));
    if (once_in(3)) found.recipients.emplace_back(one_of(recipients));
    if (once_in(4)) found.flags.emplace_back("address_protected");
    if (once_in(4)) found.calls.emplace_back(one_of(calls));
    if (once_in(2)) found.person = "customers/1";
    return found;
}

value_object random_commands::some_record(const std::string& name, std::size_t number) {
    const auto& category = one_of(law_.own_pack().categories).first;
    const auto id = name + "/items/" + std::to_string(number) + "#" + category;
    value_object dates;
    for (const auto* date : {"event", "contract_end", "role_end", "accounting_period_end"})
        if (!once_in(6)) dates.emplace(date, to_string(make_date(2012 + int(below(14)), 6, 30)));
    return {{"id", id},
            {"category", category},
            {"commodity", "electricity"},
            {"dates", std::move(dates)},
            {"contract", once_in(4) ? "in_force" : "ended"},
            {"balance", once_in(6) ? "open" : "settled"}};
}

// Of the steps that are open to somebody, often the one that was chosen least so far.
attempt random_commands::open_step(const case_state& c, const facts& known) {
    std::string role{one_of(roles)};
    auto open = open_transitions(how_, c, somebody(role), known);
    for (int more = 0; open.empty() && more < 8; ++more) {
        role = one_of(roles);
        open = open_transitions(how_, c, somebody(role), known);
    }
    if (open.empty()) return any_step(c, known);
    if (straight_ && !once_in(10) && !std::ranges::all_of(open, is_detour))
        std::erase_if(open, is_detour);
    auto name = one_of(open);
    if (!once_in(3))
        for (const auto& other : open)
            if (tried_[other] < tried_[name]) name = other;
    ++tried_[name];
    const auto& t = *workflow::find_transition(how_.flow, name);
    attempt made{by(somebody(role), name, known.today)};
    made.what.inputs = inputs_of(t, c, known.today);
    if (once_in(10)) spoil(t, made.what.inputs);
    return made;
}

attempt random_commands::any_step(const case_state& c, const facts& known) {
    const auto& t = one_of(how_.flow.transitions);
    attempt made{
        by(somebody(once_in(2) ? one_of(t.by) : std::string(one_of(roles))), t.name, known.today)};
    made.what.inputs = inputs_of(t, c, known.today);
    if (once_in(6)) spoil(t, made.what.inputs);
    return made;
}

value_object random_commands::inputs_of(const workflow::transition& t, const case_state& c,
                                        date today) {
    value_object all;
    for (const auto& wanted : t.inputs)
        if (wanted.required || !once_in(6)) all.emplace(wanted.name, input_of(wanted, c, today));
    return all;
}

value random_commands::input_of(const workflow::input& wanted, const case_state& c, date today) {
    if (!wanted.choices.empty()) {
        // choices stand with what the person asks for first
        if (wanted.name != "decision" || mood_ == mood::any) return one_of(wanted.choices);
        return mood_ == mood::grants ? wanted.choices.front() : wanted.choices.back();
    }
    if (wanted.type == "date") {
        const bool ahead = wanted.name == "until" || wanted.name == "order_due_on" || once_in(12);
        return to_string(ahead ? today + std::chrono::days(1 + below(60))
                               : earlier(today, below(6)));
    }
    if (wanted.type == "text") return once_in(9) ? "Ä" : "Said in words.";
    if (is_list(wanted.type)) return list_input(wanted.type, c);
    return known_id(wanted.type, c);
}

value random_commands::list_input(const std::string& type, const case_state& c) {
    std::vector<std::string> known;
    if (type == "records")
        for (const auto& [id, held] : c.records) known.push_back(id);
    if (type == "fields")
        for (const auto& [id, field] : c.contested) known.push_back(id);
    if (type == "purposes")
        for (const auto& [id, use] : c.uses) known.push_back(id);
    if (known.empty() || once_in(15)) known.emplace_back("no/such/thing#here");
    if (once_in(2)) known = {one_of(known)};
    return list_value(known);
}

std::string random_commands::known_id(const std::string& type, const case_state& c) {
    if (once_in(15)) return "nothing-known";
    if (type == "order" && !c.orders.empty()) return one_of(c.orders).id;
    if (type == "recipient" && !c.recipients.empty()) return one_of(c.recipients).id;
    if (type == "task" && !c.tasks.empty()) return one_of(c.tasks).id;
    if (type == "rule") return law_.tenant + "." + one_of(law_.own_pack().house).first;
    if (type == "category") return one_of(law_.own_pack().categories).first;
    if (type == "user") return somebody("officer").id;
    return type + "-1";
}

void random_commands::spoil(const workflow::transition& t, value_object& inputs) {
    constexpr auto wrong =
        std::to_array<std::string_view>({"", "123", "2026-02-30", "2026-1-1", "no_such_choice"});
    if (t.inputs.empty() || once_in(4)) {
        inputs.emplace("surprise", "Not asked for");
        return;
    }
    const auto& chosen = one_of(t.inputs).name;
    if (once_in(2))
        inputs.erase(chosen);
    else if (once_in(4))
        inputs.insert_or_assign(chosen, value_array{});
    else
        inputs.insert_or_assign(chosen, std::string(one_of(wrong)));
    if (once_in(6)) inputs.emplace("surprise", "Not asked for");
}

}  // namespace pykala::api
