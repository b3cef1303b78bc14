#include "engine/registers/tenant_registers.hpp"

#include <algorithm>
#include <ranges>

#include "engine/assess/batch.hpp"

namespace pykala {

namespace {

constexpr auto contact_days = std::chrono::days(90);

void apply(const case_facts_by_record& of_case, record& one) {
    const auto found = of_case.find(one.id);
    if (found == of_case.end()) return;
    one.defeated_by = found->second.defeated_by;
    one.lifted = found->second.lifted;
    one.upheld = found->second.upheld;
}

void add(const assessment_table& table, const case_facts_by_record& of_case, record one,
         record_batch& batch) {
    apply(of_case, one);
    batch.add(table, one);
}

std::vector<assessment> assess_all(const assessment_table& table, const record_batch& batch) {
    std::vector<assessment> answers(batch.size());
    assess_person(table, batch, 0, batch.size(), answers);
    return answers;
}

// Case and order of the words do not matter: registers write `Korhonen Aino`, banks `AINO
// KORHONEN`.
std::multiset<std::string> words_of(std::string_view name) {
    std::multiset<std::string> words;
    std::string word;
    for (const char c : std::string(name) + ' ') {
        if (c != ' ') {
            word += c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
        } else if (!word.empty()) {
            words.insert(std::move(word));
            word.clear();
        }
    }
    return words;
}

bool name_differs(const register_part& part, std::string_view proven) {
    // A register may leave names out; then there is nothing to compare.
    return std::ranges::any_of(part.answer.people, [&](const person_facts& person) {
        if (person.name.empty()) return false;
        // Banks give every first name, registers often one: one set must hold the other.
        const auto here = words_of(person.name), there = words_of(proven);
        return !std::ranges::includes(there, here) && !std::ranges::includes(here, there);
    });
}

bool lets_go(register_verb verb) {
    return verb == register_verb::erase || verb == register_verb::unlink ||
           verb == register_verb::reduce;
}

class carrier {
public:
    carrier(register_list registers, const assessment_table& table, const person_execution& what)
        : registers_(registers), table_(table), what_(what), results_(what.changes.size()) {}

    result<std::vector<change_result>> run() {
        for (std::size_t i = 0; i < what_.changes.size(); ++i)
            results_[i] = {.record = what_.changes[i].record,
                           .verb = what_.changes[i].verb,
                           .status = change_status::failed,
                           .reason = "no_such_register"};
        PYKALA_CHECK(round(false));
        PYKALA_CHECK(round(true));
        return std::move(results_);
    }

private:
    bool is_identity(const record_change& change) const {
        const auto id = parse_record_id(change.record);
        const auto category = id ? table_.category(id->category) : no_rule;
        return category != no_rule && table_.categories()[category].identity;
    }

    result<void> round(bool identity) {
        PYKALA_TRY(view_, read_person(registers_, what_.known, what_.on));
        for (const auto& part : std::views::reverse(view_.parts)) {
            std::vector<std::size_t> mine;
            for (std::size_t i = 0; i < what_.changes.size(); ++i) {
                const auto id = parse_record_id(what_.changes[i].record);
                if (id && id->reg == part.at->id() && is_identity(what_.changes[i]) == identity)
                    mine.push_back(i);
            }
            if (!mine.empty()) in_register(part, mine, identity);
        }
        return {};
    }

    void in_register(const register_part& part, const std::vector<std::size_t>& mine,
                     bool identity) {
        const bool stops = identity && !others_confirmed();
        execution one{.intent = what_.intent + (identity ? "/identity" : "/records"),
                      .person = part.found,
                      .on = what_.on};
        std::vector<std::size_t> sent;
        for (const auto i : mine) {
            if (stops && lets_go(what_.changes[i].verb)) {
                results_[i].reason = "others_not_confirmed";
                continue;
            }
            one.changes.push_back(what_.changes[i]);
            sent.push_back(i);
        }
        if (sent.empty()) return;
        const auto done = part.at->execute(
            one, [&](std::span<const record> now) { return reassess_part(part, now); });
        for (std::size_t at = 0; at < sent.size(); ++at) {
            if (done)
                results_[sent[at]] = done->at(at);
            else
                results_[sent[at]].reason = done.error().code;
        }
    }

    // Whether every change but those of identity was confirmed.
    bool others_confirmed() const {
        for (std::size_t i = 0; i < results_.size(); ++i)
            if (!is_identity(what_.changes[i]) && (results_[i].status == change_status::conflict ||
                                                   results_[i].status == change_status::failed))
                return false;
        return true;
    }

    // The records of this register at this moment, beside what the others held when they were read.
    result<std::vector<assessment>> reassess_part(const register_part& part,
                                                  std::span<const record> now) const {
        record_batch batch;
        for (const auto& one : now) add(table_, what_.of_case, one, batch);
        for (const auto& other : view_.parts)
            if (other.at != part.at)
                for (const auto& one : other.answer.records)
                    add(table_, what_.of_case, one.facts, batch);
        auto answers = assess_all(table_, batch);
        answers.resize(now.size());
        return answers;
    }

    register_list registers_;
    const assessment_table& table_;
    const person_execution& what_;
    person_view view_;
    std::vector<change_result> results_;
};

}  // namespace

bool person_view::found() const {
    return std::ranges::any_of(parts, [](const auto& part) { return !part.found.people.empty(); });
}

result<person_view> read_person(register_list registers, const person_keys& known, date on) {
    person_view view{.known = known};
    for (auto* const one : registers) {
        register_part part{.at = one};
        PYKALA_TRY(part.found, one->find(view.known));
        PYKALA_TRY(part.answer, one->read(part.found, on));
        for (const auto& [kind, values] : part.found.gives)
            view.known[kind].insert(values.begin(), values.end());
        view.parts.push_back(std::move(part));
    }
    return view;
}

std::vector<std::vector<assessment>> assess_view(const assessment_table& table,
                                                 const person_view& view,
                                                 const case_facts_by_record& of_case) {
    record_batch batch;
    for (const auto& part : view.parts)
        for (const auto& one : part.answer.records) add(table, of_case, one.facts, batch);
    const auto all = assess_all(table, batch);
    std::vector<std::vector<assessment>> by_part;
    auto at = all.begin();
    for (const auto& part : view.parts) {
        const auto end = at + std::ptrdiff_t(part.answer.records.size());
        by_part.emplace_back(at, end);
        at = end;
    }
    return by_part;
}

std::set<std::string> release_checks(const person_view& view, const pack& tenant, date on,
                                     std::string_view proven_name) {
    std::set<std::string> checks;
    for (const auto& part : view.parts) {
        if (part.found.people.size() > 1) checks.insert("shared_identity_code");
        for (const auto& person : part.answer.people) {
            if (person.protected_address) checks.insert("protected_address");
            if (person.contact_changed_on && *person.contact_changed_on + contact_days > on)
                checks.insert("contact_changed");
        }
        if (!proven_name.empty() && name_differs(part, proven_name)) checks.insert("name_differs");
        for (const auto& one : part.answer.records) {
            if (one.several_parties) checks.insert("several_parties");
            if (one.outside_contract) checks.insert("outside_contract_interval");
            const auto* category = find(tenant.categories, one.facts.category);
            if (category && category->listen_first) checks.insert("free_text");
        }
    }
    return checks;
}

result<std::vector<change_result>> carry_out(register_list registers, const assessment_table& table,
                                             const person_execution& what) {
    return carrier(registers, table, what).run();
}

}  // namespace pykala
