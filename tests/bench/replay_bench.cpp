// How long it takes to compute every case of a tenant again: read, opened, decided and compared.
#include <stdexcept>

#include "storage/recompute/replay.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/commit_world.hpp"
#include "tests/support/folder.hpp"

namespace pykala::bench {
namespace {

class tree_laws final : public recompute::law_source {
public:
    result<std::shared_ptr<const cases::procedure>> procedure(std::string_view right,
                                                              const log::digest&) override {
        return tree_.current(right);
    }
    result<std::shared_ptr<const cases::tenant_law>> law(const log::digest&, date day) override {
        return tree_.law_on(day);
    }

private:
    tree_definitions tree_{"kuopio", commit_world::today()};
};

measurement measure_replay(std::uint64_t size) {
    const tests::folder folder;
    commit_world world(folder.path.string());
    world.seed(size);
    tree_laws laws;
    storage::replay_report report;
    const double seconds = seconds_of([&] {
        report = must(storage::replay_cases(
            {world.store(), world.cases(), world.seals(), laws,
             [](instant at) { return date{std::chrono::floor<std::chrono::days>(at)}; }}));
    });
    if (!report.findings.empty()) throw std::runtime_error(report.findings.front().what.detail);
    if (report.cases != size || report.all.transitions != report.events)
        throw std::runtime_error("not every event was computed again");
    return {.size = size, .value = seconds, .unit = "s"};
}

const registration replay_bench{"replay", 100'000, measure_replay};

}  // namespace
}  // namespace pykala::bench
