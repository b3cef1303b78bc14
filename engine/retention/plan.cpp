#include "engine/retention/plan.hpp"

#include <algorithm>
#include <utility>

namespace pykala::retention {

namespace {

bool is_past(const assessment& answer, date on) {
    return answer.erase_by != no_day && date(std::chrono::days(answer.erase_by)) < on;
}

fate fate_of(const assessment& answer, bool restricted, date on) {
    if (!is_past(answer, on)) return fate::within;
    if (answer.outcome == record_outcome::retain) return fate::held;
    if (answer.outcome == record_outcome::review) return fate::review;
    return restricted ? fate::restricted : fate::due;
}

// Name, number, address, phone: nothing but ways to tell or reach the person.
bool names_person(const assessment_table& law, std::uint16_t category) {
    if (category == no_rule) return false;
    const auto& parts = law.categories()[category].parts;
    return !parts.empty() && std::ranges::all_of(parts, &table_part::is_identity);
}

}  // namespace

std::span<const fate> judge::of_person(std::span<const held_record> records) {
    batch_.clear();
    for (const auto& one : records) batch_.add(*law_, *one.facts);
    answers_.assign(records.size(), {});
    assess_person(*law_, batch_, 0, batch_.size(), answers_);
    fates_.resize(records.size());
    bool any_due = false, any_stays = false;
    for (std::size_t i = 0; i < records.size(); ++i) {
        fates_[i] = fate_of(answers_[i], records[i].restricted, law_->on());
        if (names_person(*law_, batch_.category[i])) continue;
        any_due |= fates_[i] == fate::due;
        any_stays |= answers_[i].outcome != record_outcome::erase || fates_[i] == fate::restricted;
    }
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (!names_person(*law_, batch_.category[i])) continue;
        if (fates_[i] == fate::due && any_stays) fates_[i] = fate::held;
        if (fates_[i] == fate::within && any_due && !any_stays &&
            answers_[i].outcome == record_outcome::erase)
            fates_[i] = records[i].restricted ? fate::restricted : fate::due;
    }
    return fates_;
}

plan::plan(const assessment_table& law, const assessment_table* next)
    : law_(&law), now_(law), then_(next ? *next : law), compares_(next != nullptr) {}

counts& plan::count_of(const held_record& one) {
    const auto index = law_->category(one.facts->category);
    if (index == no_rule) return unknown_[{one.place, one.facts->category}];
    if (by_index_.size() <= one.place) by_index_.resize(one.place + 1);
    auto& of_register = by_index_[one.place];
    if (of_register.size() <= index) of_register.resize(law_->categories().size());
    return of_register[index];
}

void plan::add_person(std::span<const held_record> records) {
    ++people_;
    const auto fates = now_.of_person(records);
    const auto others = compares_ ? then_.of_person(records) : fates;
    for (std::size_t i = 0; i < records.size(); ++i) {
        auto& of = count_of(records[i]);
        ++of.records;
        of.due += fates[i] == fate::due;
        of.held += fates[i] == fate::held;
        of.review += fates[i] == fate::review;
        of.restricted += fates[i] == fate::restricted;
        of.newly_due += fates[i] != fate::due && others[i] == fate::due;
        of.no_longer_due += fates[i] == fate::due && others[i] != fate::due;
    }
}

std::vector<plan_line> plan::lines() const {
    std::vector<plan_line> all;
    for (std::size_t place = 0; place < by_index_.size(); ++place)
        for (std::size_t i = 0; i < by_index_[place].size(); ++i)
            if (by_index_[place][i].records > 0)
                all.push_back({place, law_->categories()[i].id, by_index_[place][i]});
    for (const auto& [key, of] : unknown_) all.push_back({key.first, key.second, of});
    std::ranges::sort(all, {}, [](const plan_line& l) { return std::pair(l.place, l.category); });
    return all;
}

}  // namespace pykala::retention
