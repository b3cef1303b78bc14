// Whether a pack is whole: its categories, their numbering, and what every pack must have.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "engine/policy/check_parts.hpp"

namespace pykala::checking {
namespace {

// Every pack has these beside the categories of its notice.
constexpr auto in_every_pack = std::to_array<std::string_view>({"LEDGER", "OUTAGE", "COR"});
// The class whose records are parts of an identity.
constexpr std::string_view identity_class = "ID";

void check_category(const context& in, const pack& owner, const category& what) {
    const auto is_identity = std::ranges::find(what.classes, identity_class) != what.classes.end();
    if (what.classes.empty() && what.personal)
        in.error(in.at(what.at, "classes"), "P08", fmt::format("`{}` has no class", what.id),
                 "name a class, or write personal = false where it is no personal data");
    if (is_identity && what.id_parts.empty() && what.parts.empty())
        in.error(what.at, "P08", fmt::format("`{}` has class `ID` but no `id_part`", what.id),
                 "say which part of the identity it is, or split it with `parts`");
    if (!is_identity && !what.id_parts.empty())
        in.error(in.at(what.at, "id_part"), "P08",
                 fmt::format("`{}` names a part of identity but has no class `ID`", what.id));
    if (what.commodity &&
        std::ranges::find(owner.commodities, *what.commodity) == owner.commodities.end())
        in.error(in.at(what.at, "commodity"), "P08",
                 fmt::format("`{}` is about {}, which this pack does not sell", what.id,
                             name_of(*what.commodity)));
    if (what.parent.empty()) return;
    const auto* parent = find(owner.categories, what.parent);
    if (!parent)
        in.error(what.at, "P08", fmt::format("`{}` is part of no category", what.id));
    else if (std::ranges::find(parent->parts, what.id) == parent->parts.end())
        in.error(what.at, "P08",
                 fmt::format("`{}` is not among the parts of `{}`", what.id, parent->id));
}

// `KUO-A`, 14 of `KUO-A14`; nothing where the id does not end in two digits.
std::optional<std::pair<std::string, int>> numbered(const std::string& id) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (id.size() < 3 || !digit(id[id.size() - 1]) || !digit(id[id.size() - 2]))
        return std::nullopt;
    return std::pair{id.substr(0, id.size() - 2),
                     (id[id.size() - 2] - '0') * 10 + (id[id.size() - 1] - '0')};
}

void check_numbering(const context& in, const pack& owner) {
    std::map<std::string, std::set<int>> series;
    for (const auto& [id, what] : owner.categories) {
        if (std::ranges::find(in_every_pack, std::string_view(id)) != in_every_pack.end()) continue;
        if (!id.starts_with(owner.case_prefix + "-"))
            in.error(what.at, "P10",
                     fmt::format("the id `{}` does not begin with `{}-`", id, owner.case_prefix));
        if (!what.parent.empty()) continue;
        if (const auto found = numbered(id))
            series[found->first].insert(found->second);
        else
            in.error(what.at, "P10", fmt::format("the id `{}` does not end in two digits", id));
    }
    for (const auto& [head, numbers] : series)
        for (int n = 1; n < *numbers.rbegin(); ++n)
            if (!numbers.contains(n))
                in.error(owner.at, "P10",
                         fmt::format("`{}{:02}` is missing, yet `{}{:02}` is there", head, n, head,
                                     *numbers.rbegin()),
                         "every category of the notice stands in its pack");
    for (const auto name : in_every_pack)
        if (!owner.categories.contains(name))
            in.error(owner.at, "P10", fmt::format("`{}` is missing", name),
                     "every pack has LEDGER, OUTAGE and COR");
}

void check_root(const context& in, const pack& owner) {
    if (owner.controllers.empty()) in.error(owner.at, "P10", "the pack names no controller");
    if (owner.languages.size() != names_of<language>.size())
        in.error(in.at(owner.at, "languages"), "P10", "a pack serves in all three languages",
                 R"(write languages = ["fi", "sv", "en"])");
    if (owner.channels_accepted.size() != names_of<channel>.size())
        in.error(owner.at, "P10", "a request counts by whatever channel it comes (2016/679 12(2))",
                 "list every channel under `accepted`; `declared` says what the notice names");
    if (owner.default_commodity &&
        (owner.commodities.size() != 1 || owner.commodities.front() != *owner.default_commodity))
        in.error(in.at(owner.at, "default_commodity"), "P10",
                 "a default stands only where the pack sells that commodity and no other");
    if (owner.status == pack_status::reviewed && (owner.reviewed_by.empty() || !owner.reviewed_on))
        in.error(in.at(owner.at, "status"), "P10", "a reviewed pack says by whom and when",
                 "write reviewed_by and reviewed_on, or status = \"draft\"");
}

}  // namespace

void check_packs(const context& in) {
    std::map<std::string, std::string> prefixes;
    for (const auto& [id, owner] : in.set.packs) {
        if (owner.at.file.empty()) {
            in.error({owner.files.empty() ? std::string{} : owner.files.front(), 1, 1}, "P10",
                     fmt::format("the pack `{}` has parts but no root", id),
                     fmt::format("write policies/controllers/{}.toml", id));
            continue;
        }
        const auto [other, fresh] = prefixes.emplace(owner.case_prefix, id);
        if (!fresh)
            in.error(in.at(owner.at, "case_prefix"), "P10",
                     fmt::format("the prefix `{}` is that of `{}` as well", owner.case_prefix,
                                 other->second));
        check_root(in, owner);
        check_numbering(in, owner);
        for (const auto& [name, what] : owner.categories) check_category(in, owner, what);
    }
}

}  // namespace pykala::checking
