#include "runner/deploy/remote/relay.hpp"

#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace triphammer;
using namespace triphammer::runner;
using triphammer::testing::run_task;

namespace {

/// Gives its text in pieces of seven bytes, then its end; keeps what it gets.
class EndOfRelay final : public http::Stream {
  public:
    explicit EndOfRelay(std::string text) : text_{std::move(text)} {}

    Task<Result<std::size_t>> read_some(std::span<char> into) override {
        if (is_closed) co_return Error{Code::cancelled, "closed"};
        if (fails) co_return Error{Code::io, "broken"};
        const auto count = std::min({std::size_t{7}, into.size(), text_.size() - at_});
        std::copy_n(text_.data() + at_, count, into.data());
        at_ += count;
        co_return count;
    }

    Task<Result<>> write(std::string_view bytes) override {
        if (takes_nothing) co_return Error{Code::io, "takes nothing"};
        got += bytes;
        co_return Result<>{};
    }

    Task<Result<>> shutdown() override {
        has_ended = true;
        co_return Result<>{};
    }

    void close() override { is_closed = true; }

    std::string got;
    bool fails = false;
    bool takes_nothing = false;
    bool has_ended = false;
    bool is_closed = false;

  private:
    std::string text_;
    std::size_t at_ = 0;
};

struct Ends {
    std::shared_ptr<StreamPair> pair = std::make_shared<StreamPair>();
    EndOfRelay* inside = nullptr;
    EndOfRelay* outside = nullptr;

    Ends() {
        auto in = std::make_unique<EndOfRelay>("a question of the client");
        auto out = std::make_unique<EndOfRelay>("the engine's answer");
        inside = in.get();
        outside = out.get();
        pair->inside = std::move(in);
        pair->outside = std::move(out);
    }

    Result<> run(bool outwards) {
        return run_task<Result<>>([&](Executor) { return relay(pair, outwards); });
    }
};

}  // namespace

TEST(Relays, LeadOneDirectionToItsEndAndLetTheOtherGoOn) {
    Ends ends;

    const auto outwards = ends.run(true);

    EXPECT_TRUE(outwards);
    EXPECT_EQ(ends.outside->got, "a question of the client");
    EXPECT_TRUE(ends.outside->has_ended);
    EXPECT_FALSE(ends.inside->is_closed);
    EXPECT_TRUE(ends.run(false));
    EXPECT_EQ(ends.inside->got, "the engine's answer");
}

TEST(Relays, CloseBothEndsWhenOneBreaks) {
    Ends unreadable;
    unreadable.outside->fails = true;
    Ends unwritable;
    unwritable.inside->takes_nothing = true;

    EXPECT_EQ(unreadable.run(false).error().message, "broken");
    EXPECT_EQ(unwritable.run(false).error().message, "takes nothing");
    EXPECT_TRUE(unreadable.inside->is_closed && unreadable.outside->is_closed);
    EXPECT_TRUE(unwritable.inside->is_closed && unwritable.outside->is_closed);
}
