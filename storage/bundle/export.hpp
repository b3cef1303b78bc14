// Exports cases of a tenant's database as a bundle that `pykala audit verify` proves offline.
#pragma once

#include <set>

#include "storage/bundle/bundle_writer.hpp"
#include "storage/sealing/key_store.hpp"
#include "storage/sqlite/tenant_store.hpp"

namespace pykala::storage {

struct export_request {
    // Case numbers. One makes the scope `case`, several `sample`; none exports every event from
    // leaf `from` on, scope `period`.
    std::vector<std::string> numbers{};
    std::uint64_t from = 0;  // only without numbers
    // What the reader may see; fields of other classes are masked.
    std::set<log::data_class> opens{log::data_class::decision_facts};
    instant now{};
};

// What a bundle shows.
struct exported_part {
    bundle_scope scope = bundle_scope::one_case;
    std::uint64_t from = 0, to = 0;        // leaves [from, to) of the log
    std::vector<log::stream_tag> cases{};  // of those that were asked for by number
};

// Signs a checkpoint first, which ends the period. Problems: `no_such_case`, `event_not_logged`
// (an event is in another log than the one in use), `nothing_to_export`, those of store and keys.
result<exported_part> export_bundle(tenant_store& store, const key_store& keys,
                                    const export_request& request, const bundle_writer::sink& out);

// The first leaf whose event is of this local day or later; the size of the log when none is.
result<std::uint64_t> first_leaf_on(tenant_store& store, date day);

}  // namespace pykala::storage
