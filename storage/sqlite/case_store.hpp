// The port of the desk on a tenant's database.
#pragma once

#include "engine/desk/ports.hpp"

#include "storage/sqlite/tenant_store.hpp"

namespace pykala::storage {

class sqlite_case_store final : public desk::case_store {
public:
    // `store` outlives this.
    explicit sqlite_case_store(tenant_store& store) : store_(store) {}

    result<desk::stored_case> load(std::string_view number) override;
    result<desk::stored_case> load_newest(std::string_view number) override;
    result<std::vector<desk::stored_case>> of_person(
        std::span<const desk::person_tag> tags) override;
    result<std::vector<std::string>> numbers_of(std::span<const desk::person_tag> tags) override;
    void submit(desk::unit_of_work unit, desk::completion done) override;
    std::shared_ptr<void> announce() override { return store_.writer().announce(); }
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
    tenant_store& store_;
};

}  // namespace pykala::storage
