// Answers of access and portability on their way: the copy that is sealed when a request is
// admitted, the look of an officer before release, the package that the person fetches.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"

#include "api/answers/answer.hpp"
#include "api/web/site.hpp"
#include "storage/documents/document_store.hpp"

namespace pykala::api {

// Safe to use from several threads.
class answer_maker {
public:
    // All of them must outlive it; `here` gives pages, letters and the record of looks.
    answer_maker(std::vector<register_port*> registers, storage::document_store& documents,
                 const web::site& here)
        : registers_(std::move(registers)), documents_(documents), here_(here) {}

    // Seals what a register gave, durable on return: how many records, and the SHA-256 of the copy.
    // Problems: those of the port and of the documents.
    result<value_object> copy(const desk::open_case& c, register_port& at,
                              const register_answer& gave);

    // Collects what was decided to be given and keeps it sealed, in place of a package made before.
    // How many files, and the SHA-256 of the ZIP. Problems: those of the ports and documents;
    // `no_pages` (unavailable).
    result<value_object> make(const desk::open_case& c);

    // The ZIP that was made; nothing where there is none, or its key is destroyed. Problems: those
    // of document_seal.hpp.
    result<std::optional<std::string>> made(const desk::open_case& c);

    // Whether there is one to be fetched.
    result<bool> has_made(const desk::open_case& c);

    // The same ZIP as it would be now, for staff who look before it is released.
    result<std::string> preview(const desk::open_case& c, answer_reader reader);

    // Removes documents that nobody can read any more, because their key is destroyed.
    result<std::size_t> sweep() { return documents_.sweep(); }

private:
    result<std::string> zip_of(const desk::open_case& c, answer_reader reader);
    result<std::vector<answer_record>> copies_of(const desk::open_case& c);

    std::vector<register_port*> registers_;
    storage::document_store& documents_;
    const web::site& here_;
};

}  // namespace pykala::api
