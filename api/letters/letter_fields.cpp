#include <utility>

#include "api/letters/letter_facts.hpp"

namespace pykala::api::letters {
namespace {

struct writer {
    const date_words& words;
    language in;
    value_object out{};

    writer inner() const { return {words, in}; }
    writer& text(const char* key, const std::string& held) {
        out[key] = held.empty() ? value(false) : value(held);
        return *this;
    }
    writer& on(const char* key, const day& held) {
        out[key] = held ? value(written_date(words, in, *held)) : value(false);
        return *this;
    }
    writer& flag(const char* key, bool held) {
        out[key] = held;
        return *this;
    }
    writer& count(int held) {
        out["count"] = std::to_string(held);
        out["several"] = held > 1;
        return *this;
    }
    // Also sets `has_KEY`.
    template <class T, class F>
    writer& list(const std::string& key, const std::vector<T>& items, const F& of_item) {
        value_array all;
        for (const auto& item : items) {
            auto one = inner();
            of_item(one, item);
            all.emplace_back(std::move(one.out));
        }
        out["has_" + key] = !all.empty();
        out[key] = std::move(all);
        return *this;
    }
    writer& names(const std::string& key, const std::vector<std::string>& items) {
        return list(key, items, [](writer& w, const std::string& name) { w.text("name", name); });
    }
};

void write_head(writer& w, const letter_facts& f) {
    w.text("case_number", f.case_number)
        .text("service", f.service)
        .text("person_name", f.person_name)
        .text("portal_address", f.portal_address)
        .on("letter_on", f.letter_on)
        .on("received_on", f.received_on)
        .on("due_on", f.due_on)
        .flag("several_controllers", f.controllers.size() > 1)
        .flag("contract_goes_on", f.contract_goes_on)
        .flag("late", f.late)
        .flag("was_restricted", f.was_restricted)
        .text("authority_name", f.authority.name)
        .text("authority_address", f.authority.address)
        .text("authority_email", f.authority.email)
        .text("authority_phone", f.authority.phone)
        .text("authority_web", f.authority.web);
    w.list("controllers", f.controllers, [](writer& c, const controller_line& line) {
        c.text("name", line.name)
            .text("business_id", line.business_id)
            .text("address", line.address)
            .text("phone", line.phone)
            .text("email", line.email)
            .text("dpo", line.dpo)
            .text("answers_for", line.answers_for);
    });
}

void write_request(writer& w, const letter_facts& f) {
    const bool objection = f.right == "objection";
    const bool marketing = objection && f.kind == "direct_marketing";
    const bool consent = objection && f.kind == "consent_withdrawal";
    w.flag("is_access", f.right == "access")
        .flag("is_rectification", f.right == "rectification")
        .flag("is_erasure", f.right == "erasure")
        .flag("is_restriction", f.right == "restriction")
        .flag("is_portability", f.right == "portability")
        .flag("is_objection", objection && !marketing && !consent)
        .flag("is_marketing", marketing)
        .flag("is_consent", consent);
}

void write_way(writer& w, const letter_facts& f) {
    const auto& by = f.identity_methods;
    w.text("doubt", f.doubt)
        .text("question", f.question)
        .text("reason", f.reason)
        .text("places", f.places)
        .flag("by_eid", by.contains("eid_substantial") || by.contains("eid_high"))
        .flag("by_visit", by.contains("visit_id"))
        .flag("by_code_letter", by.contains("code_letter"))
        .flag("by_call_back", by.contains("call_back"))
        .on("extended_on", f.extended_on)
        .flag("is_complex", f.circumstance == "complexity")
        .flag("is_many", f.circumstance == "number_of_requests")
        .names("done", f.done)
        .names("pending", f.pending)
        .on("pending_by", f.pending_by);
}

void write_kept(writer& w, const letter_facts& f) {
    bool hold_only = false, while_contract = false;
    for (const auto& line : f.kept) (line.while_contract ? while_contract : hold_only) = true;
    w.flag("has_hold_only", hold_only).flag("has_while_contract", while_contract);
    w.list("kept", f.kept, [](writer& k, const kept_line& line) {
        k.text("name", line.name)
            .count(line.count)
            .on("until", line.until)
            .on("first_until", line.first_until)
            .flag("while_contract", line.while_contract)
            .flag("open", line.open)
            .on("law_until", line.law_until)
            .on("law_first_until", line.law_first_until)
            .text("law_because", line.law_because)
            .text("law_cite", line.law_cite)
            .text("because", line.because)
            .text("cite", line.cite)
            .text("reason", line.reason);
    });
    w.list("refused", f.refused, [](writer& r, const refused_line& line) {
        r.text("name", line.name)
            .text("because", line.because)
            .text("cite", line.cite)
            .text("reason", line.reason);
    });
}

void write_answer(writer& w, const letter_facts& f) {
    w.list("erased", f.erased, [](writer& e, const erased_line& line) {
        e.text("name", line.name)
            .count(line.count)
            .flag("unlinked", line.unlinked)
            .flag("reduced", line.reduced);
    });
    w.flag("is_unidentified", f.unidentified)
        .flag("is_estate", f.subject_kind == "death_estate")
        .flag("is_company", f.subject_kind == "company")
        .text("own_data_cite", f.own_data_cite)
        .text("limits_cite", f.limits_cite);
    w.list("fields", f.fields, [](writer& c, const field_line& line) {
        c.text("name", line.name)
            .flag("corrected", line.corrected)
            .flag("completed", line.completed)
            .flag("statement", line.statement)
            .flag("entry", line.entry)
            .text("value", line.value);
    });
    w.list("restricted", f.restricted, [](writer& r, const restricted_line& line) {
        r.text("name", line.name).text("says", line.says).text("cite", line.cite);
    });
    w.on("in_force_on", f.in_force_on)
        .on("lift_on", f.lift_on)
        .on("lifted_on", f.lifted_on)
        .flag("lift_accuracy_verified", f.lift_reason == "accuracy_verified")
        .flag("lift_value_corrected", f.lift_reason == "value_corrected")
        .flag("lift_lawful_after_all", f.lift_reason == "lawful_after_all")
        .flag("lift_claims_ended", f.lift_reason == "claims_ended")
        .flag("lift_objection_settled", f.lift_reason == "objection_settled")
        .flag("lift_person_asks", f.lift_reason == "person_asks");
}

void write_access(writer& w, const letter_facts& f) {
    w.list("categories", f.categories, [](writer& c, const category_line& line) {
        c.text("name", line.name)
            .text("says", line.says)
            .text("purposes", line.purposes)
            .text("basis", line.basis)
            .text("sources", line.sources)
            .text("recipients", line.recipients)
            .text("transfers", line.transfers)
            .list("periods", line.periods,
                  [](writer& p, const period_line& each) {
                      p.text("because", each.because)
                          .on("until", each.until)
                          .on("first_until", each.first_until)
                          .flag("later", each.later);
                  })
            .flag("while_contract", line.while_contract)
            .flag("no_period", line.no_period);
    });
    w.list("told", f.told,
           [](writer& t, const told_line& line) { t.text("name", line.name).on("on", line.on); });
    w.on("package_until", f.package_until)
        .names("covered", f.covered)
        .text("receiver", f.receiver)
        .on("sent_on", f.sent_on)
        .flag("not_feasible", f.not_feasible);
}

void write_objection(writer& w, const letter_facts& f) {
    const auto& scope = f.marketing_scope;
    w.names("stopped", f.stopped)
        .flag("stops_distance_selling", scope.contains("distance_selling"))
        .flag("stops_newsletter", scope.contains("newsletter"))
        .flag("stops_market_research", scope.contains("market_research"))
        .flag("stops_opinion_research", scope.contains("opinion_research"))
        .flag("stops_satisfaction_survey", scope.contains("satisfaction_survey"));
}

void write_notice(writer& w, const letter_facts& f) {
    w.text("recipient_name", f.recipient_name)
        .text("reference", f.reference)
        .flag("notice_rectified", f.change == "rectification")
        .flag("notice_erased", f.change == "erasure")
        .flag("notice_restricted", f.change == "restriction")
        .flag("notice_objected", f.change == "objection")
        .list("changed", f.changed, [](writer& c, const changed_line& line) {
            c.text("name", line.name).text("value", line.value);
        });
}

void gather(const value_object& fields, const std::string& prefix,
            std::set<std::string, std::less<>>& into) {
    for (const auto& [name, held] : fields) {
        into.insert(prefix + name);
        if (const auto* items = held.as_array())
            for (const auto& item : *items) gather(*item.as_object(), prefix + name + ".", into);
    }
}

}  // namespace

value_object fields_of(const letter_facts& facts, const date_words& words, language in) {
    writer w{words, in};
    write_head(w, facts);
    write_request(w, facts);
    write_way(w, facts);
    write_kept(w, facts);
    write_answer(w, facts);
    write_access(w, facts);
    write_objection(w, facts);
    write_notice(w, facts);
    return std::move(w.out);
}

const std::set<std::string, std::less<>>& provided_keys() {
    static const auto keys = [] {
        letter_facts one_of_each;
        one_of_each.controllers.resize(1);
        one_of_each.done.resize(1);
        one_of_each.pending.resize(1);
        one_of_each.erased.resize(1);
        one_of_each.kept.resize(1);
        one_of_each.refused.resize(1);
        one_of_each.fields.resize(1);
        one_of_each.restricted.resize(1);
        one_of_each.categories.resize(1);
        one_of_each.categories.front().periods.resize(1);
        one_of_each.told.resize(1);
        one_of_each.covered.resize(1);
        one_of_each.stopped.resize(1);
        one_of_each.changed.resize(1);
        std::set<std::string, std::less<>> names;
        gather(fields_of(one_of_each, {}, language::fi), "", names);
        return names;
    }();
    return keys;
}

}  // namespace pykala::api::letters
