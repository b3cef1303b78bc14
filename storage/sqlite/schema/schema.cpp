#include "storage/sqlite/schema/schema.hpp"

#include <array>

namespace pykala::storage {

std::span<const migration> migrations() {
    static const std::array version_1{v1_tenant_sql, v1_case_sql,   v1_queue_sql,
                                      v1_work_sql,   v1_people_sql, v1_log_sql};
    static const std::array version_2{v2_quarantine_sql};
    static const std::array version_3{v3_sign_in_sql};
    static const std::array version_4{v4_sealed_sql};
    static const std::array version_5{v5_fold_sql};
    static const std::array version_6{v6_erasure_sql};
    static const std::array steps{migration{1, version_1}, migration{2, version_2},
                                  migration{3, version_3}, migration{4, version_4},
                                  migration{5, version_5}, migration{6, version_6}};
    return steps;
}

}  // namespace pykala::storage
