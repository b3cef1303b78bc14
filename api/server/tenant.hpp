// One tenant in service: its database, keys, registers, the desk, and what carries out in the
// registers what the desk decided. A tenant's data stand in one folder, its keys in two others:
//     FOLDER/cases.db                          the tenant's database
//     FOLDER/documents/                        sealed files
//     FOLDER/registers/                        sample registers (demo)
//     KEYS/keys.db, KEYS/master.key            the first copy of the key store, and its master key
//     SECOND_KEYS/keys.db                      the second copy
// A demo, whose keys protect nothing, has them in FOLDER/keys and FOLDER/keys-second.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/desk/desk.hpp"

#include "api/answers/answer_maker.hpp"
#include "api/fulfilment/fulfilment.hpp"
#include "api/fulfilment/notices.hpp"
#include "api/fulfilment/reapply.hpp"
#include "api/server/register_settings.hpp"
#include "api/server/standing_law.hpp"
#include "api/server/worker.hpp"
#include "api/web/site.hpp"
#include "storage/mail/smtp.hpp"
#include "storage/sealing/case_sealing.hpp"
#include "storage/shipping/shipping.hpp"
#include "storage/sqlite/case_store.hpp"

namespace pykala::api {

// The clock of the world, in the zone of the tenants.
class world_clock final : public desk::clock {
public:
    desk::moment now() override;
};

class random_ids final : public desk::id_source {
public:
    log::stream_tag new_stream() override;
};

// How a tenant sends notices by e-mail.
struct mail_settings {
    storage::smtp_settings server;     // its password is read when it is opened
    std::filesystem::path password{};  // a file; empty: no login
    std::string from;                  // address of the sender
};

struct tenant_options {
    std::filesystem::path folder;
    std::string tenant;
    storage::purpose use = storage::purpose::demo;
    std::string definitions;  // as for find_definitions()
    std::string log_origin;   // of a new database
    // Folders, and the file of the master key; empty: those of a demo.
    std::filesystem::path keys{}, second_keys{}, master_key{};
    std::vector<register_settings> registers{};  // in the order in which they are read
    std::filesystem::path shipping{};     // folder of the tenant's shipped files; empty: none
    std::optional<mail_settings> mail{};  // none: no notice leaves
};

std::filesystem::path database_of(const tenant_options& options);
storage::key_paths keys_of(const tenant_options& options);
std::filesystem::path master_key_of(const tenant_options& options);

// Makes the folder, the database and the keys. Problems: `store_exists`, `key_store_exists` and
// those of storage.
result<bool> create_tenant(const tenant_options& options, const definition_texts& texts);

// Takes away what create_tenant() made, before anything was kept in it.
void remove_tenant(const tenant_options& options);

class tenant {
public:
    // Problems: those of storage (`store_missing`, `store_in_use`, `wrong_master_key` …) and of the
    // definitions.
    static result<std::unique_ptr<tenant>> open(const tenant_options& options,
                                                const definition_texts& texts);
    // The sample registers, made where they are not there yet, and the people to sign in as.
    result<bool> open_samples(const tenant_options& options);
    // The registers that the options name. Problems `register_mapping` (invalid: the first fault of
    // a mapping), `unreadable_file`, those of the connector.
    result<bool> open_registers(const tenant_options& options);
    // The way to the mail server, where the options name one. Problems: those of storage/mail.
    result<bool> open_mail(const tenant_options& options);
    // Opens the desk; from then on the site answers.
    void open_desk();
    // As open_desk(), and begins to carry out what waits, on a thread of its own.
    void begin_work();
    // Erases again in a register, restored from its own backup, what was erased there since this
    // day (inclusive), and logs it; the registers are open, and nobody serves. Problems:
    // `no_such_register` (not_found), those of reapply_erasures().
    result<reapply_report> reapply(const std::string& reg, date since,
                                   std::function<void(std::size_t people)> tell);
    ~tenant();

    web::site& site() { return site_; }
    storage::tenant_store& store() { return *store_; }

private:
    tenant() = default;
    result<void> remember_erased(const std::string& reg,
                                 std::span<const storage::erased_record> erased);

    world_clock clock_;
    random_ids ids_;
    std::unique_ptr<storage::tenant_store> store_;
    std::unique_ptr<storage::key_store> keys_;
    std::unique_ptr<storage::sqlite_case_store> cases_;
    std::unique_ptr<storage::case_sealing> seals_;
    std::unique_ptr<standing_law> law_;
    std::vector<std::unique_ptr<register_port>> registers_;
    std::optional<storage::document_store> documents_;
    std::unique_ptr<storage::shipping> shipping_;  // none: nothing is shipped
    web::sign_in_limits limits_;
    web::site site_;
    worker later_;
    std::unique_ptr<desk::letter_writer> letter_writer_;
    std::unique_ptr<desk::front_desk> desk_;
    std::unique_ptr<answer_maker> answers_;
    std::unique_ptr<forgetting> forgetting_;
    std::unique_ptr<notices> notices_;
    std::unique_ptr<fulfilment> fulfilment_;
    std::jthread working_;  // ends first
};

}  // namespace pykala::api
