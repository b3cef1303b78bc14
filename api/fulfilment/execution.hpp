// Orders of a case, carried out in a register, and the registers read for it.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "engine/registers/register_port.hpp"

#include "api/fulfilment/orders.hpp"
#include "api/fulfilment/reassessment.hpp"
#include "storage/forgetting/erasure_list.hpp"

namespace pykala::api {

// What becomes of an order: `result` is that of the vocabulary (`done`, `held`, `failed`).
struct order_result {
    std::string result = "done";
    cases::register_findings findings{};
    // What the register confirmed as gone, unlinked or reduced; also where the order failed in
    // part.
    std::vector<storage::erased_record> erased{};
};

// Seals what a register gave of the person of a case.
using copy_register = std::function<result<value_object>(
    const desk::open_case& c, register_port& at, const register_answer& gave)>;

// Reads what one register holds of the person of the case. Where the case protects its evidence,
// what was read is sealed before anybody is told of it. Problems of the ports, and of `copy`.
result<order_result> read_register(const register_set& registers, const order_view& o, date today,
                                   const copy_register& copy = {});

// Who the person of the case is in one register, without reading any record. Problems of the ports.
result<order_result> find_in_register(const register_set& registers, const order_view& o);

// Changes the register as the order says. Every record that would go is assessed again inside the
// transaction of its register, together with what the others hold at that time. What the law keeps
// now makes the result `held`. Problems of the ports.
result<order_result> change_register(const register_set& registers, const order_view& o,
                                     date today);

}  // namespace pykala::api
