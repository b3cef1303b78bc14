// Who asks: sessions of browsers and bearer tokens of programs.
#pragma once

#include <chrono>

#include "api/web/call.hpp"
#include "storage/sqlite/staff.hpp"

namespace pykala::api::web {

// A session ends when nothing was asked for so long, and at the latest so long after sign-in.
inline constexpr std::chrono::minutes customer_idle{30};
inline constexpr std::chrono::minutes staff_idle{60};
inline constexpr std::chrono::hours session_whole{12};

// The visitor as the door knows them; without roles where nobody is signed in. A cookie or a token
// that is not known is nobody's. Problems: those of the store.
result<visitor> who_asks(const call& at, door through);

// Checks name and password; a wrong one takes as long as a right one. Problems:
// `wrong_name_or_password` (forbidden), `too_many_attempts` (forbidden, 429), `too_busy`
// (unavailable).
result<storage::staff_member> check_password(call& at, const std::string& name,
                                             const std::string& password);

// Starts a session and sets its cookie.
result<bool> start_staff_session(call& at, const storage::staff_member& who);
result<bool> start_customer_session(call& at, const identified_person& who);
// Ends the session of the door and removes its cookie.
result<bool> end_own_session(call& at, door through);

// For forms before anybody is signed in: a cookie that the form must repeat. Sets the cookie where
// there is none, and `who.csrf`.
void prepare_open_form(call& at);
// Whether the form comes from a page of ours. Problem `forged_form` (forbidden).
result<bool> check_form(const call& at);

}  // namespace pykala::api::web
