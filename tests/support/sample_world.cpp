#include "tests/support/sample_world.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/assess/batch.hpp"
#include "engine/load/policies.hpp"
#include "engine/load/register_map_file.hpp"

#include "api/definitions/definitions.hpp"
#include "storage/registers/sample/sample_registers.hpp"
#include "storage/registers/sql_register.hpp"

namespace pykala::tests {

namespace {

const source_texts& sample_files() {
    static const auto files =
        api::read_definitions(PYKALA_SOURCE_DIR, "storage/registers/sample").value();
    return files;
}

const source_text& sample_file(const std::string& name) {
    const auto path = "storage/registers/sample/" + name;
    const auto found = std::ranges::find(sample_files(), path, &source_text::name);
    if (found == sample_files().end()) throw std::runtime_error("no file " + path);
    return *found;
}

const std::filesystem::path& originals(const std::string& tenant) {
    static folder all;
    static std::map<std::string, std::filesystem::path> made;
    const auto [at, fresh] = made.try_emplace(tenant, all.path / tenant);
    if (!fresh) return at->second;
    std::filesystem::create_directory(at->second);
    const auto& pack = policies_of_the_tree().packs.at(tenant);
    for (const auto& id : sample_order)
        if (const auto done = storage::make_sample_register(
                at->second, pack, sample_map(tenant, id), sample_day(), words_of_the_tree());
            !done)
            throw std::runtime_error(done.error().detail);
    return at->second;
}

}  // namespace

const policy_set& policies_of_the_tree() {
    static const auto set =
        load_policies(api::read_definitions(PYKALA_SOURCE_DIR, "policies").value()).set;
    return set;
}

std::string words_of_the_tree() {
    return sample_file("words.txt").text;
}

register_map sample_map(const std::string& tenant, const std::string& id) {
    diagnostics findings;
    auto map =
        load_register_map(sample_file(tenant + "/" + id + ".toml"), &sample_file("labels.toml"),
                          policies_of_the_tree().packs.at(tenant), findings);
    if (!findings.empty()) throw std::runtime_error(to_string(findings.front()));
    return map;
}

register_copy::register_copy(const std::string& of) : tenant(of) {
    for (const auto& id : sample_order) {
        std::filesystem::copy_file(originals(of) / (id + ".db"), file(id));
        auto port = storage::open_sqlite_register(
            file(id), sample_map(of, id), {.suppression_key = [](std::string_view text) {
                return fmt::format("hash:{}", std::hash<std::string_view>{}(text));
            }});
        if (!port) throw std::runtime_error(port.error().detail);
        ports.push_back(std::move(*port));
    }
}

std::vector<register_port*> register_copy::all() const {
    std::vector<register_port*> list;
    for (const auto& port : ports) list.push_back(port.get());
    return list;
}

register_port& register_copy::port(const std::string& id) const {
    return **std::ranges::find(ports, id, [](const auto& p) { return p->id(); });
}

std::vector<found_person> find_everywhere(const register_copy& registers, person_keys known) {
    std::vector<found_person> found;
    for (const auto& port : registers.ports) {
        found.push_back(port->find(known).value());
        for (const auto& [kind, values] : found.back().gives)
            known[kind].insert(values.begin(), values.end());
    }
    return found;
}

reassess assess_alone(const assessment_table& table) {
    return [&table](std::span<const record> records) -> result<std::vector<assessment>> {
        record_batch batch;
        for (const auto& one : records) batch.add(table, one);
        std::vector<assessment> answers(records.size());
        assess_person(table, batch, 0, batch.size(), answers);
        return answers;
    };
}

}  // namespace pykala::tests
