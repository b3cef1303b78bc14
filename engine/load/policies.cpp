#include "engine/load/policies.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/load/policy_parts.hpp"

namespace pykala {
namespace {

using namespace loading;

struct open_file {
    std::unique_ptr<toml_document> document;
    std::string pack;  // of files below controllers/
};

class policies_loader {
public:
    explicit policies_loader(loaded_policies& into) : into_(into) {}

    void load(const source_texts& sources) {
        for (const auto& source : sources) open(source);
        // the categories last: they resolve against the facts of every file of their pack
        for (auto& file : files_)
            if (!file.pack.empty())
                load_categories(file.document->root(), into_.set.packs[file.pack]);
        for (auto& file : files_) file.document->report_unknown_keys();
        std::sort(into_.findings.begin(), into_.findings.end());
    }

private:
    void open(const source_text& source) {
        std::string_view name = source.name;
        constexpr std::string_view top = "policies/";
        if (!name.starts_with(top) || !name.ends_with(".toml")) return;
        name.remove_prefix(top.size());
        if (name.starts_with("letters/")) return;
        if (!has_meaning(name)) {
            into_.findings.push_back(diagnostic_at({source.name, 1, 1}, severity::error, "S04",
                                                   "this file has no meaning here",
                                                   "policies/README.md lists the files"));
            return;
        }
        auto document = std::make_unique<toml_document>(source, into_.set.places, into_.findings);
        (document->readable() ? into_.set.files : into_.set.unread).push_back(source.name);
        if (document->readable()) read(name, *document);
        files_.push_back({std::move(document), readable_pack(name)});
    }

    static bool has_meaning(std::string_view name) {
        return name.starts_with("statutes/") || name.starts_with("calendars/") ||
               name.starts_with("controllers/") || name == "classes.toml" ||
               name == "practice.toml";
    }

    void read(std::string_view name, toml_document& document) {
        const auto root = document.root();
        if (name.starts_with("statutes/"))
            load_statute(root, into_.set);
        else if (name.starts_with("calendars/"))
            load_calendar(root, into_.set);
        else if (name.starts_with("controllers/"))
            read_pack(name, root);
        else if (name == "classes.toml")
            load_classes(root, into_.set);
        else
            load_practice(root, into_.set);
    }

    void read_pack(std::string_view name, const table_reader& root) {
        auto& pack = into_.set.packs[pack_of(name)];
        pack.id = pack_of(name);
        if (is_root(name)) {
            load_pack_root(root, pack);
            note_verified(root.at(), pack.verified_as_of, into_.set);
            note_verified(pack.authority.at, pack.authority.verified_as_of, into_.set);
            return;
        }
        read_schema(root);
        note_verified(root.at(), root.day_if("verified_as_of"), into_.set);
        load_pack_part(root, pack);
    }

    // `controllers/kuopio.toml` and `controllers/kuopio/facts.toml` are of the pack `kuopio`.
    static std::string pack_of(std::string_view name) {
        name.remove_prefix(std::string_view("controllers/").size());
        return std::string(name.substr(0, name.find_first_of("/.")));
    }

    static bool is_root(std::string_view name) { return name.find('/') == name.rfind('/'); }

    static std::string readable_pack(std::string_view name) {
        return name.starts_with("controllers/") ? pack_of(name) : std::string{};
    }

    loaded_policies& into_;
    std::vector<open_file> files_;
};

}  // namespace

loaded_policies load_policies(const source_texts& sources) {
    loaded_policies loaded;
    policies_loader(loaded).load(sources);
    return loaded;
}

}  // namespace pykala
