// A tenant as the web sees it: who it is, and what its pages and its API stand on. Put together in
// api/server.
#pragma once

#include <string>
#include <vector>

#include "engine/base/text3.hpp"
#include "engine/desk/desk.hpp"
#include "engine/registers/register_port.hpp"

#include "api/letters/letter_book.hpp"
#include "api/web/page_book.hpp"
#include "api/web/sign_in_limits.hpp"
#include "storage/registers/sample/sample_registers.hpp"
#include "storage/sealing/key_store.hpp"
#include "storage/sqlite/tenant_store.hpp"

namespace pykala::api {
class answer_maker;
}
namespace pykala::storage {
class shipping;
}

namespace pykala::api::web {

struct site {
    std::string tenant;  // id of the pack
    std::string base;    // path prefix, `/kuopio`; empty where the tenant has a host name
    std::string
        address;        // as letters name it, `http://127.0.0.1:8080/kuopio`; empty: they name none
    std::string name;   // of the controller, as people know it
    bool demo = false;  // opens the test e-identification
    bool sends_mail = false;  // notices by e-mail can be wished
    bool served = false;      // by a running server: others may ask at the same time
    const page_book* pages = nullptr;
    const letters::letter_book* letters = nullptr;
    storage::tenant_store* store = nullptr;
    desk::case_store* cases = nullptr;
    storage::key_store* keys = nullptr;
    storage::shipping* shipping = nullptr;  // null: nothing is shipped
    desk::sealing* seals = nullptr;
    desk::definitions* law = nullptr;
    desk::front_desk* desk = nullptr;
    const pack* own = nullptr;
    desk::clock* time = nullptr;
    sign_in_limits* limits = nullptr;
    std::vector<register_port*> registers{};  // in the order in which they are read
    answer_maker* answers = nullptr;
    std::vector<storage::sample_person> people{};  // of the test e-identification
};

}  // namespace pykala::api::web
