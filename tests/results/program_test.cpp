#include "results/program.hpp"

#include "archive/wire.hpp"
#include "base/file.hpp"
#include "results/part.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

using namespace triphammer;

namespace {

/// A folder with reports, and what the program says of them.
struct Workspace {
    void write(const std::string& name, const std::string& text) const {
        const auto path = folder.path() / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream{path} << text;
    }

    results::Part report(results::ReportRequest request) {
        request.workspace = folder.path().string();
        const auto text = results::to_text(request);
        const char* argument = text.c_str();
        const auto path = output.path() / "output";
        {
            const auto file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600).value();
            EXPECT_EQ(results::run_reporter(1, &argument, file.get()), 0);
        }
        results::Part all;
        archive::FrameReader reader;
        const auto take = [&](char type, std::string_view payload) -> Result<> {
            if (type == archive::kMessage) words += payload;
            if (type == archive::kData) add(results::parse_part(payload).value(), all);
            return {};
        };
        EXPECT_TRUE(reader.feed(read_file(path, 1U << 24U).value(), take));
        return all;
    }

    static void add(results::Part part, results::Part& to) {
        for (auto& test : part.tests) to.tests.push_back(std::move(test));
        for (auto& text : part.texts) to.texts.push_back(std::move(text));
        for (auto& problem : part.problems) to.problems.push_back(std::move(problem));
        if (part.coverage) to.coverage = part.coverage;
    }

    triphammer::testing::TempDir folder;
    triphammer::testing::TempDir output;
    std::string words;
};

constexpr const char* kSuite =
    "<testsuite name=\"s\"><testcase name=\"good\"/><testcase name=\"bad\" file=\"t.py\">"
    "<failure message=\"no\">t.py:3: no</failure></testcase></testsuite>";

}  // namespace

TEST(Reporter, ReadsWhatThePatternsSelect) {
    Workspace place;
    place.write("a/report.xml", kSuite);
    place.write("b/cover.info", "SF:x.c\nDA:1,1\nDA:2,0\nend_of_record\n");
    place.write("notes.txt", "\x1b[1mhello\x1b[0m\n");

    const auto part =
        place.report({.junit = "**/report.xml\n", .coverage = "b/*.info", .text = "notes.txt"});

    EXPECT_EQ(part.tests.size(), 2U);
    ASSERT_TRUE(part.coverage);
    EXPECT_EQ(part.coverage->covered, 1);
    ASSERT_EQ(part.texts.size(), 1U);
    EXPECT_EQ(part.texts[0].path, "notes.txt");
    EXPECT_EQ(part.texts[0].text, "hello\n");
    EXPECT_TRUE(part.problems.empty());
    EXPECT_EQ(place.words, "2 tests: 1 passed, 1 failed, 0 skipped\nfailed: s bad (t.py:3): no\n");
}

TEST(Reporter, SaysWhatIsMissingAndWhatIsBroken) {
    Workspace place;
    place.write("half.xml", "<testsuite><testcase name=\"a\"/>");
    place.write("bomb.xml", "<!DOCTYPE x [<!ENTITY a \"b\">]><testsuite/>");
    place.write("other.xml", "<html/>");
    place.write("cover.xml", "<report/>");

    const auto part =
        place.report({.junit = "*.xml\n!cover.xml", .coverage = "cover.*", .sarif = "no.sarif"});

    EXPECT_EQ(part.tests.size(), 1U);
    EXPECT_EQ(
        part.problems,
        (std::vector<std::string>{
            "bomb.xml: line 1: it declares entities",
            "half.xml: line 1: no element found",
            "other.xml: it has no <testsuite>",
            "cover.xml: it has no <coverage>",
            "sarif: no file is there: no.sarif"})
    );
}

TEST(Reporter, DoesNotWaitForAPipe) {
    Workspace place;
    ASSERT_EQ(::mkfifo((place.folder.path() / "pipe.xml").c_str(), 0600), 0);
    place.write("report.xml", kSuite);

    const auto part = place.report({.junit = "*.xml"});

    EXPECT_EQ(part.tests.size(), 2U);
}
