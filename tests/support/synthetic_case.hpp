// Cases without a desk: small events whose projection can be computed again from their number
// alone. For tests that are about keeping, not about deciding.
#pragma once

#include "engine/desk/ports.hpp"

#include "storage/sqlite/queue_check.hpp"

namespace pykala::tests {

// Event `seq` of a stream; its leaf fits its body. `bytes` is the size of its one sealed box.
desk::sealed_event synthetic_event(const log::stream_tag& stream, std::uint64_t seq,
                                   std::size_t bytes = 200);

// Continues a case of `before` events by `count` more; a new one when `number` is empty.
desk::case_write synthetic_write(const std::string& number, const log::stream_tag& stream,
                                 std::uint64_t before, std::size_t count = 1,
                                 const desk::person_tag& person = "person");

// What queue, timers and persons must hold after that many events; problem `event_differs` when an
// event is not the one that was written.
result<storage::stored_projection> synthetic_projection(const desk::stored_case& stored);

log::stream_tag synthetic_stream(std::uint64_t number);

// A database of the tenant `kuopio` in a folder, made when it is not there.
inline constexpr const char* synthetic_origin = "test.example/kuopio/log/1";
storage::store_location synthetic_location(const std::string& path, const std::string& vfs = {});
result<std::unique_ptr<storage::tenant_store>> open_synthetic(const std::string& path,
                                                              const std::string& vfs = {});

// Submits and waits.
result<desk::receipt> submit_and_wait(desk::case_store& store, desk::unit_of_work unit);

}  // namespace pykala::tests
