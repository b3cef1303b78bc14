// Consumption as the customer portal of Fingrid Datahub gives it, so that programs that read those
// files read ours: one line an hour or a month, UTC, decimal comma, six decimals.
#pragma once

#include <string>

#include "api/answers/answer.hpp"

namespace pykala::api {

// `Mittauspisteen tunnus;Tuotteen tyyppi;…`: the Finnish header, whatever the language. Energy in
// Wh is written in kWh, heat and cooling in MWh.
std::string consumption_csv(const answer& given);

// The same with Datahub's names of fields: `{"TimeSeries":[…]}`. Quantities are strings with a dot.
result<std::string> consumption_json(const answer& given);

}  // namespace pykala::api
