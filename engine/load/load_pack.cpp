#include <fmt/format.h>

#include "engine/load/policy_parts.hpp"

namespace pykala::loading {
namespace {

constexpr std::string_view unstated = "unstated";

// The word for silence is no value.
std::string said(std::string text) {
    if (text == unstated) text.clear();
    return text;
}

// A contact detail: `unstated` as the text and as the mark mean the same.
marked<std::string> read_detail(const table_reader& table, const std::string& key) {
    marked<std::string> made{.value = table.text_if(key),
                             .how = table.choice_or(key + "_mark", mark::stated),
                             .why = table.text_if(key + "_why")};
    if (!table.has(key)) table.text(key);
    if (made.value == unstated) {
        made.value.clear();
        made.how = mark::unstated;
    }
    return made;
}

controller read_controller(const table_reader& table, const std::string& id) {
    controller made{.id = id, .name = table.text("name"), .at = table.at()};
    made.business_id = read_detail(table, "business_id");
    made.address = read_detail(table, "address");
    made.visiting_address = read_detail(table, "visiting_address");
    made.email = read_detail(table, "email");
    made.phone = read_detail(table, "phone");
    made.web = read_detail(table, "web");
    made.dpo = read_detail(table, "dpo");
    made.answers_for = {.value = table.in_three_languages("answers_for"),
                        .how = table.choice_or("answers_for_mark", mark::stated),
                        .why = table.text_if("answers_for_why")};
    return made;
}

notice read_notice(const table_reader& table) {
    notice made{.title = table.text("title"),
                .dated = std::nullopt,
                .kind = table.text("kind"),
                .file = table.text("file"),
                .remarks = table.text_if("remarks"),
                .at = table.at()};
    // a date, or the word that says there is none
    constexpr auto words = std::to_array<std::string_view>({unstated});
    if (!table.is_text("dated"))
        made.dated = table.day("dated");
    else
        table.one_of("dated", words);
    return made;
}

supervisory_authority read_authority(const table_reader& table) {
    return {.name = table.in_three_languages("name"),
            .address = table.text("address"),
            .email = table.text("email"),
            .phone = table.text("phone"),
            .web = table.text("web"),
            .verified_as_of = table.day("verified_as_of"),
            .at = table.at()};
}

void read_practices(const table_reader& root, pack& into) {
    if (const auto table = root.table("promise"))
        into.promise = {table->length("period"), table->choice<mark>("mark"), table->text("why")};
    if (const auto table = root.table("accounting"))
        into.accounting = {table->choice<accounting_period>("period"), table->choice<mark>("mark"),
                           table->text("why")};
    if (const auto table = root.table("channels")) {
        into.channels_declared = table->choices<channel>("declared");
        into.channels_accepted = table->choices<channel>("accepted");
        into.channels_text = table->text_if("declared_text");
        into.channels_why = table->text("why");
    }
    if (const auto table = root.table("identity")) {
        into.identity_declared = table->text("declared");
        into.identity_methods = table->choices<assurance>("methods");
        into.identity_why = table->text("why");
    }
    if (const auto table = root.table("direct_marketing"))
        into.direct_marketing = {table->choices<marketing_scope>("scope"),
                                 table->choice<mark>("mark"), table->text("why")};
    if (const auto table = root.table("restrict_on"))
        into.restrict_on = {table->choices<right>("rights"), table->choice<mark>("mark"),
                            table->text("why")};
}

named_text read_named(const table_reader& table, const std::string& id) {
    return {.id = id,
            .name = table.in_three_languages(),
            .how = table.choice_or("mark", mark::stated),
            .why = table.text_if("why"),
            .at = table.at()};
}

rule read_house_rule(const table_reader& table, std::string id) {
    rule made{.id = std::move(id), .by = authority::house, .at = table.at()};
    read_rule(table, made);
    made.quote = table.text("quote");
    made.categories = table.texts_if("categories");
    made.except = table.texts_if("except");
    made.unconfirmed = table.flag_if("unconfirmed", false);
    return made;
}

void load_parties(const table_reader& root, pack& into) {
    for (const auto& [id, table] : root.tables("controller"))
        add(into.controllers, table, id, read_controller(table, id));
    for (const auto& [id, table] : root.tables("purpose"))
        add(into.purposes, table, id, read_named(table, id));
    for (const auto& [id, table] : root.tables("source"))
        add(into.sources, table, id, read_named(table, id));
    for (const auto& [id, table] : root.tables("group"))
        add(into.groups, table, id, read_named(table, id));
    for (const auto& [id, table] : root.tables("recipient"))
        add(into.recipients, table, id,
            {.id = id,
             .name = table.text_if("name"),
             .purpose = table.in_three_languages(),
             .kind = table.choice<recipient_kind>("kind"),
             .how = table.choice<mark>("mark"),
             .why = table.text_if("why"),
             .at = table.at()});
    for (const auto& [id, table] : root.tables("transfer"))
        add(into.transfers, table, id,
            {.id = id,
             .country = said(table.text_if("country")),
             .recipient = said(table.text_if("recipient")),
             .safeguard = table.text("safeguard"),
             .text = table.in_three_languages(),
             .how = table.choice<mark>("mark"),
             .why = table.text_if("why"),
             .at = table.at()});
}

}  // namespace

void load_pack_part(const table_reader& root, pack& into) {
    into.files.push_back(root.at().file);
    load_parties(root, into);
    for (const auto& [id, table] : root.tables("gap"))
        add(into.gaps, table, id,
            {.id = id,
             .says = table.text("says"),
             .law = table.text("law"),
             .effect = table.text("effect"),
             .at = table.at()});
    for (const auto& [id, table] : root.tables("no_retention"))
        add(into.no_retentions, table, id,
            {.id = id,
             .classes = table.texts("classes"),
             .id_parts = table.texts("id_parts"),
             .rationale = table.text("rationale"),
             .at = table.at()});
    for (const auto& [id, table] : root.tables("house"))
        add(into.house, table, id, read_house_rule(table, into.id + "." + id));
    load_facts(root, into);
}

void load_pack_root(const table_reader& root, pack& into) {
    read_schema(root);
    into.id = read_file_id(root);
    into.at = root.at();
    into.case_prefix = root.text("case_prefix");
    into.verified_as_of = root.day("verified_as_of");
    into.status = root.choice<pack_status>("status");
    into.reviewed_by = root.text_if("reviewed_by");
    into.reviewed_on = root.day_if("reviewed_on");
    into.commodities = root.choices<commodity>("commodities");
    into.default_commodity = root.choice_if<commodity>("default_commodity");
    into.languages = root.choices<language>("languages");
    into.calendar = root.text("calendar");
    into.tolling = root.choice<tolling>("tolling");
    if (const auto table = root.table("title")) into.title = table->in_three_languages();
    if (const auto table = root.table("notice")) into.notice = read_notice(*table);
    if (const auto table = root.table("authority")) into.authority = read_authority(*table);
    read_practices(root, into);
    load_pack_part(root, into);
}

}  // namespace pykala::loading
