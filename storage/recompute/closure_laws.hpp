// Definitions for re-computation, loaded once each from the exact files of their closures.
#pragma once

#include <functional>
#include <map>

#include "engine/load/load_closure.hpp"
#include "engine/recompute/recompute.hpp"

namespace pykala::storage {

// The files of a closure; problem `no_such_definition` when its hash is not known.
using closure_reader = std::function<result<source_texts>(const log::digest& hash)>;

class closure_laws final : public recompute::law_source {
public:
    closure_laws(std::string tenant, closure_reader read)
        : tenant_(std::move(tenant)), read_(std::move(read)) {}

    result<std::shared_ptr<const cases::procedure>> procedure(std::string_view right,
                                                              const log::digest& hash) override;
    result<std::shared_ptr<const cases::tenant_law>> law(const log::digest& hash,
                                                         date day) override;

private:
    using procedure_key = std::pair<std::string, log::digest>;
    using day_key = std::pair<log::digest, date>;

    std::string tenant_;
    closure_reader read_;
    // failures are kept too: a closure that does not load is tried once
    std::map<procedure_key, result<std::shared_ptr<const cases::procedure>>> procedures_;
    std::map<log::digest, result<loaded_law>> laws_;
    std::map<day_key, result<std::shared_ptr<const cases::tenant_law>>> days_;
};

}  // namespace pykala::storage
