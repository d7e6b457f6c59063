#include "protocol/messages.hpp"

#include <gtest/gtest.h>

namespace triphammer::protocol {

namespace {

Record read_back(const Record& record) {
    const auto bytes = to_frame(record);
    const auto frame = read_frame(bytes);
    auto parsed = parse_record(frame.value().value());
    EXPECT_TRUE(parsed) << bytes;
    return parsed ? *parsed : Record{};
}

bool is_accepted(FrameType type, std::string_view payload) {
    return parse_runner_message({type, payload, 0}).has_value();
}

}  // namespace

TEST(Messages, EveryRecordIsReadBackAsWritten) {
    const std::vector<Record> records{
        Started{"00112233445566778899aabbccddeeff", "1.0", 5},
        StepBegin{3, "build", "Build \"it\"\n\xc3\xa4", 6},
        Summary{3, 1, "### Done \xc3\xa4\n"},
        StepEnd{
            3,
            model::StepState::failed,
            model::Cause::exit,
            7,
            "exit 7",
            {{"error", "no", "title", "x.cpp", 3, 4, 5, 6}},
            9},
        StepEnd{4, model::StepState::skipped, model::Cause::none, {}, "", {}, 9},
        Phase{model::DeploymentPhase::switch_traffic, "nginx", 1},
        Intent{1, "switch", "web", "ab", 2},
        EffectResult{1, true, R"({"id":"c"})", R"([{"status":200}])", "tail", "", 3},
        Park{"soak", 77, R"({"at":"soak"})"},
        End{model::JobState::succeeded,
            model::Cause::none,
            "",
            {},
            {{"ref", "x@y"}},
            {{1, 10, "aa"}},
            model::DeploymentState::succeeded,
            10},
        End{model::JobState::failed, model::Cause::exit, "", 75, {}, {}, {}, 10}};

    for (const auto& record : records) EXPECT_EQ(read_back(record), record);
}

TEST(Messages, LogFramesKeepEveryByte) {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    const auto bytes = to_frame(LogChunk{9, 1ULL << 40U, all});

    const auto chunk = parse_log(read_frame(bytes).value().value());

    ASSERT_TRUE(chunk);
    EXPECT_EQ(chunk->step, 9);
    EXPECT_EQ(chunk->offset, 1ULL << 40U);
    EXPECT_EQ(chunk->bytes, all);
}

TEST(Messages, LogFramesAreBounded) {
    const std::string empty(12, '\0');
    const std::string large(12 + kMaxLogBytes + 1, '\0');

    EXPECT_FALSE(parse_log({FrameType::log, empty, 0}));
    EXPECT_FALSE(parse_log({FrameType::log, large, 0}));
    EXPECT_FALSE(parse_log({FrameType::log, "short", 0}));
}

TEST(Messages, AnythingButOurOwnSpellingIsAnError) {
    EXPECT_TRUE(is_accepted(FrameType::seek, R"({"offset":5})"));

    EXPECT_FALSE(is_accepted(FrameType::seek, R"({"offset": 5})"));            // blank
    EXPECT_FALSE(is_accepted(FrameType::seek, R"({"offset":5,"more":1})"));    // unknown field
    EXPECT_FALSE(is_accepted(FrameType::seek, R"({"offset":4,"offset":5})"));  // twice
    EXPECT_FALSE(is_accepted(FrameType::seek, R"({"offset":"5"})"));           // type
    EXPECT_FALSE(is_accepted(FrameType::seek, R"({"offset":-5})"));            // range
    EXPECT_FALSE(is_accepted(FrameType::seek, R"({"offset":5.0})"));           // fraction
    EXPECT_FALSE(is_accepted(FrameType::seek, R"({})"));                       // missing
    EXPECT_FALSE(is_accepted(FrameType::seek, R"([5])"));
    EXPECT_FALSE(is_accepted(FrameType::seek, "{\"offset\":5"));
    EXPECT_FALSE(is_accepted(FrameType::seek, std::string(100'000, '[')));
}

TEST(Messages, AStepEndsInAFinalState) {
    const Record open = StepEnd{1, model::StepState::running, {}, {}, "", {}, 0};
    const auto bytes = to_frame(open);

    EXPECT_FALSE(parse_record(read_frame(bytes).value().value()));
}

TEST(Messages, AJobEndsInAFinalState) {
    const Record open = End{model::JobState::waiting, {}, "", {}, {}, {}, {}, 0};
    const auto bytes = to_frame(open);

    EXPECT_FALSE(parse_record(read_frame(bytes).value().value()));
}

TEST(Messages, TextThatTheTablesKeepAsJsonMustBeJson) {
    const auto accepts = [](const std::string& ids) {
        const Record record = EffectResult{1, true, ids, "[]", "", "", 0};
        const auto bytes = to_frame(record);
        return parse_record(read_frame(bytes).value().value()).has_value();
    };

    EXPECT_TRUE(accepts(R"({"id":{"a":[1]}})"));
    EXPECT_FALSE(accepts("[]"));
    EXPECT_FALSE(accepts("{"));
    EXPECT_FALSE(accepts(""));
    EXPECT_FALSE(accepts("{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}"));
}

TEST(Messages, TheDaemonsMessagesAreReadBack) {
    Welcome welcome;
    welcome.acked = 12;
    welcome.have = {{0, 5}, {3, 1ULL << 40U}};
    welcome.cancel = Cancel{"asked", model::Cause::none, 5'000};
    welcome.document = R"({"job":"x"})";
    const auto bytes = to_frame(welcome);

    const auto parsed = parse_daemon_message(read_frame(bytes).value().value());

    ASSERT_TRUE(parsed);
    const auto& read = std::get<Welcome>(*parsed);
    EXPECT_EQ(read.acked, welcome.acked);
    EXPECT_EQ(read.have, welcome.have);
    EXPECT_EQ(read.cancel, welcome.cancel);
    EXPECT_EQ(read.document, welcome.document);
}

TEST(Messages, EachSideRefusesWhatOnlyTheOtherMaySay) {
    const auto ack = to_frame(Ack{1});
    const auto ping = to_frame(Ping{});

    EXPECT_FALSE(parse_runner_message(read_frame(ack).value().value()));
    EXPECT_FALSE(parse_daemon_message(read_frame(ping).value().value()));
}

TEST(Messages, BrokenUtf8IsReplacedNotSent) {
    const Record record = StepBegin{1, "a", "bad \xff name", 0};

    EXPECT_EQ(std::get<StepBegin>(read_back(record)).name, "bad \xef\xbf\xbd name");
}

}  // namespace triphammer::protocol
