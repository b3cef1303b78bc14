// The schema of a tenant's database, as steps that lead from one version to the next. A step that
// has shipped is never edited: a change is a new step.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace pykala::storage {

// `PKDB`, in the file's header: tells our databases from anybody else's, and from keys.db.
inline constexpr std::int64_t tenant_application_id = 0x504B4442;

struct migration {
    int version;                            // `user_version` once the step is done
    std::span<const std::string_view> sql;  // parts, run in order within one transaction
};

// In order; the last one's version is what this program reads and writes.
std::span<const migration> migrations();
inline int schema_version() {
    return migrations().back().version;
}

// Parts of version 1, each beside its tables.
extern const std::string_view v1_tenant_sql;
extern const std::string_view v1_case_sql;
extern const std::string_view v1_queue_sql;
extern const std::string_view v1_work_sql;
extern const std::string_view v1_people_sql;
extern const std::string_view v1_log_sql;
// Later versions.
extern const std::string_view v2_quarantine_sql;
extern const std::string_view v3_sign_in_sql;
extern const std::string_view v4_sealed_sql;
extern const std::string_view v5_fold_sql;
extern const std::string_view v6_erasure_sql;

}  // namespace pykala::storage
