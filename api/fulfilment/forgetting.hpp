// What the orders to forget come to: keys that are destroyed, a case that is removed. Every step
// may be repeated, and goes on where a process before died.
#pragma once

#include "engine/desk/desk.hpp"

#include "storage/forgetting/key_destruction.hpp"
#include "storage/sqlite/tenant_store.hpp"

namespace pykala::api {

class forgetting {
public:
    // All of it must outlive this.
    forgetting(desk::front_desk& desk, desk::sealing& seals, desk::clock& time,
               storage::tenant_store& store, storage::key_store& keys)
        : desk_(desk), seals_(seals), time_(time), store_(store), destruction_(store, keys, time) {}

    static bool is_meant(const desk::outbox_item& item) {
        return item.kind == "destroy_key" || item.kind == "remove_case";
    }

    // True when it is done. It waits while the data of the case is frozen, and a case stays while
    // something deferred still waits for its day. A case that was opened again meanwhile keeps its
    // data: the time begins anew when it closes.
    result<bool> carry_out(const desk::outbox_item& item);

    // At the start, before anything else: what a process before began is finished, and keys that
    // no case ever used are swept. Problems of store and keys.
    result<bool> begin();

private:
    result<bool> destroy_keys(const desk::outbox_item& item, const desk::open_case& c);
    result<bool> remove(const desk::outbox_item& item, const desk::open_case& c);

    desk::front_desk& desk_;
    desk::sealing& seals_;
    desk::clock& time_;
    storage::tenant_store& store_;
    storage::key_destruction destruction_;
};

}  // namespace pykala::api
