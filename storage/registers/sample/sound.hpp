// Short recordings that nobody spoke: a sequence of tones as a WAV file.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/registers/sample/random.hpp"

namespace pykala::storage::sample {

// RIFF/WAVE, PCM, one channel, 8 bits, 8,000 samples a second; 0.3 to 0.8 seconds.
std::vector<std::uint8_t> tone_sequence(random_numbers& random);

}  // namespace pykala::storage::sample
