#include "runner/container/wire.hpp"

#include <gtest/gtest.h>

using namespace triphammer::runner;

TEST(ContainerWire, CarriesACommandHoweverItIsSplit) {
    const wire::Start start{7, {"sh", "-c", "echo \"a b\""}, {"A=1", "EMPTY="}, "/work", {"/out"}};
    const auto sent = wire::to_frame(start) + wire::to_frame(wire::Signal{7, 15});

    std::string received;
    std::vector<wire::Frame> frames;
    bool broken = false;
    for (const char byte : sent) {
        received += byte;
        while (auto frame = wire::take_frame(received, broken)) frames.push_back(*frame);
    }

    ASSERT_EQ(frames.size(), 2U);
    EXPECT_FALSE(broken);
    EXPECT_EQ(wire::parse_start(frames[0].payload), start);
    EXPECT_EQ(frames[1].type, wire::Type::signal);
    EXPECT_EQ(wire::parse_signal(frames[1].payload), (wire::Signal{7, 15}));
}

TEST(ContainerWire, CarriesAnEnd) {
    const wire::Ended ended{3, wire::How::signalled, 9, true, "text"};
    auto frame = wire::to_frame(ended);
    bool broken = false;

    const auto taken = wire::take_frame(frame, broken);

    ASSERT_TRUE(taken);
    EXPECT_EQ(wire::parse_ended(taken->payload), ended);
    EXPECT_TRUE(frame.empty());
}

TEST(ContainerWire, RefusesWhatIsCutOrTooLong) {
    auto huge = std::string{"\x01\xff\xff\xff\xff", 5};
    bool broken = false;

    EXPECT_FALSE(wire::take_frame(huge, broken));
    EXPECT_TRUE(broken);
    const auto payload =
        wire::to_frame(wire::Start{1, {"true"}, {}, "/", {}}).substr(wire::kHeader);
    for (std::size_t length = 0; length < payload.size(); ++length) {
        EXPECT_FALSE(wire::parse_start(std::string_view{payload}.substr(0, length))) << length;
    }
    EXPECT_FALSE(wire::parse_start(payload + "x"));
}

TEST(ContainerWire, CarriesFilesOfBothWays) {
    const wire::File file{2, wire::FileKind::refused, 0644, "/a", std::string{"\0b", 2}};
    auto frame = wire::to_frame(file);
    bool broken = false;

    const auto taken = wire::take_frame(frame, broken);

    ASSERT_TRUE(taken);
    EXPECT_EQ(wire::parse_file(taken->payload), file);
    EXPECT_FALSE(wire::parse_file(wire::to_frame(wire::File{}).substr(wire::kHeader)));
}

TEST(ContainerWire, SaysWhoseOutputItIs) {
    const auto payload = wire::output_frame(9, "text").substr(wire::kHeader);

    EXPECT_EQ(wire::command_of(payload), 9U);
    EXPECT_EQ(payload.substr(wire::kNumber), "text");
}

TEST(ContainerWire, SaysWhoTheStepsAre) {
    wire::Ready ready;
    ready.has_bash = true;
    ready.user = 1001;
    ready.group = 1002;

    const auto payload = wire::to_frame(ready).substr(wire::kHeader);

    const auto parsed = wire::parse_ready(payload);
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->has_bash);
    EXPECT_EQ(parsed->user, 1001U);
    EXPECT_EQ(parsed->group, 1002U);
    EXPECT_FALSE(wire::parse_ready(payload.substr(1)));
}
