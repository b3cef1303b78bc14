// Protects what the desk goes by when it does not open every event: a real case on real files has a
// fold, commands go on from it as from the events, and one that says something else is found and
// thrown away.
#include "engine/case/kept_fold.hpp"

#include <doctest/doctest.h>

#include "engine/base/encoding.hpp"

#include "storage/sqlite/queue_check.hpp"
#include "tests/support/flow_world.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

std::vector<std::string> codes_found(flow_world& w) {
    std::vector<std::string> codes;
    for (const auto& each :
         storage::check_queue(*w.database, storage::fold_projector(*w.seals)).value())
        codes.push_back(each.code);
    return codes;
}

}  // namespace

TEST_SUITE("flow/kept_fold") {
    TEST_CASE("fold: a case goes on from it and one that lies is found") {
        flow_world w("kuopio");
        const auto number = w.file("access", "010190-900P", "Maija Malli");
        w.work();
        const auto stored = w.store->load_newest(number).value();
        REQUIRE(stored.fold.has_value());
        CHECK(stored.fold->version + stored.events.size() == w.store->load(number)->events.size());
        // the rows of a unit are written together: what goes on from the fold is what is stored
        w.take(number, "officer", "add_note", {{"note", "Soittaa maanantaina."}});
        CHECK(codes_found(w).empty());

        auto lie = w.seals->open_fold(stored.stream, *stored.fold).value().value();
        lie.assignee = "somebody";
        const auto sealed = w.seals->seal_fold(stored.stream, lie).value().value();
        REQUIRE(w.database->write([&](storage::session& db) {
            return db.run("UPDATE folds SET version = ?, box = ?", std::int64_t(sealed.version),
                          as_bytes(sealed.box));
        }));
        CHECK(codes_found(w) == std::vector<std::string>{"fold_differs"});
        CHECK(storage::rebuild_queue(*w.database, storage::fold_projector(*w.seals)).value() == 1);
        CHECK(codes_found(w).empty());
        CHECK_FALSE(w.store->load_newest(number)->fold.has_value());
        w.take(number, "officer", "add_note", {{"note", "Soittaa tiistaina."}});
        CHECK(codes_found(w).empty());
        CHECK(w.store->load_newest(number)->fold.has_value());  // heavier than the least: kept anew
    }
}
