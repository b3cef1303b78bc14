#include "storage/backup/manifest.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/log/canonical_json.hpp"

#include "storage/hash/sha256.hpp"
#include "storage/json/read_json.hpp"
#include "storage/verify/note.hpp"

namespace pykala::storage {
namespace {

namespace fs = std::filesystem;

constexpr const char* manifest_name = "manifest.json";
constexpr const char* note_name = "manifest.note";
constexpr std::string_view manifest_format = "pykala-backup/1";

std::string text_to_sign(const std::string& origin, std::string_view manifest) {
    return fmt::format("{}\n{}\nsha256 {}\n", manifest_format, origin,
                       to_hex(sha256(manifest, {})));
}

std::string text_of(const backup_manifest& what) {
    value_object files;
    for (const auto& [path, facts] : what.files)
        files.emplace(path, value_object{{"bytes", facts.bytes}, {"sha256", facts.sha256}});
    auto text = canonical_json(value_object{{"files", std::move(files)},
                                            {"format", manifest_format},
                                            {"made_at", to_string(what.made_at)},
                                            {"origin", what.origin},
                                            {"root", to_hex(what.head.root)},
                                            {"size", std::int64_t(what.head.size)},
                                            {"tenant", what.tenant}});
    if (!text) throw std::logic_error("the name of a file to back up is not UTF-8");
    return *std::move(text);
}

std::unexpected<problem> malformed_manifest() {
    return fail(problem_kind::corrupt, "backup_malformed",
                "the manifest of the backup is not as it was written", "take another backup");
}

// A path that leads out of the folder is nothing that we wrote.
bool is_plain(const std::string& path) {
    for (const auto& part : fs::path(path))
        if (part == ".." || part == "." || part.empty()) return false;
    return !path.empty() && fs::path(path).is_relative();
}

result<backup_manifest> parse_manifest(std::string_view text) {
    const auto read = read_json(text);
    if (!read || (*read)["format"] != value(manifest_format)) return malformed_manifest();
    const auto word = [](const value& v) { return v.as_string() ? *v.as_string() : std::string(); };
    backup_manifest out;
    const auto made = parse_instant_utc(word((*read)["made_at"]));
    const auto* size = (*read)["size"].as_integer();
    const auto* files = (*read)["files"].as_object();
    if (!made || !size || *size < 0 || !files || !from_hex(word((*read)["root"]), out.head.root))
        return malformed_manifest();
    out.tenant = word((*read)["tenant"]);
    out.origin = word((*read)["origin"]);
    out.made_at = *made;
    out.head.size = std::uint64_t(*size);
    for (const auto& [path, facts] : *files) {
        const auto* bytes = facts["bytes"].as_integer();
        if (!bytes || !is_plain(path)) return malformed_manifest();
        out.files.emplace(path, file_facts{*bytes, word(facts["sha256"])});
    }
    if (!out.files.contains("cases.db") || !log::is_origin(out.origin)) return malformed_manifest();
    return out;
}

}  // namespace

result<void> write_manifest(const fs::path& folder, const backup_manifest& what,
                            const checkpoint_signer& signer) {
    const auto text = text_of(what);
    const auto signs = text_to_sign(what.origin, text);
    PYKALA_CHECK(write_text(folder / manifest_name, text));
    return write_text(folder / note_name,
                      log::signed_note(sha256, signs, what.origin, signer.key, signer.sign(signs)));
}

result<backup_manifest> read_manifest(const fs::path& folder, const log::public_key& key) {
    std::error_code ignored;
    if (!fs::exists(folder / manifest_name, ignored))
        return fail(problem_kind::not_found, "backup_incomplete",
                    fmt::format("there is no backup in `{}`", folder.string()),
                    "name the folder that `pykala backup` wrote; one that was interrupted ends in "
                    "`.part` and is none");
    PYKALA_TRY(const auto text, read_text(folder / manifest_name));
    PYKALA_TRY(const auto note, read_text(folder / note_name));
    PYKALA_TRY(auto out, parse_manifest(text));
    const auto verifier = verify::note_key::read(log::verifier_key(sha256, out.origin, key));
    const auto signs = verifier ? verify::signed_text(note, *verifier) : std::nullopt;
    if (!signs || *signs != text_to_sign(out.origin, text))
        return fail(problem_kind::refused, "backup_signature",
                    fmt::format("`{}` is not signed with the key of this tenant", folder.string()),
                    "the manifest was changed, or the key store is not the one that the backup "
                    "belongs to");
    return out;
}

}  // namespace pykala::storage
