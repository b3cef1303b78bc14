// The desk's port for sealing, on the key store of one tenant.
#pragma once

#include <set>

#include "engine/desk/ports.hpp"

#include "storage/sealing/event_seal.hpp"
#include "storage/sealing/key_store.hpp"

namespace pykala::storage {

// Safe to use from several threads. `keys` and `clock` must outlive it.
class case_sealing final : public desk::sealing {
public:
    case_sealing(key_store& keys, desk::clock& clock) : keys_(keys), clock_(clock) {}

    // The first event of a case makes its three keys at once; they are durable before the event is
    // sealed.
    result<desk::sealed_event> seal(const log::stream_tag& stream,
                                    const cases::event& what) override;
    // Problems: those of open_event; `event_malformed` when stream or number are not those of the
    // leaf.
    result<cases::event> open(const log::stream_tag& stream, std::uint64_t seq,
                              const desk::sealed_event& stored) override;
    result<std::optional<desk::sealed_fold>> seal_fold(const log::stream_tag& stream,
                                                       const cases::case_state& now) override;
    result<std::optional<cases::case_state>> open_fold(const log::stream_tag& stream,
                                                       const desk::sealed_fold& kept) override;
    result<desk::sealed_box> seal_intent(const log::stream_tag& stream, std::uint64_t seq,
                                         const value& what) override;
    result<value> open_intent(const log::stream_tag& stream, std::uint64_t seq,
                              const desk::sealed_box& box) override;
    desk::person_tag lookup(std::string_view kind, std::string_view text) override;
    std::string digest_of(std::string_view text) override;

private:
    result<event_keys> keys_for(const log::stream_tag& stream, std::uint64_t seq,
                                const std::set<log::data_class>& classes);

    key_store& keys_;
    desk::clock& clock_;
};

}  // namespace pykala::storage
