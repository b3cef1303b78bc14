// One copy of keys.db: rows of wrapped keys and three facts. Knows SQLite, opens no key. See
// storage/formats/keys.md.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "engine/log/event_leaf.hpp"

#include "storage/sqlite/session.hpp"

namespace pykala::storage {

struct key_row {
    log::key_id id{};
    log::stream_tag owner{};
    std::string key_class;
    std::string made_at;  // instant in UTC
    std::string wrapped;
};

struct key_facts {
    std::string tenant;
    std::string master;  // id of the master key, hex
    std::uint64_t generation = 0;
};

// Problems are those of storage/sqlite/connection.hpp, and `key_store_damaged` (corrupt: not a key
// store, or a row that is none).
class key_copy {
public:
    // Opens, or makes, the file (mode 0600) and reads its facts; a file that was just made has
    // none.
    static result<key_copy> open(const std::filesystem::path& file);

    const std::optional<key_facts>& facts() const { return facts_; }

    // Each is one durable transaction and leaves the copy with these facts.
    result<bool> add(std::span<const key_row> rows, const key_facts& next);
    result<bool> remove(std::span<const log::key_id> ids, const key_facts& next);
    result<bool> replace_all(std::span<const key_row> rows, const key_facts& next);

    result<std::optional<key_row>> find(const log::key_id& id) const;
    result<std::optional<key_row>> find(const log::stream_tag& owner,
                                        std::string_view key_class) const;
    result<std::vector<key_row>> of_owner(const log::stream_tag& owner) const;
    // This key and all others of its owner; empty when it is not here.
    result<std::vector<key_row>> beside(const log::key_id& id) const;
    result<std::vector<key_row>> all() const;

    // Keeps the file as it is for those who read, until let go: nobody can change it meanwhile.
    result<void> hold();
    void let_go();

private:
    key_copy(connection db, std::filesystem::path file)
        : db_(std::move(db)), file_(std::move(file)) {}

    result<void> prepare_schema();
    result<void> read_facts();
    template <class Work>
    result<bool> change(const key_facts& next, Work&& work);

    mutable session db_;          // reading compiles and runs statements
    std::filesystem::path file_;  // for messages
    std::optional<key_facts> facts_;
};

}  // namespace pykala::storage
