#include "api/fulfilment/retention_scan.hpp"

#include <string_view>
#include <unordered_set>

namespace pykala::api {

namespace {

class scan {
public:
    scan(std::span<register_port* const> registers, const scan_settings& how,
         const std::function<result<bool>(scanned_person&)>& each)
        : registers_(registers), how_(how), each_(each), seen_(registers.size()) {}

    result<std::uint64_t> run();

private:
    result<bool> visit(std::size_t first, found_person person);
    void remember(std::size_t at, const found_person& found);

    std::span<register_port* const> registers_;
    const scan_settings& how_;
    const std::function<result<bool>(scanned_person&)>& each_;
    // Hashes of the keys that were met already, by register.
    std::vector<std::unordered_set<std::uint64_t>> seen_;
    scanned_person here_;
    std::uint64_t people_ = 0;
};

std::uint64_t hash_of(const std::string& key) {
    return std::hash<std::string_view>{}(key);
}

void scan::remember(std::size_t at, const found_person& found) {
    for (const auto& key : found.people) seen_[at].insert(hash_of(key));
}

result<bool> scan::visit(std::size_t first, found_person person) {
    here_.found.assign(registers_.size(), {});
    here_.records.assign(registers_.size(), {});
    here_.all.clear();
    person_keys known = person.gives;
    here_.found[first] = std::move(person);
    for (std::size_t at = first; at < registers_.size(); ++at) {
        if (at > first) {
            PYKALA_TRY(here_.found[at], registers_[at]->find(known));
            for (const auto& [kind, values] : here_.found[at].gives)
                known[kind].insert(values.begin(), values.end());
            remember(at, here_.found[at]);
        }
        if (here_.found[at].people.empty()) continue;
        PYKALA_TRY(here_.records[at], registers_[at]->read_facts(here_.found[at], how_.on));
    }
    for (std::size_t at = first; at < registers_.size(); ++at)
        for (const auto& one : here_.records[at])
            here_.all.push_back({&one.facts, at, one.marks.restricted});
    ++people_;
    return each_(here_);
}

result<std::uint64_t> scan::run() {
    for (std::size_t first = 0; first < registers_.size(); ++first) {
        std::optional<std::string> after;
        while (true) {
            auto asked = registers_[first]->people_after(after, how_.page);
            // whom such a register alone knows, nobody can look for
            if (!asked && asked.error().code == "register_lists_nobody") break;
            PYKALA_TRY(auto page, std::move(asked));
            if (!page.empty()) after = page.back().people.front();
            const bool last = page.size() < how_.page;
            for (auto& person : page) {
                if (seen_[first].contains(hash_of(person.people.front()))) continue;
                PYKALA_TRY(const bool goes_on, visit(first, std::move(person)));
                if (!goes_on) return people_;
            }
            if (last) break;
        }
    }
    return people_;
}

}  // namespace

result<std::uint64_t> scan_people(std::span<register_port* const> registers,
                                  const scan_settings& how,
                                  const std::function<result<bool>(scanned_person&)>& each) {
    return scan(registers, how, each).run();
}

}  // namespace pykala::api
