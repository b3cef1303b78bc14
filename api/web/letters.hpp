// Letters of a case: written once, when they leave, and shown as they were ever after.
#pragma once

#include <string_view>

#include "engine/desk/draft.hpp"

#include "api/web/site.hpp"

namespace pykala::api::web {

// Writes what a tenant sends. Where the site has no letters it writes none.
class site_letters final : public desk::letter_writer {
public:
    explicit site_letters(const site& here) : here_(here) {}
    result<value_array> write(const desk::leaving& what) override;

private:
    const site& here_;
};

// Letters that left, newest first, as they left; those of cases from before letters were kept are
// rendered from the case as it was then. `only`: those that the event of this number sent.
value_array letter_values(const desk::open_case& c, const site& here, language in,
                          std::string_view only = {});

}  // namespace pykala::api::web
