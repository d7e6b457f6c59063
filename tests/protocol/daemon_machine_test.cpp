#include "protocol/daemon_machine.hpp"

#include "protocol/pair.hpp"
#include "protocol/spool.hpp"

namespace triphammer::protocol {

namespace {

template <class Action>
const Action* next_as(DaemonMachine& machine, std::optional<DaemonAction>& keep) {
    keep = machine.next();
    return keep ? std::get_if<Action>(&*keep) : nullptr;
}

DaemonMachine attached_machine() {
    DaemonMachine machine;
    machine.receive(to_frame(Attach{
        {7}, Secret{"token"}, "00112233445566778899aabbccddeeff", 0, "1"}));
    (void)machine.next();
    machine.answer_attach(Attached{});
    (void)machine.next();  // the welcome
    machine.receive(to_frame(Seek{0}));
    return machine;
}

}  // namespace

TEST(DaemonMachine, AppliesAWholeJournalInOrder) {
    Pair pair;
    pair.connect();
    pair.append(StepBegin{1, "", "build", 0});
    pair.log(1, "hello");
    pair.append(StepEnd{});
    pair.append(end_with({{1, "hello"}}));
    pair.settle();

    EXPECT_EQ(pair.tables.records.size(), 4U);
    EXPECT_EQ(pair.tables.logs.at(1), "hello");
    EXPECT_EQ(pair.tables.acked, pair.spool.size());
}

TEST(DaemonMachine, WritesLogBytesBeforeTheRecordThatFollowsThem) {
    auto machine = attached_machine();
    machine.receive(to_frame(LogChunk{1, 0, "hello"}) + to_frame(Record{StepEnd{}}));
    std::optional<DaemonAction> keep;

    EXPECT_NE(next_as<WriteLog>(machine, keep), nullptr);
    EXPECT_FALSE(machine.next());  // not before the answer
    machine.answer_log({});

    EXPECT_NE(next_as<Commit>(machine, keep), nullptr);
}

TEST(DaemonMachine, AcknowledgesOnlyAfterTheCommit) {
    auto machine = attached_machine();
    machine.receive(to_frame(Record{StepBegin{}}));
    std::optional<DaemonAction> keep;

    ASSERT_NE(next_as<Commit>(machine, keep), nullptr);
    EXPECT_FALSE(machine.next());
    machine.answer_commit(std::vector<Verdict>{});

    const auto* send = next_as<Send>(machine, keep);
    ASSERT_NE(send, nullptr);
    const auto frame = read_frame(send->bytes);
    EXPECT_EQ((*frame)->type, FrameType::ack);
}

TEST(DaemonMachine, WithPatienceTheRecordsOfAShortJobShareACommit) {
    auto machine = attached_machine();
    machine.receive(to_frame(Record{StepBegin{}}));
    EXPECT_FALSE(machine.next(true));
    EXPECT_TRUE(machine.is_holding_back());
    machine.receive(to_frame(Record{StepEnd{}}) + to_frame(Record{End{}}));
    std::optional<DaemonAction> keep = machine.next(true);
    ASSERT_TRUE(keep && std::holds_alternative<VerifyLogs>(*keep));
    machine.answer_verify({});

    keep = machine.next(true);
    ASSERT_TRUE(keep && std::holds_alternative<Commit>(*keep));
    EXPECT_EQ(std::get<Commit>(*keep).records.size(), 3U);
}

TEST(DaemonMachine, WithPatienceLogsAreWrittenAtOnce) {
    auto machine = attached_machine();
    machine.receive(to_frame(Record{StepBegin{}}) + to_frame(LogChunk{1, 0, "hello"}));
    std::optional<DaemonAction> keep = machine.next(true);
    ASSERT_TRUE(keep && std::holds_alternative<WriteLog>(*keep));
    machine.answer_log({});

    EXPECT_FALSE(machine.next(true));
    EXPECT_NE(next_as<Commit>(machine, keep), nullptr);
    EXPECT_FALSE(machine.is_holding_back());
}

TEST(DaemonMachine, PatienceKeepsNobodyWaiting) {
    auto machine = attached_machine();
    machine.receive(to_frame(Record{StepBegin{}}) + to_frame(Record{Intent{}}));

    const std::optional<DaemonAction> keep = machine.next(true);
    EXPECT_TRUE(keep && std::holds_alternative<Commit>(*keep));
}

TEST(DaemonMachine, AcknowledgesALongLogWithoutARecord) {
    Pair pair;
    pair.connect();
    pair.append(StepBegin{1, "", "build", 0});
    const auto most = 2 * kAckBytes;
    while (pair.spool.size() < 5 * most) {
        pair.log(1, std::string(100'000, 'x'));
        pair.settle();
        ASSERT_LE(pair.runner.unacked_bytes(), most);
    }

    EXPECT_EQ(pair.tables.records.size(), 2U);
    EXPECT_EQ(pair.tables.acked, pair.runner.acked());
}

TEST(DaemonMachine, AcknowledgesALogOnlyAfterItIsWritten) {
    auto machine = attached_machine();
    const std::string bytes(kMaxLogBytes, 'x');
    std::uint64_t sent = 0;
    std::optional<DaemonAction> keep;
    for (std::uint64_t at = 0; sent < kAckBytes; at += bytes.size()) {
        const auto frame = to_frame(LogChunk{1, at, bytes});
        machine.receive(frame);
        sent += frame.size();
        ASSERT_NE(next_as<WriteLog>(machine, keep), nullptr);
        EXPECT_FALSE(machine.next());
        machine.answer_log({});
    }

    const auto* commit = next_as<Commit>(machine, keep);

    ASSERT_NE(commit, nullptr);
    EXPECT_TRUE(commit->records.empty());
    EXPECT_EQ(commit->acked, sent);
}

TEST(DaemonMachine, SkipsWhatItHasAndTakesTheRest) {
    Pair pair;
    pair.connect();
    pair.log(1, "hello ");
    pair.settle();
    pair.disconnect();
    pair.log(1, "world");
    pair.append(end_with({{1, "hello world"}}));
    pair.connect();

    EXPECT_EQ(pair.tables.logs.at(1), "hello world");
    EXPECT_EQ(pair.tables.records.size(), 2U);
}

TEST(DaemonMachine, WritesOnlyTheNewPartOfAnOverlappingFrame) {
    auto machine = attached_machine();
    machine.receive(to_frame(LogChunk{1, 0, "abc"}));
    (void)machine.next();
    machine.answer_log({});
    machine.receive(to_frame(LogChunk{1, 1, "bcde"}));
    std::optional<DaemonAction> keep;

    const auto* write = next_as<WriteLog>(machine, keep);

    ASSERT_NE(write, nullptr);
    EXPECT_EQ(write->offset, 3U);
    EXPECT_EQ(write->bytes, "de");
}

TEST(DaemonMachine, AGapInALogIsADamagedLog) {
    auto machine = attached_machine();
    machine.receive(to_frame(LogChunk{1, 1, "bc"}));
    std::optional<DaemonAction> keep;

    const auto* close = next_as<Close>(machine, keep);

    ASSERT_NE(close, nullptr);
    EXPECT_TRUE(close->are_logs_damaged);
}

TEST(DaemonMachine, OtherBytesOnTheDiskAreADamagedLogAndAFullDiskIsNot) {
    for (const auto code : {Code::protocol, Code::disk_full}) {
        auto machine = attached_machine();
        machine.receive(to_frame(LogChunk{1, 0, "abc"}));
        (void)machine.next();
        machine.answer_log(Error{code, "no"});
        std::optional<DaemonAction> keep = machine.next();
        if (std::holds_alternative<Send>(*keep)) keep = machine.next();

        ASSERT_TRUE(std::holds_alternative<Close>(*keep));
        EXPECT_EQ(std::get<Close>(*keep).are_logs_damaged, code == Code::protocol);
    }
}

TEST(DaemonMachine, AGapIsFilledFromTheSpoolWhenNobodyRemembersTheCut) {
    Pair pair;
    pair.connect();
    pair.append(StepBegin{1, "", "build", 0});
    pair.log(1, "hello ");
    pair.settle();
    pair.disconnect();
    pair.tables.logs.clear();  // by a daemon that died then
    pair.log(1, "world");
    pair.append(end_with({{1, "hello world"}}));

    pair.connect();
    EXPECT_EQ(pair.closed, "a gap in a step's log");
    pair.connect();

    EXPECT_EQ(pair.tables.logs.at(1), "hello world");
    EXPECT_EQ(pair.tables.records.size(), 3U);
    EXPECT_EQ(pair.tables.acked, pair.spool.size());
}

TEST(DaemonMachine, AnEndWithOtherSumsIsNotCommitted) {
    Pair pair;
    pair.connect();
    pair.log(1, "hello");
    pair.append(end_with({{1, "HELLO"}}));
    pair.settle();

    EXPECT_EQ(pair.closed, "a log differs");
    EXPECT_EQ(pair.tables.records.size(), 1U);  // started
    EXPECT_FALSE(pair.runner.is_over());
}

TEST(DaemonMachine, ACutLogIsFilledAgainWithoutApplyingRecordsTwice) {
    Pair pair;
    pair.connect();
    pair.append(StepBegin{1, "", "build", 0});
    pair.log(1, "hello");
    pair.append(StepEnd{});
    pair.settle();
    pair.tables.logs[1] = "";  // found damaged
    pair.disconnect();
    pair.append(end_with({{1, "hello"}}));
    pair.tables.resend_from = 0;
    pair.connect();

    EXPECT_EQ(pair.tables.logs.at(1), "hello");
    EXPECT_EQ(pair.tables.records.size(), 4U);
}

TEST(DaemonMachine, ACommitThatWasGuardedAwayIsARefusal) {
    Pair pair;
    pair.connect();
    pair.tables.is_over = true;
    pair.append(StepBegin{});
    pair.settle();
    pair.settle();

    EXPECT_EQ(pair.count<KillEverything>(), 1);
}

TEST(DaemonMachine, ABusyDatabaseOnlyDropsTheConnection) {
    auto machine = attached_machine();
    machine.receive(to_frame(Record{StepBegin{}}));
    (void)machine.next();
    machine.answer_commit(Error{Code::unavailable, "busy"});
    std::optional<DaemonAction> keep;

    EXPECT_NE(next_as<Close>(machine, keep), nullptr);
}

TEST(DaemonMachine, AFullDiskCancelsTheWork) {
    auto machine = attached_machine();
    machine.receive(to_frame(LogChunk{1, 0, "abc"}));
    (void)machine.next();
    machine.answer_log(Error{Code::disk_full, "full"});
    std::optional<DaemonAction> keep;

    const auto* send = next_as<Send>(machine, keep);
    ASSERT_NE(send, nullptr);
    const auto message = parse_daemon_message(read_frame(send->bytes).value().value());
    EXPECT_EQ(std::get<Cancel>(*message).cause, model::Cause::disk_full);
    EXPECT_NE(next_as<Close>(machine, keep), nullptr);
}

TEST(DaemonMachine, ListensToNobodyWhoDoesNotAttachFirst) {
    DaemonMachine machine;
    machine.receive(to_frame(Ping{}));
    std::optional<DaemonAction> keep;

    EXPECT_NE(next_as<Close>(machine, keep), nullptr);
    machine.receive(to_frame(Ping{}));
    EXPECT_FALSE(machine.next());
}

TEST(DaemonMachine, NothingStandsBehindTheEnd) {
    auto machine = attached_machine();
    machine.receive(to_frame(Record{End{}}) + to_frame(Record{StepBegin{}}));
    std::optional<DaemonAction> keep;
    ASSERT_NE(next_as<VerifyLogs>(machine, keep), nullptr);
    machine.answer_verify({});

    const auto* commit = next_as<Commit>(machine, keep);
    ASSERT_NE(commit, nullptr);
    EXPECT_EQ(commit->records.size(), 1U);
    machine.answer_commit(std::vector<Verdict>{});

    EXPECT_TRUE(machine.is_finished());
}

TEST(DaemonMachine, ReplaysTheSpoolOfADeadRunner) {
    Pair pair;
    pair.connect();
    pair.log(1, "hello ");
    pair.settle();
    pair.disconnect();
    pair.log(1, "world");
    pair.append(end_with({{1, "hello world"}}));

    auto attached = pair.tables.attach();
    pair.daemon = DaemonMachine::replaying(*attached);
    pair.daemon->receive(std::string_view{pair.spool}.substr(attached->resend_from));
    while (pair.daemon) {
        auto action = pair.daemon->next();
        if (!action) break;
        EXPECT_FALSE(std::holds_alternative<Send>(*action));
        pair.do_action(*action);
    }

    EXPECT_EQ(pair.tables.logs.at(1), "hello world");
    EXPECT_EQ(pair.tables.acked, pair.spool.size());
}

}  // namespace triphammer::protocol
