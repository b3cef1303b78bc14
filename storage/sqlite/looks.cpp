#include "storage/sqlite/looks.hpp"

#include <algorithm>

namespace pykala::storage {

result<std::vector<look_row>> looks_of(tenant_store& store,
                                       const std::vector<std::string>& numbers) {
    return store.read([&](session& db) -> result<std::vector<look_row>> {
        PYKALA_TRY(statement * row,
                   db.get("SELECT l.at, l.what, (SELECT min(r.role) FROM user_roles r "
                          "WHERE r.user = l.user AND r.role IN ('customer_service', 'dpo', "
                          "'officer', 'reviewer')) FROM looks l JOIN cases c ON c.id = l.case_id "
                          "WHERE c.number = ? ORDER BY l.at, l.id"));
        std::vector<look_row> all;
        for (const auto& number : numbers) {
            row->bind_all(number);
            for (;;) {
                PYKALA_TRY(const bool more, row->step());
                if (!more) break;
                all.push_back({parse_instant_utc(row->text(0)).value_or(instant{}),
                               std::string(row->text(2)), std::string(row->text(1))});
            }
            row->reset();
        }
        std::ranges::sort(all, {}, &look_row::at);
        return all;
    });
}

}  // namespace pykala::storage
