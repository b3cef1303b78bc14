#include "storage/documents/document_store.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "engine/base/encoding.hpp"

#include "storage/sealing/document_seal.hpp"
#include "storage/sealing/sodium.hpp"

namespace pykala::storage {
namespace {

namespace fs = std::filesystem;

constexpr auto kinds = std::to_array<std::pair<document_kind, std::string_view>>(
    {{document_kind::answer_package, "application/zip"},
     {document_kind::evidence_copy, "application/vnd.pykala.evidence+json"}});

auto cannot_write(const fs::path& file) {
    return fail(
        problem_kind::unavailable, "document_write",
        fmt::format("cannot write `{}`: {}", file.filename().string(), std::strerror(errno)),
        "see that the folder of documents is there and the disk is not full");
}

bool write_and_sync(const fs::path& file, std::string_view text) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return false;
    bool good = true;
    while (good && !text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        good = written > 0;
        if (good) text.remove_prefix(static_cast<std::size_t>(written));
    }
    good = good && ::fsync(fd) == 0;
    const int why = errno;
    ::close(fd);
    errno = why;
    return good;
}

bool sync_folder(const fs::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool good = ::fsync(fd) == 0;
    ::close(fd);
    return good;
}

std::string name_of(const log::stream_tag& id) {
    return to_hex(id) + ".sealed";
}

bool copy_id(byte_view from, std::array<std::uint8_t, 16>& to) {
    if (from.size() != to.size()) return false;
    std::ranges::copy(from, to.begin());
    return true;
}

auto broken_row() {
    return fail(problem_kind::corrupt, "document_malformed", "a row of a document is broken",
                "restore the database");
}

result<document_facts> read_facts(statement& row) {
    document_facts facts;
    const auto kind =
        std::ranges::find(kinds, row.text(1), &std::pair<document_kind, std::string_view>::second);
    const auto made = parse_instant_utc(row.text(4));
    if (!copy_id(row.blob(0), facts.id) || !copy_id(row.blob(3), facts.key) ||
        kind == kinds.end() || !made)
        return broken_row();
    facts.kind = kind->first;
    facts.size = row.integer(2);
    facts.made_at = *made;
    return facts;
}

constexpr std::string_view every_document =
    "SELECT d.id, d.media_type, d.size, d.key, d.made_at FROM documents d";

}  // namespace

std::string_view media_type_of(document_kind kind) {
    return std::ranges::find(kinds, kind, &std::pair<document_kind, std::string_view>::first)
        ->second;
}

result<document_store> document_store::open(tenant_store& store, key_store& keys, fs::path folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    if (error)
        return fail(problem_kind::unavailable, "documents_folder",
                    fmt::format("cannot use `{}`: {}", folder.string(), error.message()),
                    "name a folder that only this service may read");
    document_store made(store, keys, std::move(folder));
    PYKALA_CHECK(made.remove_strays());
    return made;
}

fs::path document_store::file_of(const log::stream_tag& id) const {
    return folder_ / name_of(id);
}

result<bool> document_store::write_file(const log::stream_tag& id, std::string_view sealed) const {
    const auto file = file_of(id);
    if (write_and_sync(file, sealed) && sync_folder(folder_)) return true;
    const int why = errno;
    std::error_code ignored;
    fs::remove(file, ignored);
    errno = why;
    return cannot_write(file);
}

result<document_facts> document_store::keep(const document_owner& of, document_kind kind,
                                            log::data_class key_class, std::string_view plain,
                                            instant now,
                                            const std::vector<document_facts>& instead_of) {
    const key_request wanted[] = {{of.stream, key_class}};
    PYKALA_TRY(const auto ids, keys_->make(wanted, now));
    PYKALA_TRY(const secret_key key, keys_->find(ids.front()));
    document_facts made{random_tag(), kind, static_cast<std::int64_t>(plain.size()), ids.front(),
                        now};
    const document_place place{keys_->tenant(), of.stream, made.id};
    const bool large = plain.size() > document_chunk;
    const auto sealed = large ? seal_document_file(key, made.key, place, plain)
                              : seal_document(key, made.key, place, plain);
    // the file first: a row never names what is not there
    if (large) PYKALA_CHECK(write_file(made.id, sealed));
    PYKALA_CHECK(store_->write([&](session& db) -> result<void> {
        std::optional<byte_view> box;
        if (!large) box = as_bytes(sealed);
        PYKALA_CHECK(
            db.run("INSERT INTO documents(id, case_id, media_type, size, key, box, made_at) "
                   "SELECT ?, id, ?, ?, ?, ?, ? FROM cases WHERE number = ?",
                   byte_view(made.id), media_type_of(kind), made.size, byte_view(made.key), box,
                   to_string(now), of.number));
        if (db.db().changes() == 0)
            return fail(problem_kind::not_found, "no_such_case", "there is no such case");
        for (const auto& old : instead_of)
            PYKALA_CHECK(db.run("DELETE FROM documents WHERE id = ?", byte_view(old.id)));
        return {};
    }));
    std::error_code ignored;
    for (const auto& old : instead_of) fs::remove(file_of(old.id), ignored);
    return made;
}

