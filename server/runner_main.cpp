// triphammer-runner: one attempt, one process. Static and small, because it is started for each
// job.

#include "runner/entry.hpp"

#include <cstdio>
#include <exception>

int main() {
    try {
        return triphammer::runner::enter();
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "triphammer-runner: %s\n", failure.what());
        return 1;
    }
}
