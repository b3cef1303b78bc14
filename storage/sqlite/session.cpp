#include "storage/sqlite/session.hpp"

#include <utility>

namespace pykala::storage {

result<statement*> session::get(std::string_view sql) {
    const auto known = prepared_.find(sql);
    if (known != prepared_.end()) {
        known->second.reset();
        return &known->second;
    }
    PYKALA_TRY(statement fresh, db_->prepare(sql));
    return &prepared_.emplace(sql, std::move(fresh)).first->second;
}

}  // namespace pykala::storage
