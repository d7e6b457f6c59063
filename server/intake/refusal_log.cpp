#include "intake/refusal_log.hpp"

#include "base/deadline.hpp"
#include "base/log.hpp"
#include "store/sqlite/database.hpp"

#include <chrono>
#include <utility>

namespace triphammer::intake {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kMaxWaiting = 4096;
constexpr auto kPause = 200ms;

void tell_failure(const std::string& name, const std::string& what) {
    log::error("refused deliveries could not be listed", {{"task", name}, {"error", what}});
}

}  // namespace

RefusalLog::RefusalLog(Executor executor, store::Database& database, std::int64_t keep)
    : database_{database}, keep_{keep}, tasks_{std::move(executor), tell_failure} {}

void RefusalLog::note(store::NewRefusal refusal) {
    if (waiting_.size() >= kMaxWaiting) {
        ++dropped_;
        return;
    }
    waiting_.push_back(std::move(refusal));
    if (std::exchange(writing_, true)) return;
    tasks_.spawn("refusals", write_all());
}

Task<> RefusalLog::stop() {
    stopping_ = true;
    co_await tasks_.join();
}

Task<> RefusalLog::write_all() {
    while (!waiting_.empty()) {
        auto batch = write_batch();
        co_await std::move(batch);
        if (!stopping_) co_await sleep_for(kPause);
    }
    writing_ = false;
}

Task<> RefusalLog::write_batch() {
    const auto batch = std::exchange(waiting_, {});
    const auto dropped = std::exchange(dropped_, 0);
    if (dropped > 0) log::warning("refused deliveries were not listed", {{"count", dropped}});
    auto work = [&batch, this](store::Transaction& tx) {
        for (const auto& refusal : batch) store::append_refusal(tx, refusal, keep_);
        return Result<>{};
    };
    auto writing = database_.write(work);
    auto written = co_await std::move(writing);
    if (!written) tell_failure("write", written.error().message);
}

}  // namespace triphammer::intake
