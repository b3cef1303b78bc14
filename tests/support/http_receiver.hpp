// The receiver of the connector contract in a process of its own, with faults that a test switches
// on and off, and its data as plain SQL sees them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "engine/registers/register_port.hpp"

#include "storage/registers/http/http_register.hpp"
#include "tests/support/folder.hpp"

namespace pykala::tests {

inline constexpr auto receiver_domain = "opendsr.crm.example";

// Runs a program and waits for it; throws where it fails.
void run_program(const std::vector<std::string>& words);

// Key and certificate (PEM) of `receiver_domain`, and a second key; made once for all tests.
struct receiver_keys {
    std::string key, certificate, other_key, other_certificate;
};
const receiver_keys& keys_of_receiver();

struct receiver {
    // `more` are options of reference_receiver.py; `keys` signs.
    explicit receiver(const receiver_keys& keys = keys_of_receiver(),
                      const std::vector<std::string>& more = {});
    ~receiver();
    receiver(const receiver&) = delete;
    receiver& operator=(const receiver&) = delete;

    // As in faulty_receiver.py; empty: none.
    void fault(const std::string& text) const;
    // First column of the first row; `no row`, `NULL`.
    std::string sql(const std::string& query) const;
    void run_sql(const std::string& change) const;
    // How many requests that change something were taken, and how often one was carried out.
    int changes_taken() const;
    int changes_carried_out() const;

    // Short pauses, so that a test need not wait.
    storage::http_register_options options() const;
    std::unique_ptr<register_port> port() const;

    void start(const std::vector<std::string>& more);
    void stop();

    folder dir;
    receiver_keys keys;
    std::string url;
    pid_t pid = 0;
};

}  // namespace pykala::tests
