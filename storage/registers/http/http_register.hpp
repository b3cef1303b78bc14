// The connector to a register that speaks HTTP: OpenDSR 2.0 with the extension that README.md here
// lays down, so that a supplier can build against it without knowing this program.
//
// Nothing counts as done that the register did not confirm in a signed answer. An answer that is
// not the register's, is about something else or says too little is a problem of kind `corrupt`; a
// register that needs time is one of kind `unavailable`, and whoever calls again with the same
// intent goes on where it stood.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/text3.hpp"
#include "engine/registers/register_port.hpp"

namespace pykala::storage {

struct http_register_options {
    std::string id;      // first part of record ids
    text3 title;         // what people read
    std::string url;     // with the version: `https://opendsr.crm.example/v2`
    std::string domain;  // of the processor: its extension and its header carry it
    // PEM: only this certificate signs. Empty: the one that discovery names, when an authority of
    // `ca_file` gave it to `domain`.
    std::filesystem::path certificate;
    std::filesystem::path ca_file;      // PEM; empty: the authorities of the system. Also for TLS
    std::string bearer;                 // a token, or …
    std::string user, password;         // … Basic; all empty: none
    std::vector<std::string> finds_by;  // of `customer_number` and `email`
    bool keeps_bans = false;
    std::chrono::milliseconds wait{10'000};              // for an answer, before `register_pending`
    std::chrono::milliseconds call_timeout{10'000};      // of one HTTP call
    std::chrono::milliseconds first_pause{200};          // between calls; it doubles
    std::size_t largest_answer = std::size_t{64} << 20;  // bytes
    std::chrono::days carry_out_within{7};  // a change that has not begun by then is not made
};

// Opens nothing on the network. Problems: `register_url` (invalid: not https beyond this machine),
// `register_certificate` (invalid: no PEM, not valid today, no RSA key of 2048 bits or P-256).
//
// What calls of the port give beside those of register_port:
//   unavailable  `register_unreachable`, `register_pending`, `register_refused` (credentials),
//                `register_cancelled`
//   corrupt      `register_signature`, `register_certificate`, `register_answer`,
//                `register_discovery`
result<std::unique_ptr<register_port>> open_http_register(http_register_options options);

}  // namespace pykala::storage
