#include "execution/commands.hpp"

#include <gtest/gtest.h>

namespace triphammer::execution {
namespace {

struct Reading {
    StepRequests requests;
    std::vector<std::string> masks;
    std::string out;
};

/// Reads `text` in pieces of `size` bytes; `copies`: does not ask whether a piece passes unchanged.
Reading read(std::string_view text, std::size_t size, bool debug = false, bool copies = false) {
    Reading result;
    CommandReader reader{
        result.requests, [&](std::string value) { result.masks.push_back(value); }, debug};
    for (; !text.empty(); text.remove_prefix(std::min(size, text.size()))) {
        const auto piece = text.substr(0, size);
        if (!copies && reader.pass(piece)) {
            result.out += piece;
        } else {
            reader.write(piece, result.out);
        }
    }
    reader.flush(result.out);
    return result;
}

TEST(Commands, PassPlainTextThroughUnchanged) {
    const std::string text = "one\r\n  two :: three\n:\n::\n::no end\n\n:x\nlast";

    for (std::size_t size = 1; size <= text.size(); ++size) {
        EXPECT_EQ(read(text, size).out, text) << size;
        EXPECT_EQ(read(text, size, false, true).out, text) << size;
    }
}

TEST(Commands, LetAPiecePassOnlyWhenNothingInItIsOne) {
    StepRequests requests;
    CommandReader reader{requests, [](std::string) {}, false};

    EXPECT_TRUE(reader.pass("one\n  two\nthe beginning of "));
    EXPECT_TRUE(reader.pass("::a line that goes on"));
    EXPECT_FALSE(reader.pass("\nthree\n::group::x\n"));
    EXPECT_TRUE(reader.pass("\n"));
    EXPECT_FALSE(reader.pass("four\n  :"));
    EXPECT_TRUE(reader.pass("four\n"));
}

TEST(Commands, AreFoundHoweverTheLineIsSplit) {
    const std::string text =
        "a\n  ::error file=app.js,line=10,title=Bad%2C very::It%25 broke%0Athere\nb";

    for (std::size_t size = 1; size <= text.size(); ++size) {
        const auto result = read(text, size);
        ASSERT_EQ(result.requests.annotations.size(), 1U) << size;
        const auto& note = result.requests.annotations[0];
        EXPECT_EQ(note.level, "error");
        EXPECT_EQ(note.message, "It% broke\nthere");
        EXPECT_EQ(note.file, "app.js");
        EXPECT_EQ(note.line, 10);
        EXPECT_EQ(note.title, "Bad, very");
        EXPECT_EQ(result.out, "a\n##[error]It% broke\nthere\nb");
    }
}

TEST(Commands, ShowGroupsAndHideDebugLines) {
    const std::string text = "::group::Build\nx\n::endgroup::\n::debug::inner\n";

    EXPECT_EQ(read(text, 7).out, "##[group]Build\nx\n##[endgroup]\n");
    EXPECT_EQ(read(text, 7, true).out, "##[group]Build\nx\n##[endgroup]\n##[debug]inner\n");
}

TEST(Commands, CarryOutTheOldSettersToo) {
    const auto result = read(
        "::set-output name=tag::v1\n::set-env name=A::b\n::add-path::/opt\n"
        "::save-state name=s::t\n::add-mask::hush hush\n::set-output::nameless\n",
        5
    );

    EXPECT_EQ(result.requests.outputs, (Values{{"tag", "v1"}}));
    EXPECT_EQ(result.requests.environment, (Values{{"A", "b"}}));
    EXPECT_EQ(result.requests.paths, (std::vector<std::string>{"/opt"}));
    EXPECT_EQ(result.requests.states, (Values{{"s", "t"}}));
    EXPECT_EQ(result.masks, (std::vector<std::string>{"hush hush"}));
    EXPECT_EQ(result.out, "");
}

TEST(Commands, StopUntilTheTokenComes) {
    const auto result = read(
        "::stop-commands::TOKEN\n::set-output name=a::b\n::TOKEN::\n::set-output name=c::d\n", 3
    );

    EXPECT_EQ(result.requests.outputs, (Values{{"c", "d"}}));
    EXPECT_EQ(result.out, "::set-output name=a::b\n");
}

TEST(Commands, KeepUnknownOnesAsText) {
    EXPECT_EQ(read("::frobnicate::x\n", 4).out, "::frobnicate::x\n");
}

TEST(Commands, DoNotHoldAnEndlessLine) {
    const std::string text = "::error::" + std::string(100'000, 'x');

    const auto result = read(text, 1000);

    EXPECT_EQ(result.out, text);
    EXPECT_TRUE(result.requests.annotations.empty());
}

TEST(Commands, KeepAtMostFiftyAnnotations) {
    std::string text;
    for (int i = 0; i < 60; ++i) text += "::notice::n\n";

    EXPECT_EQ(read(text, 100).requests.annotations.size(), 50U);
}

}  // namespace
}  // namespace triphammer::execution
