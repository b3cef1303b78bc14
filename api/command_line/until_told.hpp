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
        // a file that may not grow and a log that nobody reads are errors, not the end
        std::signal(SIGXFSZ, SIG_IGN);
        std::signal(SIGPIPE, SIG_IGN);
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
