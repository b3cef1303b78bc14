// What the registers hold past its ceiling, counted person by person: what a retention run would
// let go today, what stays and why, and what another version of the law would move. Pure; memory is
// bounded by the largest person.
//
// A ceiling is the last day on which a record may be kept (assessment::erase_by: "poistetaan",
// "enintään", Electricity Market Act s 75 c). Nobody has asked for anything here, so that a record
// without a ceiling is left alone, whatever an erasure would do with it. Records that name the
// person go last: when some other record of hers goes and nothing of hers is retained, looked at or
// restricted (GDPR article 5(1)(e)).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/assess/batch.hpp"
#include "engine/assess/table.hpp"

namespace pykala::retention {

// What becomes of a record on the day.
enum class fate : std::uint8_t {
    within,      // no ceiling, or it has not passed
    due,         // past its ceiling and held by nothing: a run lets it go
    held,        // past its ceiling, and a law, a contract or a legal hold keeps it
    review,      // past its ceiling, and a person has to look
    restricted,  // due, and restricted (GDPR article 18(1)(b), (c)): it waits for the lifting
};

struct held_record {
    const record* facts = nullptr;
    std::size_t place = 0;  // index of its register
    bool restricted = false;
};

// The fate of each record of one person, in order.
class judge {
public:
    explicit judge(const assessment_table& law) : law_(&law) {}
    // Valid until the next call. The assessments are those of the same records.
    std::span<const fate> of_person(std::span<const held_record> records);
    std::span<const assessment> assessments() const { return answers_; }

private:
    const assessment_table* law_;
    record_batch batch_;
    std::vector<assessment> answers_;
    std::vector<fate> fates_;
};

struct counts {
    std::uint64_t records = 0, due = 0, held = 0, review = 0, restricted = 0;
    // By the other version of the law: due there alone, due here alone.
    std::uint64_t newly_due = 0, no_longer_due = 0;
};

struct plan_line {
    std::size_t place = 0;
    std::string category;
    counts of;
};

class plan {
public:
    // `next`: the law as adopted, of the same tenant; null: nothing is compared. Both must outlive
    // the plan.
    explicit plan(const assessment_table& law, const assessment_table* next = nullptr);

    void add_person(std::span<const held_record> records);

    std::uint64_t people() const { return people_; }
    // In order of register, then of category.
    std::vector<plan_line> lines() const;

private:
    counts& count_of(const held_record& one);

    const assessment_table* law_;
    judge now_, then_;
    bool compares_;
    std::uint64_t people_ = 0;
    // By register, then by index of the category; unknown categories stand apart, by name.
    std::vector<std::vector<counts>> by_index_;
    std::map<std::pair<std::size_t, std::string>, counts> unknown_;
};

}  // namespace pykala::retention

namespace pykala {

template <>
inline constexpr auto names_of<retention::fate> =
    std::to_array<name_entry<retention::fate>>({{retention::fate::within, "within"},
                                                {retention::fate::due, "due"},
                                                {retention::fate::held, "held"},
                                                {retention::fate::review, "review"},
                                                {retention::fate::restricted, "restricted"}});

}  // namespace pykala
