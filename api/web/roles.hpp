// Roles of the contract, and sets of them.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "engine/base/names.hpp"

namespace pykala::api::web {

enum class role {
    customer,
    representative,
    officer,
    reviewer,
    dpo,
    customer_service,
    auditor,
    integrator,
    administrator,
};

class role_set {
public:
    constexpr role_set() = default;
    constexpr role_set(std::initializer_list<role> each) {
        for (const role one : each) add(one);
    }
    constexpr void add(role one) { bits_ |= bit(one); }
    constexpr bool has(role one) const { return (bits_ & bit(one)) != 0; }
    constexpr bool meets(role_set other) const { return (bits_ & other.bits_) != 0; }
    constexpr bool empty() const { return bits_ == 0; }

private:
    static constexpr std::uint32_t bit(role one) { return 1U << static_cast<unsigned>(one); }
    std::uint32_t bits_ = 0;
};

// Who works on cases; auditors and technicians see none.
inline constexpr role_set case_workers{role::officer, role::reviewer, role::dpo,
                                       role::customer_service};
inline constexpr role_set all_staff{role::officer,          role::reviewer, role::dpo,
                                    role::customer_service, role::auditor,  role::integrator,
                                    role::administrator};
inline constexpr role_set customers{role::customer, role::representative};

}  // namespace pykala::api::web

namespace pykala {

template <>
inline constexpr auto names_of<api::web::role> = std::to_array<name_entry<api::web::role>>(
    {{api::web::role::customer, "customer"},
     {api::web::role::representative, "representative"},
     {api::web::role::officer, "officer"},
     {api::web::role::reviewer, "reviewer"},
     {api::web::role::dpo, "dpo"},
     {api::web::role::customer_service, "customer_service"},
     {api::web::role::auditor, "auditor"},
     {api::web::role::integrator, "integrator"},
     {api::web::role::administrator, "administrator"}});

}  // namespace pykala
