#include "engine/assess/table.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pykala {
namespace {

std::uint8_t bit(commodity c) {
    return std::uint8_t(1U << unsigned(c));
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

class table_builder {
public:
    table_builder(const policy_set& law, const pack& tenant, date on) : law_(law), pack_(tenant) {
        table_.on_ = on;
    }

    assessment_table build() {
        for (const auto& [id, rule] : law_.rules)
            if (rule.use == rule_use::assessment) add_rule(rule);
        table_.first_house_ = static_cast<std::uint16_t>(table_.rules_.size());
        for (const auto& [name, rule] : pack_.house) add_rule(rule);
        table_.legal_hold_ = add_case_rule("legal_hold");
        table_.open_balance_ = add_case_rule("open_balance");
        table_.contract_ = add_case_rule("contract_in_force");
        for (const auto& [id, each] : pack_.categories) {
            if (each.parts.empty()) {
                add_category(id, {&each});
                continue;
            }
            // a record named by the whole of a split category is under the rules of each part
            std::vector<const category*> parts;
            for (const auto& part : each.parts)
                if (const auto* found = find(pack_.categories, part)) parts.push_back(found);
            add_category(id, parts);
        }
        return std::move(table_);
    }

private:
    void add_rule(const rule& source) {
        const auto* version = version_on(source.versions, table_.on_);
        if (!version) return;
        table_rule added;
        added.id = source.id;
        added.by = source.by;
        added.cite = source.cite;
        added.grade = source.grade;
        added.floor = source.floor;
        added.ceiling = source.ceiling;
        added.unconfirmed = source.unconfirmed;
        added.only_in_force = source.condition == rule_condition::contract_in_force;
        for (auto c : source.commodities) added.commodities |= bit(c);
        added.starts = source.starts;
        added.end = source.end;
        added.length = version->length;
        if (source.unconfirmed_for) added.longest_start = *source.unconfirmed_for;
        sources_.push_back(&source);
        insert(std::move(added));
    }

    std::uint16_t add_case_rule(const std::string& name) {
        const auto* source = find(law_.case_rules, name);
        return insert({.id = "case." + name,
                       .by = authority::case_fact,
                       .cite = source ? source->cite : std::string{},
                       .floor = true});
    }

    std::uint16_t insert(table_rule rule) {
        const auto index = static_cast<std::uint16_t>(table_.rules_.size());
        table_.rule_index_.emplace(rule.id, index);
        table_.rules_.push_back(std::move(rule));
        return index;
    }

    // The rules of one class or part of identity of one category; statutes stand before house
    // rules.
    std::vector<std::uint16_t> rules_for(const category& of, const std::string& class_id,
                                         const std::string& id_part_id) const {
        std::vector<std::uint16_t> found;
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            const rule& each = *sources_[i];
            if (contains(each.except, of.id)) continue;
            const bool by_class = id_part_id.empty() ? contains(each.classes, class_id)
                                                     : contains(each.id_parts, id_part_id);
            if (by_class || contains(each.categories, of.id))
                found.push_back(static_cast<std::uint16_t>(i));
        }
        return found;
    }

    void add_category(const std::string& id, const std::vector<const category*>& sources) {
        table_category made;
        made.id = id;
        made.personal = false;
        bool unlink = false;
        for (const auto* source : sources) {
            made.personal = made.personal || source->personal;
            if (const auto c = source->commodity ? source->commodity : pack_.default_commodity)
                made.commodity = bit(*c);
            for (const auto& class_id : source->classes) {
                const auto* known = find(law_.classes, class_id);
                if (!known) continue;
                if (known->erase == erase_action::unlink) unlink = true;
                if (known->erase == erase_action::reduce) made.when_erased = record_action::reduce;
                made.needs_balance = made.needs_balance || known->needs_balance;
                made.regulated = made.regulated || is_regulated(class_id);
                if (source->id_parts.empty() || class_id != identity_class) {
                    made.parts.push_back(class_part(*source, *known));
                } else {
                    for (const auto& part : source->id_parts) add_identity(made, *source, part);
                }
            }
        }
        if (unlink) made.when_erased = record_action::unlink;  // the asset survives the person
        const auto index = static_cast<std::uint16_t>(table_.categories_.size());
        table_.category_index_.emplace(id, index);
        table_.categories_.push_back(std::move(made));
    }

    table_part class_part(const category& source, const record_class& known) const {
        table_part part;
        part.rules = rules_for(source, known.id, {});
        part.held_in_force = known.held_in_force;
        part.assumed = contains(source.assumed_classes, known.id);
        part.no_retention = has_no_retention(known.id, {});
        note_commodity(part);
        return part;
    }

    void add_identity(table_category& made, const category& source, const std::string& id) const {
        table_part part;
        part.is_identity = true;
        part.rules = rules_for(source, std::string(identity_class), id);
        part.no_retention = has_no_retention({}, id);
        if (const auto* known = find(law_.id_parts, id)) part.follows = known->follows;
        note_commodity(part);
        made.identity = made.identity || part.follows != follows::none;
        made.follows_others = made.follows_others || part.follows == follows::others;
        made.follows_regulated = made.follows_regulated || part.follows == follows::regulated;
        made.parts.push_back(std::move(part));
    }

    void note_commodity(table_part& part) const {
        part.needs_commodity = std::ranges::any_of(
            part.rules, [&](auto i) { return table_.rules_[i].commodities != 0; });
    }

    bool has_no_retention(const std::string& class_id, const std::string& id_part_id) const {
        return std::ranges::any_of(pack_.no_retentions, [&](const auto& each) {
            return contains(each.second.classes, class_id) ||
                   contains(each.second.id_parts, id_part_id);
        });
    }

    bool is_regulated(const std::string& class_id) const {
        return std::ranges::any_of(law_.id_parts, [&](const auto& each) {
            return contains(each.second.follows_classes, class_id);
        });
    }

    // The class whose categories name parts of identity.
    static constexpr std::string_view identity_class = "ID";

    const policy_set& law_;
    const pack& pack_;
    std::vector<const rule*> sources_;  // in step with the first entries of the table's rules
    assessment_table table_;
};

result<assessment_table> assessment_table::compile(const policy_set& law, std::string_view tenant,
                                                   date on) {
    const auto* found = find(law.packs, tenant);
    if (!found) {
        std::string known;
        for (const auto& [id, each] : law.packs) known += (known.empty() ? "" : ", ") + id;
        return fail(problem_kind::not_found, "unknown_tenant",
                    fmt::format("no pack is called `{}`", tenant), "known tenants: " + known);
    }
    return table_builder(law, *found, on).build();
}

std::uint16_t assessment_table::category(std::string_view id) const {
    const auto found = category_index_.find(id);
    return found == category_index_.end() ? no_rule : found->second;
}

std::uint16_t assessment_table::rule(std::string_view id) const {
    const auto found = rule_index_.find(id);
    return found == rule_index_.end() ? no_rule : found->second;
}

}  // namespace pykala
