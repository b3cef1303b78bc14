// Secrets in memory: wiped when they go out of use, never copied by accident, never printed.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace pykala::storage {

// Overwrites the bytes; the compiler may not leave it out.
void wipe(std::span<std::uint8_t> bytes);
void wipe(std::string& text);

// 32 bytes of key. Movable; the source of a move is wiped.
class secret_key {
public:
    static constexpr std::size_t size = 32;

    secret_key() = default;
    secret_key(const secret_key&) = delete;
    secret_key& operator=(const secret_key&) = delete;
    secret_key(secret_key&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
    secret_key& operator=(secret_key&& other) noexcept {
        if (this != &other) {
            bytes_ = other.bytes_;
            wipe(other.bytes_);
        }
        return *this;
    }
    ~secret_key() { wipe(bytes_); }

    static secret_key random();
    // Said aloud, so that no secret is copied by accident.
    secret_key copy() const {
        secret_key out;
        out.bytes_ = bytes_;
        return out;
    }

    std::span<std::uint8_t, size> bytes() { return bytes_; }
    std::span<const std::uint8_t, size> bytes() const { return bytes_; }

private:
    std::array<std::uint8_t, size> bytes_{};
};

// Plain text of personal data or keys: wiped at the end of its scope.
class secret_text {
public:
    secret_text() = default;
    explicit secret_text(std::string text) : text_(std::move(text)) {}
    secret_text(const secret_text&) = delete;
    secret_text& operator=(const secret_text&) = delete;
    secret_text(secret_text&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }
    secret_text& operator=(secret_text&& other) noexcept {
        if (this != &other) {
            wipe(text_);
            text_ = std::move(other.text_);
            wipe(other.text_);
        }
        return *this;
    }
    ~secret_text() { wipe(text_); }

    std::string& text() { return text_; }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

}  // namespace pykala::storage
