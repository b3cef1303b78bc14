#include "api/answers/answer.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/case/parts.hpp"
#include "engine/case/values.hpp"

#include "api/fulfilment/people.hpp"

namespace pykala::api {
namespace {

cases::facts facts_of(const desk::open_case& c, date today) {
    cases::facts known;
    known.today = today;
    known.law = c.law.get();
    known.others = cases::interlocks_of(c.others);
    return known;
}

// What a person found who listened to a record or read it; the last finding counts.
std::string finding_of(const desk::open_case& c, const std::string& record) {
    for (const auto& each : c.now.release_checks | std::views::reverse)
        if (std::ranges::find(each.records, record) != each.records.end()) return each.finding;
    return {};
}

// The officer's words in place of a recording stand as the reason of that look.
std::string transcript_of(const desk::open_case& c, const std::string& record) {
    for (const auto& e : c.events | std::views::reverse) {
        const auto& check = e["release_check"];
        const auto records = cases::list_of(check["records"]);
        if (std::ranges::find(records, record) == records.end()) continue;
        const bool written = cases::text_of(check["finding"]) == "transcribe";
        return written ? cases::text_of(e["in_reason"]) : std::string();
    }
    return {};
}

std::string ending_of(std::string_view bytes) {
    if (bytes.starts_with("RIFF")) return "wav";
    if (bytes.starts_with("OggS")) return "ogg";
    if (bytes.starts_with("ID3") || bytes.starts_with("\xFF\xFB")) return "mp3";
    if (bytes.starts_with("\x89PNG")) return "png";
    if (bytes.starts_with("\xFF\xD8")) return "jpg";
    return "bin";
}

// `10` after `9`: keys of rows are mostly numbers.
std::tuple<std::string, std::size_t, std::string> order_of(const answer_record& r) {
    const auto& id = r.held.facts.id;
    const auto parts = parse_record_id(id);
    if (!parts) return {id, 0, {}};
    return {parts->reg + '/' + parts->table, parts->key.size(), parts->key};
}

class collector {
public:
    collector(const desk::open_case& c, date today, answer_reader reader)
        : c_(c), known_(facts_of(c, today)), reader_(reader) {}

    // Takes a record into the answer, as far as it is given.
    void take(answer_record one) {
        const auto id = one.held.facts.id;
        const auto* kind = find(c_.law->own_pack().categories, one.held.facts.category);
        const auto found = c_.now.records.find(id);
        if (!kind || found == c_.now.records.end() || !taken_.insert(id).second) return;
        const auto decision = cases::effective_decision(c_.now, found->second, known_);
        // outside article 20 by the pack alone: no person has found that it may not leave
        const bool beside = decision == "withhold" && found->second.decision.empty() &&
                            one.held.series && one.held.facts.commodity == commodity::electricity;
        if (decision != "give" && decision != "redact" && !beside) return;
        if (kind->protected_address && hides_addresses()) return;
        if (!c_.now.who.is_person) std::erase_if(one.held.fields, &register_field::concealed);
        one.partly = decision == "redact";
        if (one.partly) reduce(one);
        if (reader_ == answer_reader::person) silence(one, *kind);
        auto& category = (beside ? beside_ : by_id_)[kind->id];
        category.id = kind->id;
        category.name = kind->name;
        category.says = kind->says;
        category.classes = kind->classes;
        category.records.push_back(std::move(one));
    }

    void tell(const std::vector<disclosure>& went) {
        all_.disclosures.insert(all_.disclosures.end(), went.begin(), went.end());
    }

    answer finish() {
        answer all = std::move(all_);
        std::size_t media = 0;
        for (auto& [id, category] : by_id_) {
            std::ranges::sort(category.records, {}, order_of);
            for (auto& record : category.records)
                for (auto& each : record.media)
                    each.file = fmt::format("recording-{}.{}", ++media, ending_of(each.bytes));
            all.categories.push_back(std::move(category));
        }
        for (auto& [id, category] : beside_) all.beside.push_back(std::move(category));
        return all;
    }

private:
    bool hides_addresses() const {
        return c_.now.flags.contains("address_protected") &&
               (!c_.now.who.is_person || reader_ == answer_reader::staff_at_large);
    }
    // Days and amounts stay; whatever can name somebody else goes.
    static void reduce(answer_record& one) {
        std::erase_if(one.held.fields, [](const register_field& f) {
            return f.form == field_form::text || f.media;
        });
        one.media.clear();
        one.values.clear();
        one.held.series.reset();
    }
    // Sound leaves only after a person has listened and found that it may.
    void silence(answer_record& one, const category& kind) const {
        const auto finding = finding_of(c_, one.held.facts.id);
        if (finding == "transcribe") one.transcript = transcript_of(c_, one.held.facts.id);
        if ((kind.listen_first && finding != "release") || finding == "transcribe")
            one.media.clear();
    }

    const desk::open_case& c_;
    cases::facts known_;
    answer_reader reader_;
    std::set<std::string> taken_;
    std::map<std::string, answer_category> by_id_, beside_;
    answer all_;
};

}  // namespace

result<std::vector<answer_record>> whole_records(register_port& at,
                                                 std::vector<register_record> all) {
    std::vector<answer_record> whole;
    for (auto& held : all) {
        answer_record one{at.id(), at.title(), std::move(held), {}, {}, false, {}};
        if (one.held.series) {
            PYKALA_TRY(one.values, at.series_values(one.held.facts.id));
        }
        for (const auto& field : one.held.fields) {
            if (!field.media || field.null) continue;
            PYKALA_TRY(const auto bytes, at.media(one.held.facts.id, field.column));
            one.media.push_back({field.column, {}, std::string(as_text(bytes))});
        }
        whole.push_back(std::move(one));
    }
    return whole;
}

result<answer> collect_answer(const answer_sources& from, const desk::open_case& c, date today,
                              answer_reader reader) {
    collector all(c, today, reader);
    if (!from.registers.empty()) {
        PYKALA_TRY(const auto people,
                   find_people(from.registers, from.registers.size() - 1, keys_of(c.now)));
        for (std::size_t i = 0; i < from.registers.size(); ++i) {
            if (people.at[i].people.empty()) continue;
            PYKALA_TRY(auto read, from.registers[i]->read(people.at[i], today));
            all.tell(read.disclosures);
            PYKALA_TRY(auto whole, whole_records(*from.registers[i], std::move(read.records)));
            for (auto& one : whole) all.take(std::move(one));
        }
    }
    for (const auto& one : from.copies) all.take(one);
    return all.finish();
}

}  // namespace pykala::api
