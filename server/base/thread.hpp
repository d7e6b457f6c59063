#pragma once

#include "base/task.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace triphammer {

/// A named pool of one thread for blocking work (SQLite, libgit2, hashing, compression).
/// `run` may be awaited on any executor; the work runs on the pool's thread, in the order of the
/// calls, and the awaiting coroutine resumes at home. What the work throws is thrown to the
/// awaiter. The destructor finishes what is queued and joins.
class NamedThread {
  public:
    explicit NamedThread(std::string name);
    ~NamedThread();
    NamedThread(const NamedThread&) = delete;
    NamedThread& operator=(const NamedThread&) = delete;

    /// Ends after `work` has, also when the caller was cancelled in the meantime.
    Task<> run(std::function<void()> work);

    /// Fire and forget; `work` must not throw.
    void post(std::function<void()> work);

  private:
    struct Pool;
    std::unique_ptr<Pool> pool_;
};

/// Runs `work` on `thread` and gives its result back: `auto x = co_await offload(git, work);`
/// `work` is a named callable of the caller (not a temporary lambda: g++ 12, CONTRIBUTING.md).
template <class Work>
auto offload(NamedThread& thread, Work& work) -> Task<decltype(work())> {
    std::optional<decltype(work())> out;
    std::function<void()> call = [&out, &work] { out.emplace(work()); };
    co_await thread.run(std::move(call));
    co_return std::move(*out);
}

}  // namespace triphammer
