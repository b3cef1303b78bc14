// Sealed documents of cases: packages that a person fetches, copies that protect an answer. Small
// ones stand in the tenant's database, large ones in a folder beside it. What they are called and
// what they say stands inside, sealed; outside is only which case, which kind and how large.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/time/date.hpp"

#include "storage/sealing/key_store.hpp"
#include "storage/sqlite/tenant_store.hpp"

namespace pykala::storage {

// What a document is. The names are stored: never change one.
enum class document_kind { answer_package, evidence_copy };
std::string_view media_type_of(document_kind kind);

struct document_facts {
    log::stream_tag id{};
    document_kind kind = document_kind::answer_package;
    std::int64_t size = 0;  // bytes of plain text
    log::key_id key{};
    instant made_at{};
};

// Of which case: its number in the database, its stream for the seal.
struct document_owner {
    std::string number;
    log::stream_tag stream{};
};

// Safe to use from several threads.
class document_store {
public:
    // `folder` holds the sealed files, and nothing else; it is made when it is not there. Files
    // that no row names, left by a crash, are removed. Problem `documents_folder` (unavailable).
    static result<document_store> open(tenant_store& store, key_store& keys,
                                       std::filesystem::path folder);

    // Seals and keeps a document; `instead_of` goes in the same transaction. Durable on return.
    // Problems: `no_such_case`, `document_write` (unavailable), those of the key store.
    result<document_facts> keep(const document_owner& of, document_kind kind,
                                log::data_class key_class, std::string_view plain, instant now,
                                const std::vector<document_facts>& instead_of = {});

    // In the order in which they were made.
    result<std::vector<document_facts>> of_case(const std::string& number);
    // The last one of its kind.
    result<std::optional<document_facts>> newest(const std::string& number, document_kind kind);

    // Whether its key is still there; in doubt it is.
    bool can_read(const document_facts& which) const;
    // Problems: `key_destroyed` (not_found), `document_missing` (not_found), those of
    // document_seal.hpp.
    result<secret_text> read(const document_owner& of, const document_facts& which);

    // Removes every document whose key is gone: nobody can read it any more. Gives how many.
    result<std::size_t> sweep();

private:
    document_store(tenant_store& store, key_store& keys, std::filesystem::path folder)
        : store_(&store), keys_(&keys), folder_(std::move(folder)) {}

    std::filesystem::path file_of(const log::stream_tag& id) const;
    result<bool> write_file(const log::stream_tag& id, std::string_view sealed) const;
    result<bool> remove_strays();

    tenant_store* store_;
    key_store* keys_;
    std::filesystem::path folder_;
};

}  // namespace pykala::storage
