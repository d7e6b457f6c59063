#include "access/password_threads.hpp"

#include <algorithm>

namespace triphammer::access {

namespace {

constexpr int kMostWaiting = 16;  // of one worker: five seconds and some

/// Counts one that waits, also where the waiting ends by an exception.
class Waiting {
  public:
    explicit Waiting(int& count) : count_{count} { ++count_; }

    ~Waiting() { --count_; }

    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

  private:
    int& count_;
};

}  // namespace

Result<PasswordThreads::Worker*> PasswordThreads::find_worker() {
    const auto least =
        std::min_element(workers_.begin(), workers_.end(), [](const Worker& a, const Worker& b) {
            return a.waiting < b.waiting;
        });
    if (least->waiting >= kMostWaiting) {
        return Error{Code::unavailable, "too many people sign in at once; try again"};
    }
    if (!least->thread) least->thread = std::make_unique<NamedThread>("password");
    return &*least;
}

Task<Result<std::string>> PasswordThreads::hash(Random& random, Secret password) {
    const auto worker = find_worker();
    if (!worker) co_return worker.error();
    const Waiting waiting{(*worker)->waiting};
    const auto salt = random_bytes(random, kSaltBytes);
    auto work = [&] { return hash_password(password, salt); };
    auto hashing = offload(*(*worker)->thread, work);
    co_return co_await std::move(hashing);
}

Task<Result<bool>> PasswordThreads::check(Secret password, std::string stored) {
    const auto worker = find_worker();
    if (!worker) co_return worker.error();
    const Waiting waiting{(*worker)->waiting};
    auto work = [&] { return fits_password(password, stored); };
    auto checking = offload(*(*worker)->thread, work);
    co_return co_await std::move(checking);
}

}  // namespace triphammer::access