result<std::vector<document_facts>> document_store::of_case(const std::string& number) {
    return store_->read([&](session& db) -> result<std::vector<document_facts>> {
        PYKALA_TRY(statement * row,
                   db.get(fmt::format("{} JOIN cases c ON c.id = d.case_id WHERE c.number = ? "
                                      "ORDER BY d.made_at, d.id",
                                      every_document)));
        row->bind_all(number);
        std::vector<document_facts> all;
        for (;;) {
            PYKALA_TRY(const bool more, row->step());
            if (!more) break;
            PYKALA_TRY(auto facts, read_facts(*row));
            all.push_back(facts);
        }
        row->reset();
        return all;
    });
}

result<std::optional<document_facts>> document_store::newest(const std::string& number,
                                                             document_kind kind) {
    PYKALA_TRY(const auto all, of_case(number));
    std::optional<document_facts> found;
    for (const auto& each : all)
        if (each.kind == kind) found = each;
    return found;
}

bool document_store::can_read(const document_facts& which) const {
    const auto key = keys_->find(which.key);
    return key || key.error().code != "key_destroyed";  // in doubt nothing is erased
}

result<secret_text> document_store::read(const document_owner& of, const document_facts& which) {
    PYKALA_TRY(const secret_key key, keys_->find(which.key));
    const document_place place{keys_->tenant(), of.stream, which.id};
    PYKALA_TRY(const auto box, store_->read([&](session& db) -> result<std::optional<std::string>> {
        PYKALA_TRY(statement * row, db.get("SELECT box FROM documents WHERE id = ?"));
        row->bind_all(byte_view(which.id));
        PYKALA_TRY(const bool there, row->step());
        std::optional<std::string> bytes;
        if (there && !row->is_null(0)) bytes = std::string(as_text(row->blob(0)));
        row->reset();
        return bytes;
    }));
    if (box) return open_document(key, place, *box);
    std::ifstream file(file_of(which.id), std::ios::binary);
    if (!file)
        return fail(problem_kind::not_found, "document_missing",
                    "the file of a sealed document is not there",
                    "restore it, or make the package anew");
    const std::string sealed{std::istreambuf_iterator<char>(file), {}};
    return open_document_file(key, place, sealed);
}

result<bool> document_store::remove_strays() {
    PYKALA_TRY(const auto named, store_->read([&](session& db) -> result<std::set<std::string>> {
        PYKALA_TRY(statement * row, db.get("SELECT id FROM documents WHERE box IS NULL"));
        row->reset();
        std::set<std::string> all;
        for (;;) {
            PYKALA_TRY(const bool more, row->step());
            if (!more) break;
            all.insert(to_hex(row->blob(0)) + ".sealed");
        }
        row->reset();
        return all;
    }));
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder_, error)) {
        const auto name = entry.path().filename().string();
        if (name.ends_with(".sealed") && !named.contains(name)) fs::remove(entry.path(), error);
    }
    return true;
}

result<std::size_t> document_store::sweep() {
    PYKALA_TRY(auto gone, store_->read([](session& db) -> result<std::vector<document_facts>> {
        PYKALA_TRY(statement * row, db.get(every_document));
        row->reset();
        std::vector<document_facts> found;
        for (;;) {
            PYKALA_TRY(const bool more, row->step());
            if (!more) break;
            PYKALA_TRY(auto facts, read_facts(*row));
            found.push_back(facts);
        }
        row->reset();
        return found;
    }));
    std::erase_if(gone, [this](const document_facts& each) { return can_read(each); });
    if (gone.empty()) return 0;
    PYKALA_CHECK(store_->write([&](session& db) -> result<void> {
        for (const auto& each : gone)
            PYKALA_CHECK(db.run("DELETE FROM documents WHERE id = ?", byte_view(each.id)));
        return {};
    }));
    std::error_code ignored;
    for (const auto& each : gone) fs::remove(file_of(each.id), ignored);
    return gone.size();
}

}  // namespace pykala::storage
