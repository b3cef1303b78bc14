// The letters of the tree and facts of an invented case, for tests of letters.
#pragma once

#include "engine/load/source_text.hpp"

#include "api/letters/letter_book.hpp"
#include "api/letters/letter_facts.hpp"

namespace pykala::tests {

// policies/letters and workflows/vocabulary.toml
source_texts letter_sources();

const api::letters::letter_book& letters_of_the_tree();

// Something for every key that a letter knows, so that nothing of a text stays unseen.
api::letters::letter_facts full_letter_facts();

}  // namespace pykala::tests
