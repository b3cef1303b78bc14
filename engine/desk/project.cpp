#include "engine/desk/project.hpp"

#include <algorithm>

namespace pykala::desk {

queue_row project(const cases::case_state& c) {
    queue_row row;
    row.number = c.number;
    row.version = c.version;
    row.right = c.right;
    row.kind = c.kind;
    row.state = c.state;
    row.outcome = c.outcome;
    row.channel = c.channel;
    row.assurance = c.who.assurance;
    row.assignee = c.assignee;
    row.received_on = c.received_on;
    row.due_on = c.due.due_on;
    row.act_by = c.due.act_by;
    row.statutory_on = c.due.statutory_on;
    row.extended_on = c.extended_to;
    row.answered_on = c.answered_on;
    row.closed_on = c.closed_on;
    row.paused = c.paused_since.has_value();
    row.alert = !c.alerts.empty();
    row.open_tasks = static_cast<std::uint32_t>(
        std::ranges::count_if(c.tasks, [](const auto& task) { return !task.done; }));
    return row;
}

std::vector<timer_row> timers_of(const cases::case_state& c) {
    std::vector<timer_row> rows;
    for (const auto& timer : c.timers) rows.push_back({timer.name, timer.fires_on});
    return rows;
}

}  // namespace pykala::desk
