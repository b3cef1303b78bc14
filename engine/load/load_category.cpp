#include <algorithm>

#include <fmt/format.h>

#include "engine/load/policy_parts.hpp"

namespace pykala::loading {
namespace {

// Reads `KEY`, `KEY_mark` and `KEY_why` over what is there. Of shared facts all but the reason must
// be written; a category may replace any of the three, but a new value needs its mark.
template <class T, class Read>
void read_marked(const table_reader& table, const std::string& key, bool all, marked<T>& into,
                 Read read) {
    const bool given = table.has(key);
    if (given || all) into.value = read(key);
    if (given || all || table.has(key + "_mark")) into.how = table.choice<mark>(key + "_mark");
    if (given || all || table.has(key + "_why")) into.why = table.text_if(key + "_why");
}

void read_facts(const table_reader& table, bool all, processing_facts& into) {
    const auto names = [&](const std::string& key) { return table.texts(key); };
    if (all || table.has("controller")) into.controller = table.text("controller");
    read_marked(table, "purposes", all, into.purposes, names);
    read_marked(table, "basis", all, into.basis,
                [&](const std::string& key) { return table.choices<legal_basis>(key); });
    read_marked(table, "sources", all, into.sources, names);
    read_marked(table, "recipients", all, into.recipients, names);
    read_marked(table, "transfers", all, into.transfers, names);
    read_marked(table, "portability", all, into.portability,
                [&](const std::string& key) { return table.choice<portability>(key); });
}

category read_category(const table_reader& table, const std::string& id, const pack& owner) {
    category made{.id = id,
                  .group = table.text("group"),
                  .name = table.in_three_languages(),
                  .says = table.in_three_languages("says"),
                  .classes = table.texts("classes"),
                  .id_parts = table.one_or_more_if("id_part"),
                  .assumed_classes = table.texts_if("assumed_classes"),
                  .facts_id = table.text("facts"),
                  .how = table.choice<mark>("mark"),
                  .why = table.text_if("why"),
                  .at = table.at()};
    if (const auto* shared = find(owner.facts, made.facts_id)) made.facts = *shared;
    read_facts(table, false, made.facts);
    made.commodity = table.choice_if<commodity>("commodity");
    made.personal = table.flag_if("personal", true);
    for (const auto& part : table.texts_if("parts"))
        made.parts.push_back(fmt::format("{}.{}", id, part));
    if (const auto dot = id.find('.'); dot != std::string::npos) made.parent = id.substr(0, dot);
    made.protected_address = table.flag_if("protected", false);
    made.listen_first = table.flag_if("listen_first", false);
    made.self_service = table.flag_if("self_service", false);
    return made;
}

bool is_category_id(std::string_view id) {
    return !id.empty() && std::ranges::all_of(id, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == '_';
    });
}

}  // namespace

void load_facts(const table_reader& root, pack& into) {
    for (const auto& [id, table] : root.tables("facts")) {
        processing_facts made{.at = table.at()};
        read_facts(table, true, made);
        add(into.facts, table, id, std::move(made));
    }
}

void load_categories(const table_reader& root, pack& into) {
    for (const auto& [id, table] : root.tables("category", id_form::any)) {
        if (!is_category_id(id))
            table.fault({}, "S04", fmt::format("`{}` is no category id", id),
                        "ids are those of the notice: `KUO-A01`, `VAL-03.address`, `LEDGER`");
        add(into.categories, table, id, read_category(table, id, into));
    }
}

}  // namespace pykala::loading
