#include "app/retention.hpp"

#include "base/deadline.hpp"
#include "base/log.hpp"
#include "base/unused.hpp"

namespace triphammer::app {

using namespace std::chrono_literals;

namespace {

/// How long what has expired may stay.
constexpr auto kRetentionPause = 10min;
/// How long copies of what others have stay without being asked for.
constexpr auto kUnusedFor = 30 * 24h;

/// Mirrors of repositories that are not registered, and files of Git LFS.
Task<> remove_unused(Workshop& shop, std::filesystem::path lfs, TimePoint then) {
    auto setting = shop.action_mirrors.set_unused_aside(then);
    auto unused = co_await std::move(setting);
    auto work = [&] {
        std::error_code ignored;
        for (const auto& folder : std::filesystem::directory_iterator{lfs, ignored}) {
            auto files = set_unused_aside(folder.path(), then);
            unused.insert(unused.end(), files.begin(), files.end());
        }
        for (const auto& one : unused) std::filesystem::remove_all(one, ignored);
        return unused.size();
    };
    auto removing = offload(shop.blob_thread, work);
    const auto count = co_await std::move(removing);
    if (count > 0) log::info("copies that nobody used were removed", {{"count", count}});
}

}  // namespace

Task<> keep_retention(Workshop& shop, const Clock& clock, std::filesystem::path lfs) {
    for (;;) {
        auto removing = shop.keeper.remove_expired();
        co_await std::move(removing);
        auto tidying = remove_unused(shop, lfs, clock.now() - kUnusedFor);
        co_await std::move(tidying);
        auto pause = sleep_for(kRetentionPause);
        co_await std::move(pause);
    }
}

}  // namespace triphammer::app
