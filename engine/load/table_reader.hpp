// Typed reads of TOML that collect every fault instead of stopping at the first, for all loaders of
// definitions.
//
// How to use it:
//
//     toml_document file{text, places, findings};          // a syntax fault is recorded; root() is
//     then empty for (auto& [id, table] : file.root().tables("rule")) {
//         rule r{.id = id, .at = table.at()};
//         r.cite = table.text("cite");                     // required: a missing key is recorded,
//         "" comes back r.grade = table.choice<grade>("grade");          // closed list:
//         names_of<grade> of engine/base/names.hpp for (auto& version : table.list("version")) … //
//         [[rule.NAME.version]]
//     }
//     file.report_unknown_keys();                          // every key that nobody asked for is a
//     fault
//
// A reader is a small value that points into its document. A read with `_if` is optional and gives
// nothing (or an empty value) when the key is not there; all others record a missing key. A read
// never throws and always gives a usable value. Faults have these codes:
//     T00 syntax, doubled names, impossible dates (toml++ itself)
//     S01 unknown key      S02 missing key or empty text      S03 wrong shape (kind of value,
//     format) S04 bad id           S05 name that is not on a closed list
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/base/names.hpp"
#include "engine/base/place.hpp"
#include "engine/base/text3.hpp"
#include "engine/load/source_text.hpp"
#include "engine/time/date.hpp"
#include "engine/time/period.hpp"

namespace toml {
inline namespace v3 {
class node;
class table;
}  // namespace v3
}  // namespace toml

namespace pykala {

class toml_document;

// `word`: `[a-z][a-z0-9_]*`; `any`: whatever TOML allows, the loader checks itself.
enum class id_form { word, any };

class table_reader {
public:
    // The header (of the root: line 1), and the name for messages: `rule.voucher`.
    const place& at() const { return at_; }
    const std::string& name() const { return name_; }
    // The place of a key's value, of the element of its list, or of the table where there is none.
    place at(std::string_view key, int index = -1) const;
    bool has(std::string_view key) const;
    bool is_text(std::string_view key) const;
    std::vector<std::string> keys() const;

    std::string text(std::string_view key) const;  // not empty
    std::string text_if(std::string_view key) const;
    bool flag_if(std::string_view key, bool otherwise) const;
    std::int64_t number(std::string_view key, std::int64_t least, std::int64_t most) const;
    date day(std::string_view key) const;
    std::optional<date> day_if(std::string_view key) const;
    period length(std::string_view key) const;
    std::vector<std::string> texts(std::string_view key) const;  // a list, which may be empty
    std::vector<std::string> texts_if(std::string_view key) const;
    std::vector<std::string> one_or_more_if(
        std::string_view key) const;  // a text or a list of texts
    std::vector<date> days(std::string_view key) const;
    std::vector<period> lengths_if(std::string_view key) const;

    // `fi`, `sv`, `en`, or `PREFIX_fi` and so on; none may be empty.
    text3 in_three_languages(std::string_view prefix = {}) const;
    // All three or none.
    text3 in_three_languages_if(std::string_view prefix) const;

    template <named_enum E>
    E choice(std::string_view key) const {
        return chosen<E>(pick(key, text(key), -1, all_names<E>()));
    }
    template <named_enum E>
    E choice_or(std::string_view key, E otherwise) const {
        return has(key) ? choice<E>(key) : otherwise;
    }
    template <named_enum E>
    std::optional<E> choice_if(std::string_view key) const {
        return has(key) ? std::optional(choice<E>(key)) : std::nullopt;
    }
    template <named_enum E>
    std::vector<E> choices(std::string_view key) const {
        return chosen_all<E>(key, texts(key));
    }
    template <named_enum E>
    std::vector<E> choices_if(std::string_view key) const {
        return chosen_all<E>(key, texts_if(key));
    }
    // The text of a key that must be one of `names`; empty when it is not (and recorded).
    std::string one_of(std::string_view key, std::span<const std::string_view> names) const;

    std::optional<table_reader> table(std::string_view key) const;     // [key], required
    std::optional<table_reader> table_if(std::string_view key) const;  // [key]
    // [key.ID] for every ID; none when the key is not there.
    std::vector<std::pair<std::string, table_reader>> tables(std::string_view key,
                                                             id_form form = id_form::word) const;
    std::vector<table_reader> list(std::string_view key) const;  // [[key]]; none when not there

    // Records a fault of the loader's own at a key (or at the table where it is not there).
    void fault(std::string_view key, std::string code, std::string message,
               std::string hint = {}) const;

private:
    friend class toml_document;
    table_reader(toml_document& owner, const toml::v3::table* table, place at, std::string name);

    const toml::v3::node* ask(std::string_view key) const;
    const toml::v3::node* require(std::string_view key) const;
    std::size_t pick(std::string_view key, const std::string& text, int index,
                     std::span<const std::string_view> names) const;
    table_reader child(const toml::v3::table& table, std::string name, const place& fallback) const;
    std::vector<std::string> texts_of(std::string_view key, const toml::v3::node* node) const;
    std::optional<period> parsed_length(std::string_view key, int index, std::string_view) const;

    template <named_enum E>
    static E chosen(std::size_t index) {
        return names_of<E>[index < names_of<E>.size() ? index : 0].first;
    }
    template <named_enum E>
    std::vector<E> chosen_all(std::string_view key, const std::vector<std::string>& texts) const {
        std::vector<E> all;
        for (std::size_t i = 0; i < texts.size(); ++i)
            if (const auto at = pick(key, texts[i], int(i), all_names<E>());
                at < names_of<E>.size())
                all.push_back(names_of<E>[at].first);
        return all;
    }

    toml_document* owner_;
    const toml::v3::table* table_;  // null: the file could not be read
    place at_;
    std::string name_;
};

class toml_document {
public:
    // `places` and `findings` must outlive the document.
    toml_document(const source_text& source, place_book& places, diagnostics& findings);
    ~toml_document();
    toml_document(const toml_document&) = delete;
    toml_document& operator=(const toml_document&) = delete;

    bool readable() const { return table_ != nullptr; }
    table_reader root();
    // Call once at the end: what nobody asked for, in every table that was opened.
    void report_unknown_keys();

private:
    friend class table_reader;
    void report_unknown_keys(const toml::v3::table& table, const std::string& name);

    std::string file_;
    place_book& places_;
    diagnostics& findings_;
    std::unique_ptr<toml::v3::table> table_;
    std::map<const toml::v3::table*, std::set<std::string, std::less<>>> asked_;
};

}  // namespace pykala
