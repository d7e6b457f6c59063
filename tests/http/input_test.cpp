#include "http/input.hpp"

#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace triphammer;
using namespace triphammer::http;
using triphammer::testing::run_task;

namespace {

/// Gives a text in pieces of a fixed size, then the end.
class TextStream final : public Stream {
  public:
    TextStream(std::string text, std::size_t piece) : text_{std::move(text)}, piece_{piece} {}

    Task<Result<std::size_t>> read_some(std::span<char> into) override {
        const auto count = std::min({piece_, into.size(), text_.size() - at_});
        std::copy_n(text_.data() + at_, count, into.data());
        at_ += count;
        co_return count;
    }

    Task<Result<>> write(std::string_view) override { co_return Result<>{}; }

    Task<Result<>> shutdown() override { co_return Result<>{}; }

    void close() override {}

  private:
    std::string text_;
    std::size_t piece_;
    std::size_t at_ = 0;
};

struct Read {
    Result<std::string> body = std::string{};
    std::string rest;
};

Task<Read> read(std::string text, std::size_t piece, BodyEnd end, std::uint64_t length) {
    TextStream stream{std::move(text), piece};
    Input input{stream, 64};
    BodyInput body{input, end, length, 100};
    Read out;
    out.body = co_await read_all(body);
    out.rest = input.take_all();
    co_return out;
}

Read read_now(const std::string& text, std::size_t piece, BodyEnd end, std::uint64_t length = 0) {
    return run_task<Read>([&](Executor) { return read(text, piece, end, length); });
}

}  // namespace

TEST(BodyInput, EndsWhereTheFramingSays) {
    for (const std::size_t piece : {1U, 3U, 64U}) {
        EXPECT_EQ(read_now("abcdef", piece, BodyEnd::length, 4).body.value(), "abcd");
        EXPECT_EQ(read_now("abcdef", piece, BodyEnd::close).body.value(), "abcdef");
        EXPECT_EQ(read_now("abcdef", piece, BodyEnd::none).body.value(), "");
        EXPECT_EQ(read_now("2\r\nab\r\n0\r\n\r\nX", piece, BodyEnd::chunked).body.value(), "ab");
    }
    EXPECT_EQ(read_now("abcdef", 64, BodyEnd::length, 4).rest, "ef");
    EXPECT_EQ(read_now("2\r\nab\r\n0\r\n\r\nX", 64, BodyEnd::chunked).rest, "X");
}

TEST(BodyInput, RefusesWhatIsLargerThanItsLimit) {
    const std::string large(101, 'x');

    EXPECT_EQ(read_now(large, 9, BodyEnd::length, 101).body.error().code, Code::too_large);
    EXPECT_EQ(read_now(large, 9, BodyEnd::close).body.error().code, Code::too_large);
    EXPECT_EQ(
        read_now("65\r\n" + large + "\r\n", 9, BodyEnd::chunked).body.error().code, Code::too_large
    );
    EXPECT_TRUE(read_now(large, 9, BodyEnd::length, 100).body);
}

TEST(BodyInput, TellsABodyThatWasCutOff) {
    EXPECT_EQ(read_now("abc", 9, BodyEnd::length, 4).body.error().code, Code::io);
    EXPECT_EQ(read_now("4\r\nabc", 9, BodyEnd::chunked).body.error().code, Code::io);
}
