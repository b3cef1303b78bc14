#include "tests/support/random_case.hpp"

#include <stdexcept>

#include "engine/case/decide.hpp"

#include "api/command_line/random_commands.hpp"
#include "tests/support/desk_world.hpp"

namespace pykala::tests {

using namespace cases;

std::vector<cases::event> random_case(const std::string& tenant, const std::string& right,
                                      std::uint64_t seed) {
    const auto how = procedure_of(right);
    date today = make_date(2026, 1, 5) + std::chrono::days(seed % 330);
    api::random_commands random(seed, *how, *law_of(tenant, today));
    case_state now;
    std::vector<event> events;
    const auto add = [&](const step& made) {
        apply(now, made.happened);
        events.push_back(made.happened);
    };
    case_state other;
    other.right = right == "access" ? "erasure" : "access";
    other.due.act_by = today + std::chrono::days(25);
    for (int tries = 0; tries < 150; ++tries) {
        if (now.version > 0 && random.once_in(4)) today += std::chrono::days(random.below(9));
        facts known;
        known.today = today;
        const auto law = law_of(tenant, today);
        known.law = law.get();
        known.registers = api::sample_registers();
        if (seed % 3 == 0 && tries < 60) known.others = interlocks_of({{other}});
        auto made = now.version == 0 ? random.filing(today) : random.next(now, known);
        made.what.on = today;
        made.what.at = today + std::chrono::hours(9);
        known.findings = made.findings;
        const auto first = decide(*how, now, made.what, known);
        if (!first) continue;
        add(*first);
        if (made.what.kind == command_kind::interlock) continue;
        known.findings.reset();
        while (const auto name = next_by_system(*how, now, known)) {
            command what{.name = *name, .by = {"system", {}}, .at = made.what.at, .on = today};
            const auto next = decide(*how, now, what, known);
            if (!next) throw std::logic_error(next.error().detail);
            add(*next);
        }
    }
    return events;
}

}  // namespace pykala::tests
