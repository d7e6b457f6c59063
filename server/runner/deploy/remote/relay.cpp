#include "runner/deploy/remote/relay.hpp"

#include <span>
#include <utility>
#include <vector>

namespace triphammer::runner {

namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10U;

}  // namespace

void StreamPair::close() {
    inside->close();
    outside->close();
}

Task<Result<>> relay(std::shared_ptr<StreamPair> pair, bool outwards) {
    auto& from = outwards ? *pair->inside : *pair->outside;
    auto& to = outwards ? *pair->outside : *pair->inside;
    std::vector<char> piece(kPiece);
    for (;;) {
        auto reading = from.read_some(std::span<char>{piece});
        const auto count = co_await std::move(reading);
        auto done = count ? Result<>{} : Result<>{count.error()};
        if (count && *count == 0) {
            auto ending = to.shutdown();
            co_return co_await std::move(ending);
        }
        if (count) {
            auto writing = to.write({piece.data(), *count});
            done = co_await std::move(writing);
        }
        if (done) continue;
        pair->close();
        co_return done;
    }
}

}  // namespace triphammer::runner
