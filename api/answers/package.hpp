// An answer as the files that a person takes home, and their ZIP. Names say what a file is, never
// whose it is.
//
// access        index.html, a table for each category, recordings, consumption.csv and .json
// portability   index.html, consumption.csv (as the customer portal of Fingrid Datahub writes it)
//               and .json, customer.json, contracts.csv, invoices.csv, contacts.csv, and a table
//               for each category that stands in none of them
// both          manifest.json: each file with its SHA-256, rows, categories and the law it serves
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.hpp"

#include "api/answers/tables.hpp"
#include "storage/documents/zip_file.hpp"

namespace pykala::api {

struct package_file {
    std::string name, media_type, bytes;
    std::size_t rows = 0;
    std::vector<std::string> categories;
    std::vector<std::string> law;  // provisions, as `policies/statutes` names them
};

struct package_occasion {
    std::string case_number, controller, right;
    std::string under;  // the provision that the answer serves, as `policies/statutes` names it
    language in = language::fi;
    date made_on{};
    table_words words;
};

// Everything but the page and the manifest. Problems: of canonical JSON (a register gave no text).
result<std::vector<package_file>> files_of(const answer& given, const package_occasion& about);

// The page first, then the files, the manifest last.
result<std::vector<storage::zip_entry>> entries_of(std::string page,
                                                   const std::vector<package_file>& files,
                                                   const package_occasion& about);

// By the ending of its name.
std::string_view media_type_of_file(std::string_view name);

}  // namespace pykala::api
