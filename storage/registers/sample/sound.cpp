#include "storage/registers/sample/sound.hpp"

#include <string_view>

namespace pykala::storage::sample {

namespace {

constexpr int samples_per_second = 8000;

void put(std::vector<std::uint8_t>& out, std::string_view text) {
    out.insert(out.end(), text.begin(), text.end());
}
void put(std::vector<std::uint8_t>& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out.push_back(std::uint8_t(value >> (8 * i)));
}

}  // namespace

std::vector<std::uint8_t> tone_sequence(random_numbers& random) {
    std::vector<std::uint8_t> sound;
    const int tones = random.between(3, 8);
    for (int tone = 0; tone < tones; ++tone) {
        const int period = samples_per_second / random.between(200, 900);
        // A triangle wave in whole numbers: the same bytes on every machine.
        for (int at = 0; at < samples_per_second / 10; ++at) {
            const int phase = at % period * 128 / period;
            sound.push_back(std::uint8_t(64 + (phase < 64 ? phase : 127 - phase)));
        }
    }
    std::vector<std::uint8_t> file;
    put(file, "RIFF");
    put(file, std::uint32_t(36 + sound.size()), 4);
    put(file, "WAVEfmt ");
    put(file, 16, 4);
    put(file, 1, 2);  // PCM
    put(file, 1, 2);  // one channel
    put(file, samples_per_second, 4);
    put(file, samples_per_second, 4);  // bytes a second
    put(file, 1, 2);                   // bytes a sample
    put(file, 8, 2);                   // bits a sample
    put(file, "data");
    put(file, std::uint32_t(sound.size()), 4);
    file.insert(file.end(), sound.begin(), sound.end());
    return file;
}

}  // namespace pykala::storage::sample
