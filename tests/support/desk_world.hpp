// A desk on everything real but the outside: the workflows and policies of the tree, the case store
// in memory, a clock that stands where the test puts it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "engine/desk/desk.hpp"

#include "storage/memory/case_store.hpp"

namespace pykala::tests {

// The pinned workflow of a right and the law of a tenant, loaded once for all tests.
std::shared_ptr<const cases::procedure> procedure_of(const std::string& right);
std::shared_ptr<const cases::tenant_law> law_of(const std::string& tenant, date day);

class real_definitions final : public desk::definitions {
public:
    explicit real_definitions(std::string tenant) : tenant_(std::move(tenant)) {}
    result<std::shared_ptr<const cases::procedure>> current(std::string_view right) override;
    result<std::shared_ptr<const cases::procedure>> pinned(std::string_view right,
                                                           const log::digest& hash) override;
    result<std::shared_ptr<const cases::tenant_law>> law_on(date day) override;

private:
    std::string tenant_;
};

// Seals nothing: the bytes of an event are its place in a list. Enough for tests of deciding.
class open_sealing final : public desk::sealing {
public:
    result<desk::sealed_event> seal(const log::stream_tag& stream,
                                    const cases::event& what) override;
    result<cases::event> open(const log::stream_tag& stream, std::uint64_t seq,
                              const desk::sealed_event& stored) override;
    result<std::optional<desk::sealed_fold>> seal_fold(const log::stream_tag&,
                                                       const cases::case_state&) override {
        return std::nullopt;
    }
    result<std::optional<cases::case_state>> open_fold(const log::stream_tag&,
                                                       const desk::sealed_fold&) override {
        return std::nullopt;
    }
    result<desk::sealed_box> seal_intent(const log::stream_tag& stream, std::uint64_t seq,
                                         const value& what) override;
    result<value> open_intent(const log::stream_tag& stream, std::uint64_t seq,
                              const desk::sealed_box& box) override;
    desk::person_tag lookup(std::string_view kind, std::string_view text) override;
    std::string digest_of(std::string_view text) override { return std::string(text); }

private:
    std::deque<cases::event> events_;
    std::deque<value> intents_;
};

class set_clock final : public desk::clock {
public:
    desk::moment now() override { return {at, on}; }
    // Ten o'clock UTC of the day.
    void set(date day);

    instant at{};
    date on{};
};

class counted_ids final : public desk::id_source {
public:
    log::stream_tag new_stream() override;

private:
    std::uint8_t next_ = 0;
};

struct desk_world {
    desk_world(const std::string& tenant, std::vector<std::string> registers);

    result<desk::reply> file(cases::command what);
    result<desk::reply> execute(const std::string& number, cases::command what,
                                desk::enclosure with = {});
    cases::case_state state(const std::string& number);  // throws when there is none

    storage::memory_case_store store;
    open_sealing seals;
    set_clock time;
    counted_ids ids;
    real_definitions laws;
    desk::front_desk desk;
};

}  // namespace pykala::tests
