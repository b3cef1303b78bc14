#include "api/command_line/command_line.hpp"

#include "api/command_line/grammar.hpp"

namespace pykala::api {

int run(int argc, char** argv) {
    outcome out;
    const auto all = [&out](const command_words& app) {
        for (const auto add :
             {add_deadline, add_calendar, add_assess, add_workflow, add_audit, add_replay,
              add_policy, add_demo, add_init, add_serve, add_case, add_queue, add_user, add_token,
              add_keys, add_backup, add_restore, add_register, add_retention})
            add(app, out);
    };
    const auto ended =
        read_words("Pykälä: requests of data subjects, from receipt to a reasoned, provable answer",
                   "pykala", all, argc, argv);
    return ended.value_or(out.exit_status);
}

}  // namespace pykala::api
