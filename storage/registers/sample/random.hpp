// Numbers that look random and are the same on every machine and every run: SplitMix64 (public
// domain algorithm by Sebastiano Vigna). Not for secrets.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace pykala::storage::sample {

class random_numbers {
public:
    // The seed is FNV-1a of the text.
    explicit random_numbers(std::string_view seed) {
        state_ = 14695981039346656037ULL;
        for (const char c : seed) {
            state_ ^= std::uint8_t(c);
            state_ *= 1099511628211ULL;
        }
    }

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    // From `least` to `most`, both included.
    int between(int least, int most) {
        return least + int(next() % std::uint64_t(most - least + 1));
    }
    bool percent(int chance) { return between(1, 100) <= chance; }
    template <class T>
    const T& one_of(const std::vector<T>& all) {
        return all.at(next() % all.size());
    }

private:
    std::uint64_t state_;
};

}  // namespace pykala::storage::sample
