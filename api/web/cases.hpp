// Cases through the desk, for pages and API: commands that wait for their answer, and a case as
// people read it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/desk/desk.hpp"

#include "api/web/call.hpp"

namespace pykala::api::web {

// Wait until it is durable or refused. Problems: those of the desk.
result<desk::reply> file_request(const site& here, cases::command request);
// Several requests of one message: all become cases, or none.
result<desk::reply> file_message(const site& here, std::vector<cases::command> requests);
result<desk::reply> take(const site& here, const std::string& number, cases::command what);

// Roles in the order in which a member of staff uses them: the first that a step takes acts.
std::vector<cases::actor> actors_of(const visitor& who);
// The customer's key: says nothing by itself.
cases::actor customer_of(const call& at);

// Cases that are this customer's own. Problems: those of the desk.
result<std::vector<desk::open_case>> cases_of_customer(const call& at);
// Problem `no_such_case` (not_found) also for somebody else's.
result<desk::open_case> case_of_customer(const call& at, const std::string& number);

// What pages show of a case: number, names of right and state, days. `in` is the reader's language.
value_object case_values(const desk::open_case& c, language in);

// The last day on which the package of an answer can be fetched, of a case closed on that day.
std::optional<date> package_until(const desk::open_case& c, date closed_on);

// `2026-01-30` as people write it in that language.
std::string day_text(date day, language in);

}  // namespace pykala::api::web
