#include "api/answers/package.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "engine/base/encoding.hpp"
#include "engine/log/canonical_json.hpp"

#include "api/answers/consumption.hpp"
#include "storage/hash/sha256.hpp"

namespace pykala::api {
namespace {

using categories_used = std::vector<const answer_category*>;

constexpr auto endings = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{".html", "text/html; charset=utf-8"},
     {".csv", "text/csv; charset=utf-8"},
     {".json", "application/json"},
     {".wav", "audio/wav"},
     {".ogg", "audio/ogg"},
     {".mp3", "audio/mpeg"},
     {".png", "image/png"},
     {".jpg", "image/jpeg"},
     {".zip", "application/zip"}});

// Which file of a move a category goes to, by its class.
constexpr auto moved_files =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"CON", "contracts.csv"},
                                                                  {"INV", "invoices.csv"},
                                                                  {"COR", "contacts.csv"},
                                                                  {"REC", "contacts.csv"},
                                                                  {"FB", "contacts.csv"}});

bool has_class(const answer_category& category, std::string_view name) {
    return std::ranges::find(category.classes, name) != category.classes.end();
}

bool has_series(const answer_category& category) {
    return std::ranges::any_of(category.records,
                               [](const auto& record) { return record.held.series.has_value(); });
}

std::vector<std::string> ids_of(const categories_used& used) {
    std::vector<std::string> ids;
    for (const auto* each : used) ids.push_back(each->id);
    return ids;
}

class file_maker {
public:
    file_maker(const answer& given, const package_occasion& about) : given_(given), about_(about) {}

    result<std::vector<package_file>> run() {
        if (about_.right == "portability") PYKALA_CHECK(moved());
        for (const auto& category : given_.categories)
            if (!used_.contains(category.id)) add_table(category);
        add_media();
        PYKALA_CHECK(add_consumption(given_.categories, "consumption", own_law()));
        PYKALA_CHECK(add_consumption(given_.beside, "consumption-own", {own_readings}));
        return std::move(files_);
    }

private:
    static constexpr const char* own_readings = "electricity.customer_data";

    std::vector<std::string> own_law() const {
        if (about_.under.empty()) return {};
        return {about_.under};
    }

    void add(std::string name, std::string bytes, std::size_t rows, std::vector<std::string> of,
             std::vector<std::string> law) {
        std::string media(media_type_of_file(name));
        files_.push_back({std::move(name), std::move(media), std::move(bytes), rows, std::move(of),
                          std::move(law)});
    }

    void add_table(const answer_category& category) {
        const auto all = category_table(category, about_.in, about_.words);
        add(category.id + ".csv", csv_of(all), all.rows.size(), {category.id}, own_law());
    }

    // Identity as JSON; contracts, invoices and contacts with the rows of their registers whole.
    result<bool> moved() {
        std::map<std::string, categories_used> by_file;
        categories_used identity;
        for (const auto& category : given_.categories) {
            if (has_series(category)) continue;
            if (has_class(category, "ID")) identity.push_back(&category);
            const auto file = std::ranges::find_if(
                moved_files, [&](const auto& each) { return has_class(category, each.first); });
            if (!has_class(category, "ID") && file != moved_files.end())
                by_file[std::string(file->second)].push_back(&category);
        }
        for (const auto& [name, used] : by_file) {
            const auto all = joined_table(used, about_.in, about_.words);
            add(name, csv_of(all), all.rows.size(), ids_of(used), own_law());
            for (const auto* each : used) used_.insert(each->id);
        }
        if (identity.empty()) return true;
        value_array customer;
        for (const auto* category : identity) {
            used_.insert(category->id);
            for (const auto& record : category->records) {
                value_object values;
                for (const auto& field : record.held.fields)
                    if (!field.null) values.emplace(field.column, cell_text(field, {}));
                customer.emplace_back(value_object{{"category", category->id},
                                                   {"name", category->name.in(about_.in)},
                                                   {"register", record.where.in(about_.in)},
                                                   {"values", std::move(values)}});
            }
        }
        const auto rows = customer.size();
        PYKALA_TRY(auto text, canonical_json(value_object{{"customer", std::move(customer)}}));
        add("customer.json", std::move(text), rows, ids_of(identity), own_law());
        return true;
    }

    void add_media() {
        for (const auto& category : given_.categories)
            for (const auto& record : category.records)
                for (const auto& each : record.media)
                    add(each.file, each.bytes, 1, {category.id}, own_law());
    }

    // Own readings are also given by the electricity market act, whatever else gives them.
    result<bool> add_consumption(const std::vector<answer_category>& from, const std::string& name,
                                 std::vector<std::string> law) {
        answer readings;
        std::size_t values = 0;
        bool electricity = false;
        categories_used used;
        for (const auto& category : from) {
            if (!has_series(category)) continue;
            used.push_back(&category);
            readings.categories.push_back(category);
            for (const auto& record : category.records) {
                values += record.values.size();
                electricity |= record.held.facts.commodity == commodity::electricity;
            }
        }
        if (used.empty()) return true;
        if (electricity && std::ranges::find(law, own_readings) == law.end())
            law.emplace_back(own_readings);
        PYKALA_TRY(auto json, consumption_json(readings));
        add(name + ".csv", consumption_csv(readings), values, ids_of(used), law);
        add(name + ".json", std::move(json), values, ids_of(used), law);
        return true;
    }

    const answer& given_;
    const package_occasion& about_;
    std::vector<package_file> files_;
    std::set<std::string> used_;
};

value list_of(const std::vector<std::string>& texts) {
    value_array all;
    for (const auto& each : texts) all.emplace_back(each);
    return all;
}

value entry_of(const std::string& name, const std::string& bytes) {
    return value_object{{"file", name},
                        {"bytes", static_cast<std::int64_t>(bytes.size())},
                        {"mediaType", media_type_of_file(name)},
                        {"sha256", to_hex(storage::sha256({}, bytes))}};
}

}  // namespace

std::string_view media_type_of_file(std::string_view name) {
    for (const auto& [ending, type] : endings)
        if (name.ends_with(ending)) return type;
    return "application/octet-stream";
}

result<std::vector<package_file>> files_of(const answer& given, const package_occasion& about) {
    return file_maker(given, about).run();
}

result<std::vector<storage::zip_entry>> entries_of(std::string page,
                                                   const std::vector<package_file>& files,
                                                   const package_occasion& about) {
    value_array listed{entry_of("index.html", page)};
    for (const auto& each : files) {
        auto entry = entry_of(each.name, each.bytes);
        entry.as_object()->emplace("rows", static_cast<std::int64_t>(each.rows));
        entry.as_object()->emplace("categories", list_of(each.categories));
        entry.as_object()->emplace("law", list_of(each.law));
        listed.push_back(std::move(entry));
    }
    PYKALA_TRY(auto manifest, canonical_json(value_object{{"v", 1},
                                                          {"case", about.case_number},
                                                          {"controller", about.controller},
                                                          {"right", about.right},
                                                          {"language", name_of(about.in)},
                                                          {"made_on", to_string(about.made_on)},
                                                          {"files", std::move(listed)}}));
    std::vector<storage::zip_entry> entries;
    entries.push_back({"index.html", std::move(page)});
    for (const auto& each : files) entries.push_back({each.name, each.bytes});
    entries.push_back({"manifest.json", std::move(manifest)});
    return entries;
}

}  // namespace pykala::api
