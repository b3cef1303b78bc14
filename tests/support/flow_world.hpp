// A whole utility in a folder: its sample registers, a real database, real keys, the desk and the
// fulfilment. Nothing is played, except the clock and who clicks.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/answers/answer_maker.hpp"
#include "api/fulfilment/fulfilment.hpp"
#include "api/fulfilment/notices.hpp"
#include "api/server/standing_law.hpp"
#include "api/web/site.hpp"
#include "storage/mail/smtp.hpp"
#include "storage/sealing/case_sealing.hpp"
#include "storage/sealing/key_store.hpp"
#include "storage/sqlite/case_store.hpp"
#include "storage/sqlite/tenant_store.hpp"
#include "storage/verify/verify.hpp"
#include "tests/support/desk_world.hpp"
#include "tests/support/sample_world.hpp"

namespace pykala::tests {

// Stops like a process that dies: at the n-th call of a port, before or after it did its work.
struct power {
    int calls = 0;
    int cut_at = -1;  // -1: never
    // Throws `power_cut` when it is time.
    void use();
};
struct power_cut {};

// The workflows and policies of the tree, read once.
const api::definition_texts& texts_of_the_tree();

struct flow_world {
    explicit flow_world(const std::string& tenant, power* cuts = nullptr);

    // Files as a customer of the portal with strong e-identification; gives the number.
    std::string file(const std::string& right, const std::string& hetu, const std::string& name,
                     value_object more = {});
    // Takes a transition; throws with the problem's code when it is refused.
    void take(const std::string& number, const std::string& role, const std::string& transition,
              value_object inputs = {});
    // The same, giving the code of the problem; empty when it was taken.
    std::string attempt(const std::string& number, const std::string& role,
                        const std::string& transition, value_object inputs = {});
    cases::case_state state(const std::string& number);
    // Everything that waits is carried out.
    void work();
    // A new process on the same files, with the definitions of the tree or others.
    void restart(const api::definition_texts* other = nullptr);
    void open_site();
    // Notices leave by this server from the next process on.
    void send_by(const storage::smtp_settings& server);
    // The bundle of one case, or of everything when no number is given.
    std::string bundle(const std::vector<std::string>& numbers = {});
    // What an auditor's verification finds in it, with re-computation.
    storage::verify::report proof(const std::string& bundle);
    // One number out of a register, by plain SQL.
    std::int64_t count(const std::string& reg, const std::string& sql) const;

    std::map<std::string, std::string> customers;  // the key of who filed, by number
    std::string errors;                            // every text of every problem that came back

    register_copy registers;
    std::vector<register_port*> more_registers;  // read after them; set, then restart()
    folder dir;
    set_clock time;
    counted_ids ids;
    std::unique_ptr<api::standing_law> laws;
    power* cuts;
    std::unique_ptr<storage::key_store> keys;
    std::unique_ptr<storage::tenant_store> database;
    std::unique_ptr<storage::case_sealing> seals;
    std::unique_ptr<desk::case_store> store;
    std::vector<std::unique_ptr<register_port>> frail;  // ports that the power can leave
    std::unique_ptr<desk::letter_writer> letters;
    std::unique_ptr<desk::front_desk> desk;
    std::unique_ptr<api::forgetting> forgetting;
    std::optional<storage::document_store> documents;
    api::web::sign_in_limits limits;
    api::web::site site;  // `/TENANT`; what the web shows of all this
    std::unique_ptr<api::answer_maker> answers;
    std::optional<storage::smtp_settings> mail;
    std::unique_ptr<api::notices> notices;
    std::unique_ptr<api::fulfilment> fulfilment;
};

}  // namespace pykala::tests
