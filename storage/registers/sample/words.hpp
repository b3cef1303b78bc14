// The lists of words of the sample registers (words.txt beside the mappings).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"

namespace pykala::storage::sample {

class sample_words {
public:
    // `[heading]`, then one entry a line; `#` begins a comment line, `|` separates parts.
    static sample_words parse(std::string_view text);

    // The entries of a list, each in its parts. Fails with `sample_words` where there is none.
    result<const std::vector<std::vector<std::string>>*> list(std::string_view heading) const;

private:
    std::map<std::string, std::vector<std::vector<std::string>>, std::less<>> lists_;
};

}  // namespace pykala::storage::sample
