// SHA-256 for the engine's log, by OpenSSL.
#pragma once

#include <memory>

#include "engine/log/hash.hpp"

struct evp_md_ctx_st;

namespace pykala::storage {

// Over `prefix` followed by `data`. Throws std::runtime_error when OpenSSL offers no SHA-256.
log::digest sha256(std::string_view prefix, std::string_view data);

// Over bytes that come in parts.
class sha256_stream {
public:
    sha256_stream();
    void update(std::string_view data);
    log::digest finish();  // once

private:
    struct release {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, release> context_;
};

}  // namespace pykala::storage
