// The port of the desk in memory: what the contract asks, and nothing that lasts. For tests and for
// scenario tables.
#pragma once

#include <map>
#include <mutex>

#include "engine/desk/ports.hpp"

namespace pykala::storage {

class memory_case_store final : public desk::case_store {
public:
    // `prefix` as of the pack, e.g. `KUO`.
    explicit memory_case_store(std::string prefix) : prefix_(std::move(prefix)) {}

    result<desk::stored_case> load(std::string_view number) override;
    result<desk::stored_case> load_newest(std::string_view number) override;
    result<std::vector<desk::stored_case>> of_person(
        std::span<const desk::person_tag> tags) override;
    result<std::vector<std::string>> numbers_of(std::span<const desk::person_tag> tags) override;
    // Completes before it returns, on the thread of the caller.
    void submit(desk::unit_of_work unit, desk::completion done) override;
    result<std::optional<desk::stored_receipt>> answered(std::string_view actor,
                                                         std::string_view key) override;
    result<desk::queue_page> queue(const desk::queue_query& query) override;
    result<std::vector<desk::due_case>> due(date today, std::size_t limit) override;
    result<std::vector<desk::outbox_item>> outbox(std::size_t limit) override;
    result<bool> settle(std::span<const std::uint64_t> outbox_ids) override;
    void quarantine(std::vector<desk::quarantined_case> cases,
                    std::function<void(result<bool>)> done) override;
    result<std::vector<desk::quarantined_case>> quarantined() override;
    result<bool> release(std::string_view number) override;

private:
    struct entry {
        desk::stored_case stored;
        desk::queue_row row;
        std::vector<desk::timer_row> timers;
        std::vector<desk::person_tag> persons;
    };

    result<desk::receipt> write(desk::unit_of_work& unit);
    result<bool> check(const desk::unit_of_work& unit) const;
    std::size_t cases_of(const desk::person_tag& tag) const;
    std::vector<std::string> numbers_under(std::span<const desk::person_tag> tags) const;
    void write_case(desk::case_write& what, desk::receipt& given);

    std::mutex mutex_;
    std::string prefix_;
    std::map<std::string, entry, std::less<>> cases_;
    std::map<int, std::uint32_t> numbers_;  // the last one given, by year
    std::map<std::pair<std::string, std::string>, desk::stored_receipt> answers_;
    std::map<std::uint64_t, desk::outbox_item> outbox_;
    std::uint64_t next_outbox_ = 1;
    std::map<std::string, desk::quarantined_case, std::less<>> quarantine_;
};

}  // namespace pykala::storage
