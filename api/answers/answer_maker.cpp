#include "api/answers/answer_maker.hpp"

#include <map>
#include <set>

#include "engine/base/encoding.hpp"

#include "api/answers/answer_page.hpp"
#include "api/answers/evidence.hpp"
#include "api/time/local_day.hpp"
#include "storage/hash/sha256.hpp"
#include "storage/sqlite/looks.hpp"

namespace pykala::api {
namespace {

storage::document_owner owner_of(const desk::open_case& c) {
    return {c.now.number, c.stream};
}

value_object copy_facts(std::size_t records, std::string_view bytes) {
    return {{"records", static_cast<std::int64_t>(records)},
            {"sha256", to_hex(storage::sha256({}, bytes))}};
}

// Of all cases of the person: each day and role once.
result<std::vector<look_line>> looks_of(storage::tenant_store& store, const desk::open_case& c) {
    std::vector<std::string> numbers{c.now.number};
    for (const auto& each : c.others) numbers.push_back(each.number);
    PYKALA_TRY(const auto all, storage::looks_of(store, numbers));
    std::set<look_line> once;
    for (const auto& each : all) once.insert({local_day(each.at), each.role});
    return std::vector<look_line>(once.begin(), once.end());
}

}  // namespace

result<value_object> answer_maker::copy(const desk::open_case& c, register_port& at,
                                        const register_answer& gave) {
    evidence_copy all{at.id(), {}};
    PYKALA_TRY(all.records, whole_records(at, gave.records));
    PYKALA_TRY(std::string text, write_evidence(all));
    const storage::secret_text wiped(std::move(text));
    PYKALA_CHECK(documents_.keep(owner_of(c), storage::document_kind::evidence_copy,
                                 log::data_class::package, wiped.text(), here_.time->now().at));
    return copy_facts(all.records.size(), wiped.text());
}

// Of several copies of a register, made when it was read again, the last counts.
result<std::vector<answer_record>> answer_maker::copies_of(const desk::open_case& c) {
    PYKALA_TRY(const auto documents, documents_.of_case(c.now.number));
    std::map<std::string, std::vector<answer_record>> by_register;
    for (const auto& each : documents) {
        if (each.kind != storage::document_kind::evidence_copy) continue;
        const auto text = documents_.read(owner_of(c), each);
        if (!text && text.error().code == "key_destroyed") continue;
        if (!text) return std::unexpected(text.error());
        PYKALA_TRY(auto copy, read_evidence(text->text()));
        by_register[copy.reg] = std::move(copy.records);
    }
    std::vector<answer_record> all;
    for (auto& [reg, records] : by_register)
        for (auto& each : records) all.push_back(std::move(each));
    return all;
}

result<std::string> answer_maker::zip_of(const desk::open_case& c, answer_reader reader) {
    if (!here_.pages || !here_.letters)
        return fail(problem_kind::unavailable, "no_pages",
                    "this server has no pages to answer with");
    const auto now = here_.time->now();
    PYKALA_TRY(auto copies, copies_of(c));
    const answer_sources from{registers_, std::move(copies)};
    PYKALA_TRY(const auto given, collect_answer(from, c, now.on, reader));
    const auto in = from_name<language>(c.now.language).value_or(language::fi);
    const package_occasion about{c.now.number,
                                 here_.name,
                                 c.now.right,
                                 c.how->flow.answer_under,
                                 in,
                                 now.on,
                                 words_of_tables(*here_.pages, in)};
    PYKALA_TRY(const auto files, files_of(given, about));
    PYKALA_TRY(const auto looks, looks_of(*here_.store, c));
    auto page =
        render_answer_page({c, given, files, looks, *here_.letters, *here_.pages, in, now.on});
    PYKALA_TRY(const auto entries, entries_of(std::move(page), files, about));
    return storage::write_zip(entries, now.at);
}

result<value_object> answer_maker::make(const desk::open_case& c) {
    PYKALA_TRY(std::string zip, zip_of(c, answer_reader::person));
    const storage::secret_text wiped(std::move(zip));
    PYKALA_TRY(const auto before, documents_.of_case(c.now.number));
    std::vector<storage::document_facts> old;
    for (const auto& each : before)
        if (each.kind == storage::document_kind::answer_package) old.push_back(each);
    PYKALA_CHECK(documents_.keep(owner_of(c), storage::document_kind::answer_package,
                                 log::data_class::package, wiped.text(), here_.time->now().at,
                                 old));
    PYKALA_TRY(const auto names, storage::zip_names(wiped.text()));
    return copy_facts(names.size(), wiped.text());
}

result<std::optional<std::string>> answer_maker::made(const desk::open_case& c) {
    PYKALA_TRY(const auto found,
               documents_.newest(c.now.number, storage::document_kind::answer_package));
    if (!found) return std::nullopt;
    auto zip = documents_.read(owner_of(c), *found);
    if (!zip && zip.error().code == "key_destroyed") return std::nullopt;
    if (!zip) return std::unexpected(zip.error());
    return zip->text();
}

result<bool> answer_maker::has_made(const desk::open_case& c) {
    PYKALA_TRY(const auto found,
               documents_.newest(c.now.number, storage::document_kind::answer_package));
    return found && documents_.can_read(*found);
}

result<std::string> answer_maker::preview(const desk::open_case& c, answer_reader reader) {
    return zip_of(c, reader);
}

}  // namespace pykala::api
