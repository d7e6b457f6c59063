#include "execution/commands.hpp"

#include <gtest/gtest.h>

namespace triphammer::execution {
namespace {

constexpr const char* kEslint = R"({"problemMatcher": [{"owner": "eslint", "pattern": [
    {"regexp": "^([^\\s].*)$", "file": 1},
    {"regexp": "^\\s+(\\d+):(\\d+)\\s+(error|warning|info)\\s+(.*)\\s\\s+(.*)$",
     "line": 1, "column": 2, "severity": 3, "message": 4, "code": 5, "loop": true}]}]})";

struct Reading {
    ProblemMatchers matchers;
    StepRequests requests;
    std::vector<std::string> masks;
    std::string out;
};

/// Reads `text` in pieces of `size` bytes; `copies`: does not ask whether a piece passes unchanged.
Reading read(std::string_view text, std::size_t size, bool debug = false, bool copies = false) {
    Reading result;
    CommandReach reach;
    reach.add_mask = [&](std::string value) -> Result<> {
        if (value.size() < 4) return invalid("too short");
        result.masks.push_back(value);
        return {};
    };
    reach.read_file = [](const std::string& path) -> Result<std::string> {
        if (path != "eslint.json") return not_found("no such file");
        return std::string{kEslint};
    };
    reach.matchers = &result.matchers;
    reach.debug = debug;
    CommandReader reader{result.requests, std::move(reach)};
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
    CommandReader reader{requests, {}};

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

TEST(Commands, CarryOutTheirOldFormToo) {
    const std::string text =
        "##[set-output name=branch;]main\n"
        "  ##[set-output name=odd]a%5D%3B%25\r\n"
        "##[warning file=a.c;line=3]old%0Away\n"
        "##[group]one\n# a comment\n## [not]\n##[section]two\n##[never closed\n"
        "text ##[set-output name=inside;]no\n##[endgroup]\n##";

    for (std::size_t size = 1; size <= text.size(); ++size) {
        const auto result = read(text, size);
        const Values outputs{{"branch", "main"}, {"odd", "a];%"}};
        ASSERT_EQ(result.requests.outputs, outputs) << size;
        ASSERT_EQ(result.requests.annotations.size(), 1U) << size;
        EXPECT_EQ(result.requests.annotations[0].message, "old\nway");
        EXPECT_EQ(result.requests.annotations[0].file, "a.c");
        EXPECT_EQ(result.requests.annotations[0].line, 3);
        EXPECT_EQ(
            result.out,
            "##[warning]old\nway\n##[group]one\n# a comment\n## [not]\n##[section]two\n"
            "##[never closed\ntext ##[set-output name=inside;]no\n##[endgroup]\n##"
        );
    }
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

TEST(Commands, KeepTenAnnotationsOfALevelAndStep) {
    std::string text;
    for (int i = 0; i < 12; ++i) text += "::notice::n\n::error::e\n";

    const auto result = read(text, 100);

    EXPECT_EQ(result.requests.annotations.size(), 20U);
    EXPECT_EQ(result.requests.dropped_annotations, 4);
}

TEST(Commands, KeepAnnotationsSmallEnoughForTheJournal) {
    const auto line = "::error file=" + std::string(5000, 'f') + "::" + std::string(20'000, '\1');
    std::string text;
    for (int i = 0; i < 10; ++i) text += line + "\n::warning::" + std::string(9000, 'w') + "\n";

    const auto result = read(text, 4096);

    std::size_t bytes = 0;
    for (const auto& note : result.requests.annotations) {
        bytes += note.message.size() + note.title.size() + note.file.size();
    }
    EXPECT_LE(bytes, StepRequests::kMostAnnotationBytes);
    EXPECT_EQ(result.requests.annotations[0].message, std::string(4096, ' '));
    EXPECT_EQ(result.requests.annotations[0].file.size(), 1024U);
}

// The examples of docs.github.com, "Workflow commands for GitHub Actions".
TEST(Commands, ReadEveryPropertyOfAnAnnotation) {
    const auto result = read(
        "::WARNING file=app.js,line=1,endLine=3,col=5,endColumn=7,title=YOUR-TITLE::Missing %25"
        "%2C;\n",
        9
    );

    ASSERT_EQ(result.requests.annotations.size(), 1U);
    const auto& note = result.requests.annotations[0];
    EXPECT_EQ(note.level, "warning");
    EXPECT_EQ(note.message, "Missing %%2C;");
    EXPECT_EQ(note.file, "app.js");
    EXPECT_EQ(note.title, "YOUR-TITLE");
    EXPECT_EQ(note.line, 1);
    EXPECT_EQ(note.end_line, 3);
    EXPECT_EQ(note.column, 5);
    EXPECT_EQ(note.end_column, 7);
}

TEST(Commands, SayThatAMaskIsTooShort) {
    EXPECT_EQ(read("::add-mask::abc\n", 4).out, "##[warning]add-mask: too short\n");
}

TEST(Commands, EchoWhatTheyAreAskedTo) {
    const std::string text =
        "::echo::on\n::set-output name=a::b\n::add-mask::hushed\n::echo::off\n::save-state "
        "name=a::b\n";

    EXPECT_EQ(read(text, 3).out, "::set-output name=a::b\n::echo::off\n");
    EXPECT_EQ(read("::set-output name=a::b\n", 3, true).out, "::set-output name=a::b\n");
}

TEST(Commands, AreNotStoppedByATokenThatIsACommand) {
    const auto result = read("::stop-commands::warning\n::warning::seen\n", 5);

    EXPECT_EQ(result.requests.annotations.size(), 1U);
    EXPECT_EQ(
        result.out, "##[warning]stop-commands: 'warning' is no usable token\n##[warning]seen\n"
    );
}

TEST(Commands, LetMatchersLookAtLinesHoweverTheyAreSplit) {
    const std::string plain =
        "test.js\n  1:0   error  Missing \"use strict\" statement                 strict\n"
        "  5:10  error  'addOne' is defined but never used             no-unused-vars\n"
        "\xe2\x9c\x96 2 problems (2 errors, 0 warnings)\n";
    const auto text =
        "::add-matcher::eslint.json\n" + plain + "::remove-matcher owner=eslint::\n" + plain;

    for (const std::size_t size : {1U, 7U, 4096U}) {
        const auto result = read(text, size);
        EXPECT_EQ(result.out, plain + plain);
        ASSERT_EQ(result.requests.annotations.size(), 2U) << size;
        EXPECT_EQ(result.requests.annotations[1].file, "test.js");
        EXPECT_EQ(result.requests.annotations[1].line, 5);
        EXPECT_EQ(result.requests.annotations[1].column, 10);
        EXPECT_EQ(result.requests.annotations[1].title, "no-unused-vars");
    }
}

TEST(Commands, SayWhyAMatcherIsNotAdded) {
    EXPECT_EQ(
        read("::add-matcher::other.json\n", 8).out,
        "##[warning]add-matcher: other.json: no such file\n"
    );
}

}  // namespace
}  // namespace triphammer::execution
