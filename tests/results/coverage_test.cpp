#include "results/coverage.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using results::Lines;

namespace {

std::string shown(const Lines& lines, std::size_t most = 10) {
    const auto sum = lines.sum(most);
    auto out = std::to_string(sum.covered) + "/" + std::to_string(sum.lines);
    for (const auto& file : sum.files) {
        out +=
            " " + file.path + " " + std::to_string(file.covered) + "/" + std::to_string(file.lines);
    }
    return out;
}

void read_cobertura(const std::string& xml, Lines& lines) {
    results::CoberturaReader handler{"/work/app", lines};
    xml::Reader reader{handler};
    EXPECT_TRUE(reader.feed(xml, true));
    EXPECT_TRUE(handler.has_coverage());
}

constexpr const char* kCobertura =
    "<?xml version=\"1.0\" ?><!DOCTYPE coverage SYSTEM "
    "'http://cobertura.sourceforge.net/xml/coverage-04.dtd'>"
    "<coverage line-rate=\"0.5\"><packages><package><classes>"
    "<class filename=\"a.py\"><methods><method><lines><line number=\"1\" hits=\"1\"/></lines>"
    "</method></methods><lines><line number=\"1\" hits=\"1\"/><line number=\"2\" hits=\"0\"/>"
    "</lines></class><class filename=\"/work/app/b.py\"><lines><line number=\"9\" hits=\"3\"/>"
    "</lines></class></classes></package></packages></coverage>";

}  // namespace

TEST(Coverage, CountsEachLineOfCoberturaOnce) {
    Lines lines;
    read_cobertura(kCobertura, lines);

    EXPECT_EQ(shown(lines), "2/3 a.py 1/2 b.py 1/1");
}

TEST(Coverage, ReadsTracefilesOfLcov) {
    Lines lines;
    ASSERT_TRUE(results::read_lcov(
        "TN:\nSF:/work/app/src/a.c\nFN:1,main\nDA:1,5\nDA:2,0,checksum\nLF:2\nend_of_record\n"
        "SF:b.c\r\nDA:1,0\r\nend_of_record\r\n",
        "/work/app",
        lines
    ));

    EXPECT_EQ(shown(lines), "1/3 b.c 0/1 src/a.c 1/2");
}

TEST(Coverage, OfSeveralReportsAddsUpByLine) {
    Lines lines;
    read_cobertura(kCobertura, lines);
    ASSERT_TRUE(results::read_lcov("SF:a.py\nDA:2,1\nDA:3,0\nend_of_record\n", "", lines));

    EXPECT_EQ(shown(lines), "3/4 a.py 2/3 b.py 1/1");
}

TEST(Coverage, ShowsTheWorstFilesFirst) {
    Lines lines;
    ASSERT_TRUE(results::read_lcov(
        "SF:good\nDA:1,1\nSF:bad\nDA:1,0\nDA:2,0\nSF:half\nDA:1,1\nDA:2,0\n", "", lines
    ));

    EXPECT_EQ(shown(lines, 2), "2/5 bad 0/2 half 1/2");
}

TEST(Coverage, RefusesWhatIsNeither) {
    Lines lines;
    EXPECT_EQ(results::read_lcov("hello\n", "", lines).error().code, Code::invalid);
    EXPECT_TRUE(results::read_lcov("SF:a\nDA:x,1\nDA:\nDA:-3,1\nDA:1\n", "", lines));
    EXPECT_TRUE(lines.empty());
}
