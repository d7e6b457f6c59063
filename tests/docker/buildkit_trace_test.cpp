// `recorded/` has what Docker 20.10's BuildKit sent.
#include "docker/buildkit_trace.hpp"

#include "base/file.hpp"
#include "docker/json_lines.hpp"

#include <gtest/gtest.h>

#include <filesystem>

using namespace triphammer;
using namespace triphammer::docker;

namespace {

struct Replay {
    std::string text;
    Progress last;
    std::vector<std::string> traces;
};

Replay replay(const char* name) {
    const auto path = std::filesystem::path{TRIPHAMMER_SOURCE_DIR} / "tests/docker/recorded" / name;
    LineSplitter lines;
    lines.feed(read_file(path, 1U << 20U).value());
    lines.end_of_stream();
    Replay out;
    BuildTrace trace;
    while (const auto line = lines.next()) {
        const auto message = parse_progress(*line).value();
        if (!message.image_id.empty()) out.last.image_id = message.image_id;
        if (!message.error.empty()) out.last.error = message.error;
        if (message.trace.empty()) continue;
        out.text += trace.take(message.trace).value();
        out.traces.push_back(message.trace);
    }
    return out;
}

}  // namespace

TEST(BuildTrace, TellsEachInstructionWithItsOutputAndTime) {
    const auto seen = replay("buildkit-build.jsonl");

    EXPECT_EQ(
        seen.text,
        "#1 [base 1/2] FROM docker.io/triphammer/busybox\n"
        "#1 done in 0.0 s\n"
        "#2 [base 2/2] RUN --mount=type=cache,target=/c echo \"built hello\"; printf 'a\\nb' ; "
        "echo "
        "err >&2\n"
        "#2 err\n#2 built hello\n#2 a\n#2 b\n#2 done in 0.8 s\n"
        "#3 [stage-1 1/2] COPY Dockerfile /x\n#3 done in 0.1 s\n"
        "#4 [stage-1 2/2] RUN echo second\n#4 second\n#4 done in 0.2 s\n"
        "#5 exporting to image\n#5 done in 0.1 s\n"
    );
    EXPECT_TRUE(seen.last.image_id.starts_with("sha256:51b0ae61")) << seen.last.image_id;
}

TEST(BuildTrace, TellsWhatFailed) {
    const auto seen = replay("buildkit-failure.jsonl");

    EXPECT_TRUE(seen.text.ends_with(
        "#2 [2/2] RUN echo begin; exit 7\n#2 begin\n#2 failed: executor failed running [/bin/sh -c "
        "echo begin; exit 7]: exit code: 7\n"
    )) << seen.text;
    EXPECT_EQ(exit_status_of(seen.last.error), 7);
    EXPECT_EQ(exit_status_of("no such thing"), 0);
}

// What an engine sends is not to be trusted with more than a line of a log.
TEST(BuildTrace, RefusesBytesThatAreNoMessage) {
    for (const auto& trace : replay("buildkit-build.jsonl").traces) {
        for (std::size_t size = 1; size < trace.size(); ++size) {
            (void)parse_trace(std::string_view{trace}.substr(0, size));
        }
    }
    const std::string endless(64, '\xff');
    EXPECT_EQ(parse_trace(endless).error().code, Code::protocol);
    EXPECT_EQ(
        parse_trace("\x0a\x7f"
                    "short")
            .error()
            .code,
        Code::protocol
    );
    EXPECT_EQ(parse_trace("\x0b").error().code, Code::protocol);
    EXPECT_TRUE(parse_trace("")->vertices.empty());
}
