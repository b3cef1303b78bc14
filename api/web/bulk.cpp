#include "api/web/bulk.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "engine/case/interlocks.hpp"
#include "engine/case/values.hpp"

namespace pykala::api::web {
namespace {

constexpr auto reasons = std::to_array<std::string_view>({"house", "law", "other_case"});

}  // namespace

reach reach_of(const desk::open_case& c, const std::vector<std::string>& ids) {
    const auto others = cases::interlocks_of(c.others);
    reach out;
    for (const auto& id : ids) {
        const auto held = c.now.records.find(id);
        const bool kept = held != c.now.records.end() &&
                          cases::text_of(held->second.assessed, "outcome") == "retain";
        if (std::ranges::find(others.suspended, id) != others.suspended.end())
            ++out.other_case;
        else if (kept && cases::flag_of(held->second.assessed, "liftable"))
            ++out.house;
        else if (kept)
            ++out.law;
        else
            out.decided.push_back(id);
    }
    return out;
}

std::string left_query(const reach& of) {
    const std::array counts{of.house, of.law, of.other_case};
    std::string query;
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] > 0)
            query += fmt::format("{}{}={}", query.empty() ? '?' : '&', reasons[i], counts[i]);
    return query;
}

void put_left(value_object& shown, const call& at) {
    value_object left;
    for (const auto name : reasons) {
        const auto text = http::field(at.query, name);
        std::uint32_t count = 0;
        const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (wrong == std::errc() && end == text.data() + text.size() && count > 0)
            left.emplace(fmt::format("left_{}", name), std::int64_t(count));
    }
    if (!left.empty()) shown.emplace("left", std::move(left));
}

}  // namespace pykala::api::web
