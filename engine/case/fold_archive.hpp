// Inside of kept_fold: values as bytes. Whole numbers are written in groups of seven bits, low ones
// first, signed ones folded to be small; texts and lists begin with their length.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/value.hpp"
#include "engine/case/event.hpp"

namespace pykala::cases {

template <class T, class U>
concept like = std::same_as<std::remove_const_t<T>, U>;

// How many members an aggregate has, so that one which nobody wrote down does not compile.
struct anything {
    template <class T>
    operator T() const;
};
template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
    return requires { T{(static_cast<void>(I), anything{})...}; };
}
template <class T, std::size_t N>
constexpr bool has_members =
    takes<T>(std::make_index_sequence<N>{}) && !takes<T>(std::make_index_sequence<N + 1>{});

class fold_writer {
public:
    // Every member of T, in order.
    template <class T, class... Members>
    void members(const Members&... all) {
        static_assert(has_members<T, sizeof...(Members)>, "a member is missing in the kept fold");
        (put(all), ...);
    }

    void put(bool flag) { out_ += flag ? '\1' : '\0'; }
    void put(std::uint64_t n) {
        for (; n >= 0x80; n >>= 7) out_ += static_cast<char>(n | 0x80);
        out_ += static_cast<char>(n);
    }
    void put(std::int64_t n) {
        put(static_cast<std::uint64_t>(n) << 1 ^ static_cast<std::uint64_t>(n >> 63));
    }
    void put(date day) { put(std::int64_t{day.time_since_epoch().count()}); }
    void put(instant when) { put(std::int64_t{when.time_since_epoch().count()}); }
    void put(const std::string& text) {
        put(std::uint64_t{text.size()});
        out_ += text;
    }
    void put(const log::digest& hash) { out_.append(hash.begin(), hash.end()); }
    void put(const value& held);
    template <class T>
    void put(const std::optional<T>& held) {
        put(held.has_value());
        if (held) put(*held);
    }
    template <class T>
    void put(const std::vector<T>& list) {
        put(std::uint64_t{list.size()});
        for (const T& each : list) put(each);
    }
    template <class T, class Less>
    void put(const std::set<T, Less>& set) {
        put(std::uint64_t{set.size()});
        for (const T& each : set) put(each);
    }
    template <class K, class V, class Less>
    void put(const std::map<K, V, Less>& map) {
        put(std::uint64_t{map.size()});
        for (const auto& [key, held] : map) {
            put(key);
            put(held);
        }
    }
    template <class T>
        requires requires(fold_writer& a, const T& t) { members_of(a, t); }
    void put(const T& t) {
        members_of(*this, t);
    }

    std::string take() { return std::move(out_); }

private:
    std::string out_;
};

// After the first thing that is not there everything stays empty, and `whole` says so.
class fold_reader {
public:
    explicit fold_reader(std::string_view bytes) : left_(bytes) {}

    template <class T, class... Members>
    void members(Members&... all) {
        static_assert(has_members<T, sizeof...(Members)>, "a member is missing in the kept fold");
        (get(all), ...);
    }

    void get(bool& flag) { flag = byte() == 1; }
    void get(std::uint64_t& n) {
        n = 0;
        for (unsigned shift = 0; good_; shift += 7) {
            const std::uint64_t part = byte();
            good_ = good_ && shift < 64;
            if (good_) n |= (part & 0x7F) << shift;
            if (part < 0x80) return;
        }
    }
    void get(std::int64_t& n) {
        std::uint64_t folded = 0;
        get(folded);
        n = static_cast<std::int64_t>(folded >> 1 ^ (~(folded & 1) + 1));
    }
    void get(date& day) {
        std::int64_t n = 0;
        get(n);
        day = date{std::chrono::days{n}};
    }
    void get(instant& when) {
        std::int64_t n = 0;
        get(n);
        when = instant{std::chrono::milliseconds{n}};
    }
    void get(std::string& text) { text = bytes(count()); }
    void get(log::digest& hash) {
        const std::string_view from = bytes(hash.size());
        if (good_) std::copy(from.begin(), from.end(), hash.begin());
    }
    void get(value& held);
    template <class T>
    void get(std::optional<T>& held) {
        bool there = false;
        get(there);
        if (there) get(held.emplace());
    }
    template <class T>
    void get(std::vector<T>& list) {
        const std::size_t size = count();
        list.reserve(size);
        for (std::size_t i = 0; good_ && i < size; ++i) get(list.emplace_back());
    }
    template <class T, class Less>
    void get(std::set<T, Less>& set) {
        const std::size_t size = count();
        for (std::size_t i = 0; good_ && i < size; ++i) {
            T each{};
            get(each);
            set.insert(set.end(), std::move(each));
        }
    }
    template <class K, class V, class Less>
    void get(std::map<K, V, Less>& map) {
        const std::size_t size = count();
        for (std::size_t i = 0; good_ && i < size; ++i) {
            K key{};
            get(key);
            get(map.emplace_hint(map.end(), std::move(key), V{})->second);
        }
    }
    template <class T>
        requires requires(fold_reader& a, T& t) { members_of(a, t); }
    void get(T& t) {
        members_of(*this, t);
    }

    bool whole() const { return good_ && left_.empty(); }

private:
    std::uint8_t byte() {
        const std::string_view one = bytes(1);
        return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one.front());
    }
    std::string_view bytes(std::size_t size) {
        good_ = good_ && size <= left_.size();
        if (!good_) return {};
        const std::string_view out = left_.substr(0, size);
        left_.remove_prefix(size);
        return out;
    }
    // Of anything that takes a byte at least: never more than there is room for.
    std::size_t count() {
        std::uint64_t n = 0;
        get(n);
        good_ = good_ && n <= left_.size();
        return good_ ? static_cast<std::size_t>(n) : 0;
    }

    std::string_view left_;
    int depth_ = 0;  // of the value that is being read
    bool good_ = true;
};

}  // namespace pykala::cases
