// Documents of a case, sealed: small ones as one box, large ones in chunks, so that a file of any
// size opens piece by piece and none of its pieces can be moved, dropped or repeated. Bytes:
// storage/formats/sealed.md.
#pragma once

#include "engine/base/result.hpp"
#include "engine/log/event_leaf.hpp"

#include "storage/sealing/secret.hpp"

namespace pykala::storage {

// Where a document belongs; it opens nowhere else.
struct document_place {
    std::string_view tenant;
    log::stream_tag stream{};    // of the case
    log::stream_tag document{};  // its random id
};

inline constexpr std::size_t document_chunk = 65'536;  // bytes of plain text

// One box, for documents of at most one chunk.
std::string seal_document(const secret_key& key, const log::key_id& id, const document_place& place,
                          std::string_view plain);
// Problems: `document_malformed` (too short, unknown algorithm), `document_damaged` (bytes, key or
// place are not those sealed).
result<secret_text> open_document(const secret_key& key, const document_place& place,
                                  std::string_view sealed);

// In chunks; the last one carries the end.
std::string seal_document_file(const secret_key& key, const log::key_id& id,
                               const document_place& place, std::string_view plain);
// Problems: as open_document; `document_truncated` where the end is missing.
result<secret_text> open_document_file(const secret_key& key, const document_place& place,
                                       std::string_view sealed);

}  // namespace pykala::storage
