#pragma once

#include "access/password.hpp"
#include "base/task.hpp"
#include "base/thread.hpp"

#include <array>
#include <memory>
#include <string>

namespace triphammer::access {

/// Two threads that hash passwords, made when the first is hashed: two at a time, so that nobody
/// takes more than 256 MiB by signing in. The logic thread; Code::unavailable where too many wait.
class PasswordThreads {
  public:
    Task<Result<std::string>> hash(Random& random, Secret password);
    /// `stored` may be empty: false after the same time.
    Task<Result<bool>> check(Secret password, std::string stored);

  private:
    struct Worker {
        std::unique_ptr<NamedThread> thread;
        int waiting = 0;
    };

    Result<Worker*> find_worker();

    std::array<Worker, 2> workers_;
};

}  // namespace triphammer::access
