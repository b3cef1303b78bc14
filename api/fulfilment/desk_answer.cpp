#include "api/fulfilment/desk_answer.hpp"

#include <future>
#include <memory>
#include <utility>

namespace pykala::api {

result<desk::reply> answer_of_desk(desk::front_desk& desk, const std::string& number,
                                   cases::command what, desk::enclosure with) {
    auto promised = std::make_shared<std::promise<result<desk::reply>>>();
    auto answer = promised->get_future();
    desk.execute(
        number, std::move(what),
        [promised](result<desk::reply> given) { promised->set_value(std::move(given)); },
        std::move(with));
    return answer.get();
}

}  // namespace pykala::api
