// How a command that serves waits for its end.
#pragma once

#include <csignal>

namespace pykala::api {

// Made before any thread begins, so that only the one that waits takes the signals.
class until_told {
public:
    until_told() {
        sigemptyset(&ends_);
        sigaddset(&ends_, SIGINT);
        sigaddset(&ends_, SIGTERM);
        pthread_sigmask(SIG_BLOCK, &ends_, nullptr);
    }
    // Until Ctrl-C or SIGTERM.
    void wait() const {
        int taken = 0;
        sigwait(&ends_, &taken);
    }

private:
    sigset_t ends_{};
};

}  // namespace pykala::api
