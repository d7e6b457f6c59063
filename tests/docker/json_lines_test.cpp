#include "docker/json_lines.hpp"

#include <gtest/gtest.h>

#include <vector>

using namespace triphammer;
using namespace triphammer::docker;

TEST(LineSplitter, GivesWholeLinesHoweverTheyArrive) {
    const std::string stream = "{\"a\":1}\r\n{\"b\":2}\n\n{\"c\":3}";
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        LineSplitter lines;
        std::vector<std::string> seen;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            lines.feed(std::string_view{stream}.substr(at, piece));
            while (auto line = lines.next()) seen.push_back(*line);
        }
        lines.end_of_stream();
        while (auto line = lines.next()) seen.push_back(*line);

        EXPECT_EQ(seen, (std::vector<std::string>{"{\"a\":1}", "{\"b\":2}", "{\"c\":3}"})) << piece;
    }
}

TEST(Progress, FindsTheErrorInsideAGoodAnswer) {
    const auto failed = parse_progress(
        R"({"errorDetail":{"code":7,"message":"'/bin/sh -c exit 7' returned 7"},"error":"short"})"
    );
    const auto refused = parse_progress(R"({"error":"denied: requested access is denied"})");

    EXPECT_EQ(failed->error_code, 7);
    EXPECT_NE(failed->error.find("exit 7"), std::string::npos);
    EXPECT_EQ(refused->error, "denied: requested access is denied");
}

TEST(Progress, ReadsTheImageIdAndTheDigest) {
    const auto built = parse_progress(R"({"aux":{"ID":"sha256:abc"}})");
    const auto pushed =
        parse_progress(R"({"progressDetail":{},"aux":{"Tag":"1","Digest":"sha256:def","Size":528}})"
        );

    EXPECT_EQ(built->image_id, "sha256:abc");
    EXPECT_EQ(pushed->digest, "sha256:def");
}

TEST(Progress, TellsLinesFromProgressBars) {
    const auto line = parse_progress(R"({"stream":"Step 1/2 : FROM scratch\n"})");
    const auto bar = parse_progress(
        R"({"status":"Pushing","progressDetail":{"current":1,"total":2},"id":"aa11"})"
    );
    const auto state = parse_progress(R"({"status":"Pushed","progressDetail":{},"id":"aa11"})");

    EXPECT_EQ(line->text, "Step 1/2 : FROM scratch\n");
    EXPECT_TRUE(bar->transient);
    EXPECT_FALSE(state->transient);
    EXPECT_EQ(state->text, "aa11: Pushed\n");
}

TEST(Progress, RefusesWhatIsNoObject) {
    EXPECT_EQ(parse_progress("not json").error().code, Code::protocol);
    EXPECT_EQ(parse_progress("[1]").error().code, Code::protocol);
    EXPECT_TRUE(parse_progress(R"({"error":5,"stream":[],"aux":"x"})"));
}
