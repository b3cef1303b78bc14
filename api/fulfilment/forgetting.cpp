#include "api/fulfilment/forgetting.hpp"

#include <algorithm>

#include "engine/case/values.hpp"

#include "storage/forgetting/case_removal.hpp"
#include "storage/sqlite/queue_check.hpp"

namespace pykala::api {

// The classes stand in the event, where they stay readable: the body of the order may have been
// sealed under a key that is destroyed by now.
result<bool> forgetting::destroy_keys(const desk::outbox_item& item, const desk::open_case& c) {
    std::set<std::string> classes;
    if (item.seq < c.events.size())
        for (auto& name : cases::list_of(c.events[item.seq]["destroyed"]))
            classes.insert(std::move(name));
    if (classes.empty()) return true;
    PYKALA_CHECK(destruction_.destroy(item.stream, classes));
    PYKALA_CHECK(storage::rebuild_case(store_, item.number, storage::fold_projector(seals_)));
    return true;
}

result<bool> forgetting::remove(const desk::outbox_item& item, const desk::open_case& c) {
    const bool waits = std::ranges::any_of(
        c.now.deferred, [](const auto& each) { return each.state == "scheduled"; });
    if (waits) return false;
    PYKALA_CHECK(destruction_.destroy(item.stream, {}));
    PYKALA_CHECK(storage::remove_case(store_, item.number, time_.now()));
    return true;
}

result<bool> forgetting::carry_out(const desk::outbox_item& item) {
    const auto c = desk_.read(item.number);
    // removed before the order was settled
    if (!c && c.error().code == "no_such_case") return true;
    if (!c) return std::unexpected(c.error());
    if (!c->now.closed()) return true;
    if (c->now.has("frozen")) return false;
    return item.kind == "remove_case" ? remove(item, *c) : destroy_keys(item, *c);
}

result<bool> forgetting::begin() {
    PYKALA_CHECK(destruction_.finish_intended());
    PYKALA_CHECK(destruction_.sweep_orphans());
    return true;
}

}  // namespace pykala::api
