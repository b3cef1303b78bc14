#include "engine/load/load_workflow.hpp"

#include <algorithm>

#include "engine/load/table_reader.hpp"

namespace pykala {
namespace {

using namespace workflow;

constexpr std::string_view folder = "workflows/";
constexpr std::string_view vocabulary_file = "workflows/vocabulary.toml";

// A term of a section where each name has one sentence, or a table with it.
term read_term(const table_reader& section, const std::string& name) {
    term made;
    made.at = section.at(name);
    made.meaning = section.text(name);
    return made;
}

void read_sentences(const table_reader& root, std::string_view key, terms& into) {
    if (const auto section = root.table(key))
        for (const auto& name : section->keys()) into.emplace(name, read_term(*section, name));
}

void read_labels(const table_reader& root, std::string_view key, terms& into) {
    for (const auto& [name, table] : root.tables(key)) {
        term made;
        made.at = table.at();
        made.label = table.in_three_languages();
        made.meaning = table.text_if("meaning");
        into.emplace(name, std::move(made));
    }
}

void read_guards(const table_reader& root, terms& into) {
    const auto section = root.table("guard");
    if (!section) return;
    for (const auto& name : section->keys()) {
        if (section->is_text(name)) {
            into.emplace(name, read_term(*section, name));
        } else if (const auto table = section->table_if(name)) {
            term made;
            made.at = table->at();
            made.meaning = table->text("meaning");
            made.rule = table->text("rule");
            into.emplace(name, std::move(made));
        }
    }
}

void read_tables(const table_reader& root, std::string_view key, terms& into) {
    for (const auto& [name, table] : root.tables(key)) {
        term made;
        made.at = table.at();
        made.meaning = table.text("meaning");
        if (key == "input") {
            made.type = table.text("type");
            made.choices = table.texts_if("of");
        } else {
            made.sets = table.texts_if("sets");
        }
        if (key == "effect") {
            made.clears = table.texts_if("clears");
            made.needs = table.texts_if("needs");
            made.takes = table.texts_if("takes");
            made.by_person = table.flag_if("by_person", false);
        }
        if (key == "letter") {
            static constexpr std::string_view addressees[] = {"person", "recipient", "authority"};
            made.to = table.one_of("to", addressees);
            made.personal = table.flag_if("personal", false);
        }
        into.emplace(name, std::move(made));
    }
}

int read_version(const table_reader& root) {
    root.number("schema", 1, 1);
    return int(root.number("version", 1, 9999));
}

void read_vocabulary(const source_text& source, workflow_set& set, diagnostics& findings) {
    toml_document file{source, set.places, findings};
    auto& words = set.words;
    words.file = source.name;
    if (!file.readable()) return;
    const auto root = file.root();
    words.version = read_version(root);
    read_labels(root, "state", words.states);
    read_labels(root, "outcome", words.outcomes);
    read_labels(root, "transition", words.transitions);
    read_sentences(root, "role", words.roles);
    read_sentences(root, "fact", words.facts);
    read_guards(root, words.guards);
    read_tables(root, "effect", words.effects);
    read_tables(root, "letter", words.letters);
    read_tables(root, "input", words.inputs);
    read_sentences(root, "type", words.types);
    read_sentences(root, "date", words.dates);
    read_sentences(root, "kind", words.kinds);
    read_sentences(root, "scope", words.scopes);
    file.report_unknown_keys();
}

state read_state(const std::string& name, const table_reader& table) {
    state made;
    made.name = name;
    made.at = table.at();
    made.kind = table.choice<state_kind>("kind");
    made.clock = table.choice<state_clock>("clock");
    if (made.clock == state_clock::paused) {
        made.pause = table.text("pause");
        made.pause_requires = table.texts_if("pause_requires");
        made.pause_unless = table.texts_if("pause_unless");
    }
    return made;
}

void read_inputs(const table_reader& transition, std::string_view key, std::vector<input>& into) {
    const auto table = transition.table_if(key);
    if (!table) return;
    for (const auto& name : table->keys()) {
        input made;
        made.name = name;
        made.at = table->at(name);
        made.required = key == "input";
        if (table->is_text(name)) {
            made.type = table->text(name);
        } else {
            made.type = "choice";
            made.choices = table->texts(name);
        }
        into.push_back(std::move(made));
    }
}

transition read_transition(const std::string& name, const table_reader& table) {
    transition made;
    made.name = name;
    made.at = table.at();
    made.from = table.texts("from");
    made.to = table.text("to");
    made.by = table.texts("by");
    made.kinds = table.texts_if("kinds");
    made.at_once = table.flag_if("at_once", false);
    made.after = table.text_if("after");
    made.requires_all = table.texts_if("requires");
    made.unless = table.texts_if("unless");
    made.system_requires = table.texts_if("system_requires");
    read_inputs(table, "input", made.inputs);
    read_inputs(table, "optional", made.inputs);
    made.sends = table.texts_if("sends");
    made.does = table.texts_if("does");
    made.outcome = table.text_if("outcome");
    made.not_same_person_as = table.texts_if("not_same_person_as");
    made.cite = table.texts_if("cite");
    return made;
}

timer read_timer(const std::string& name, const table_reader& table) {
    timer made;
    made.name = name;
    made.at = table.at();
    made.rule = table.text_if("rule");
    if (table.has("wait")) {
        made.wait = table.text("wait");
        table.length("wait");
    }
    made.reason = table.text_if("reason");
    made.date = table.text_if("date");
    const auto starts = table.text("starts");
    if (starts.starts_with("on:")) {
        made.start = timer_start::on_state;
        made.starts_at = starts.substr(3);
    } else if (starts.starts_with("by:")) {
        made.start = timer_start::by_transition;
        made.starts_at = starts.substr(3);
    } else if (starts != "arrival" && !starts.empty()) {
        table.fault("starts", "S03", "`starts` cannot be `" + starts + "`",
                    "write arrival, on:STATE or by:TRANSITION");
    }
    made.until = table.text_if("until");
    made.does = table.texts("does");
    return made;
}

template <class T>
void sort_by_name(std::vector<T>& all) {
    std::ranges::sort(all, {}, &T::name);
}

void read_definition(const source_text& source, workflow_set& set, diagnostics& findings) {
    toml_document file{source, set.places, findings};
    if (!file.readable()) return;
    const auto root = file.root();
    definition made;
    made.file = source.name;
    made.at = root.at();
    made.version = read_version(root);
    made.id = root.text("id");
    const auto right = root.text("right");
    const auto name = source.name.substr(folder.size(), source.name.size() - folder.size() - 5);
    if (made.id != name || right != name)
        root.fault(made.id != name ? "id" : "right", "W121",
                   "`id` and `right` must both be `" + name + "`, the name of the file");
    made.cite = root.texts("cite");
    made.kinds = root.texts_if("kinds");
    if (const auto title = root.table("title")) made.title = title->in_three_languages();
    if (const auto levels = root.table("assurance")) {
        made.assurance_at = levels->at();
        for (const auto& key : levels->keys()) made.assurance.emplace(key, levels->texts(key));
    }
    if (const auto grounds = root.table_if("ground")) {
        made.grounds_at = grounds->at();
        for (const auto& key : grounds->keys()) made.grounds.emplace(key, grounds->text(key));
    }
    made.answer_under = root.text_if("answer_under");
    for (const auto& [id, table] : root.tables("state"))
        made.states.push_back(read_state(id, table));
    for (const auto& [id, table] : root.tables("transition"))
        made.transitions.push_back(read_transition(id, table));
    for (const auto& [id, table] : root.tables("timer"))
        made.timers.push_back(read_timer(id, table));
    sort_by_name(made.states);
    sort_by_name(made.transitions);
    sort_by_name(made.timers);
    file.report_unknown_keys();
    set.workflows.emplace(name, std::move(made));
}

}  // namespace

workflow::workflow_set load_workflows(const source_texts& sources, diagnostics& findings) {
    workflow::workflow_set set;
    for (const auto& source : sources) {
        if (!source.name.starts_with(folder) || !source.name.ends_with(".toml") ||
            source.name.find('/', folder.size()) != std::string::npos)
            continue;
        if (source.name == vocabulary_file)
            read_vocabulary(source, set, findings);
        else
            read_definition(source, set, findings);
    }
    return set;
}

}  // namespace pykala
