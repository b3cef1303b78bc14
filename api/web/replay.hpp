// Every case of a tenant computed again, as an answer.
#pragma once

#include "api/web/call.hpp"

namespace pykala::api::web {

// `{"tenant","cases","events","recomputed":{…},"findings":[{"case","event","code","detail"}]}`.
// Readers and writers go on meanwhile. Problems: those of the store.
result<http::response> replay_answer(call& at);

}  // namespace pykala::api::web
