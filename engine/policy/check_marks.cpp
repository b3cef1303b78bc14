// Who says so: every assumption with its reason, nothing filled in where a notice is silent; and
// what still waits for the controller.
#include <algorithm>

#include <fmt/ranges.h>

#include "engine/policy/check_parts.hpp"

namespace pykala::checking {
namespace {

// What one table assumes or leaves open, told in one finding each.
struct open_points {
    std::vector<std::string> assumed, unstated;
};

// Where the mark stands alone in its table (`mark`, `why`) the key is empty.
void check_mark(const context& in, const place& at, const std::string& key, mark how,
                const std::string& why, open_points& points) {
    const auto mark_key = key.empty() ? std::string("mark") : key + "_mark";
    const auto why_key = key.empty() ? std::string("why") : key + "_why";
    if (how == mark::assumed) {
        points.assumed.push_back(key);
        if (why.empty())
            in.error(in.at(at, mark_key), "P09",
                     key.empty() ? std::string("assumed without a reason")
                                 : fmt::format("`{}` is assumed without a reason", key),
                     fmt::format("write `{}`: why we chose so", why_key));
    }
    if (how == mark::unstated) points.unstated.push_back(key);
}

template <class T>
void check_value(const context& in, const place& at, const std::string& key, const marked<T>& value,
                 bool may_be_empty, open_points& points) {
    check_mark(in, at, key, value.how, value.why, points);
    const bool empty = value.value.empty();
    if (value.how == mark::unstated && !empty)
        in.error(in.at(at, key), "P09",
                 fmt::format("`{}` is marked unstated and yet filled in", key),
                 "leave it empty, or mark it assumed and say why");
    if (value.how != mark::unstated && empty && !may_be_empty)
        in.error(in.at(at, key), "P09",
                 fmt::format("`{}` is empty, yet marked {}", key, name_of(value.how)),
                 fmt::format("write {}_mark = \"unstated\" where the notice is silent", key));
}

void warn(const context& in, const place& at, std::string_view what, const open_points& points) {
    const auto list = [](const std::vector<std::string>& keys) {
        return keys.size() == 1 && keys.front().empty()
                   ? std::string{}
                   : fmt::format(": {}", fmt::join(keys, ", "));
    };
    if (!points.assumed.empty())
        in.warning(at, "P23", fmt::format("`{}` is assumed{}", what, list(points.assumed)),
                   "the controller confirms it, or corrects it");
    if (!points.unstated.empty())
        in.warning(at, "P24", fmt::format("`{}` is unstated{}", what, list(points.unstated)),
                   "the controller says it");
}

// `shared`: all of it stands in that table; a category repeats only what differs.
void check_facts(const context& in, const place& at, std::string_view name,
                 const processing_facts& facts, bool shared) {
    open_points points;
    const auto here = [&](const std::string& key) {
        return shared || in.written(at, key) || in.written(at, key + "_mark") ||
               in.written(at, key + "_why");
    };
    if (here("purposes")) check_value(in, at, "purposes", facts.purposes, false, points);
    if (here("basis")) check_value(in, at, "basis", facts.basis, false, points);
    if (here("sources")) check_value(in, at, "sources", facts.sources, false, points);
    if (here("recipients")) check_value(in, at, "recipients", facts.recipients, true, points);
    if (here("transfers")) check_value(in, at, "transfers", facts.transfers, true, points);
    if (here("portability"))
        check_mark(in, at, "portability", facts.portability.how, facts.portability.why, points);
    warn(in, at, name, points);
}

void check_controller(const context& in, const controller& each) {
    open_points points;
    check_value(in, each.at, "business_id", each.business_id, false, points);
    check_value(in, each.at, "address", each.address, false, points);
    check_value(in, each.at, "visiting_address", each.visiting_address, false, points);
    check_value(in, each.at, "email", each.email, false, points);
    check_value(in, each.at, "phone", each.phone, false, points);
    check_value(in, each.at, "web", each.web, false, points);
    check_value(in, each.at, "dpo", each.dpo, false, points);
    check_mark(in, each.at, "answers_for", each.answers_for.how, each.answers_for.why, points);
    warn(in, each.at, "controller." + each.id, points);
}

template <class T>
void check_single(const context& in, const T& each, const std::string& name) {
    open_points points;
    check_mark(in, each.at, {}, each.how, each.why, points);
    warn(in, each.at, name, points);
}

// The authority comes from no notice, so none of it can be left open: letters print it.
void check_authority(const context& in, const supervisory_authority& each) {
    const auto said = [&](const std::string& key, std::string_view text) {
        if (text == name_of(mark::unstated))
            in.error(in.at(each.at, key), "P09", fmt::format("`{}` is unstated", key),
                     "every letter names the supervisory authority (2016/679 13(2)(d))");
    };
    for (const auto& [which, name] : names_of<language>)
        said(fmt::format("name_{}", name), each.name.in(which));
    said("address", each.address);
    said("email", each.email);
    said("phone", each.phone);
    said("web", each.web);
}

void check_marks_of(const context& in, const pack& owner) {
    if (owner.at.file.empty()) return;  // it has no root, and that is told
    if (owner.status == pack_status::draft)
        in.warning(in.at(owner.at, "status"), "P25",
                   fmt::format("the pack `{}` is a draft", owner.id),
                   "production asks for reviewed_by and reviewed_on");
    check_authority(in, owner.authority);
    for (const auto& [id, each] : owner.controllers) check_controller(in, each);
    for (const auto& [id, each] : owner.purposes) check_single(in, each, "purpose." + id);
    for (const auto& [id, each] : owner.sources) check_single(in, each, "source." + id);
    for (const auto& [id, each] : owner.recipients) check_single(in, each, "recipient." + id);
    for (const auto& [id, each] : owner.transfers) check_single(in, each, "transfer." + id);
    for (const auto& [id, each] : owner.facts) check_facts(in, each.at, "facts." + id, each, true);
    for (const auto& [id, each] : owner.categories) {
        check_single(in, each, "category." + id);
        check_facts(in, each.at, "category." + id, each.facts, false);
    }
    open_points points;
    check_mark(in, owner.at, "promise", owner.promise.how, owner.promise.why, points);
    check_mark(in, owner.at, "accounting", owner.accounting.how, owner.accounting.why, points);
    check_mark(in, owner.at, "direct_marketing", owner.direct_marketing.how,
               owner.direct_marketing.why, points);
    check_mark(in, owner.at, "restrict_on", owner.restrict_on.how, owner.restrict_on.why, points);
    warn(in, owner.at, owner.id, points);
}

// A clause completes "we keep this because …": it starts small and has no full stop.
void check_clause(const context& in, const place& at, const text3& says) {
    for (const auto& [which, name] : names_of<language>) {
        const auto& text = says.in(which);
        if (text.empty()) continue;
        if (text.ends_with('.') || (text.front() >= 'A' && text.front() <= 'Z'))
            in.error(in.at(at, fmt::format("says_{}", name)), "P11",
                     fmt::format("`says_{}` is a clause that completes \"we keep this because …\"",
                                 name),
                     "begin in lower case and leave out the full stop");
    }
}

}  // namespace

void check_marks(const context& in) {
    each_rule(in.set, [&](const rule& each) {
        check_clause(in, each.at, each.says);
        if (each.unconfirmed)
            in.warning(in.at(each.at, "unconfirmed"), "P22",
                       fmt::format("`{}` is unconfirmed: where only it would hold, a person looks",
                                   each.id),
                       "the controller confirms it as its own rule");
        if (each.grade == grade::assumed)
            in.warning(in.at(each.at, "grade"), "P23", fmt::format("`{}` is assumed", each.id),
                       "its rationale says why; the controller or counsel confirms it");
    });
    for (const auto& [id, each] : in.set.case_rules) check_clause(in, each.at, each.says);
    for (const auto& [id, owner] : in.set.packs) check_marks_of(in, owner);
}

}  // namespace pykala::checking
