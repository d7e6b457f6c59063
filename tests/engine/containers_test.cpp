#include "engine/real_engine.hpp"

using namespace triphammer;
using namespace triphammer::docker;
using triphammer::testing::must;
using triphammer::testing::RealEngine;

namespace {

ContainerSpec busybox(const RealEngine& test, std::vector<std::string> command) {
    ContainerSpec spec;
    spec.image = "triphammer/busybox";
    spec.command = std::move(command);
    spec.labels = test.labels();
    return spec;
}

Task<> echoes(RealEngine& test, Engine& engine) {
    auto spec = busybox(test, {"sh", "-c", "cat; printf 'no newline' >&2; exit 3"});
    spec.interactive = true;
    auto creating = must(engine.create_container(std::move(spec)));
    const auto id = co_await std::move(creating);
    auto attaching = must(engine.attach(id));
    auto stream = co_await std::move(attaching);
    auto starting = must(engine.start_container(id));
    co_await std::move(starting);
    auto writing = must(stream->write("first\n"));
    co_await std::move(writing);
    auto reading = must(stream->read());
    const auto echoed = co_await std::move(reading);
    EXPECT_EQ(echoed, "first\n");
}

Task<> runs_to_its_end(RealEngine& test, Engine& engine) {
    auto spec = busybox(test, {"sh", "-c", "echo one; echo two >&2; exit 7"});
    auto creating = must(engine.create_container(std::move(spec)));
    const auto id = co_await std::move(creating);
    auto starting = must(engine.start_container(id));
    co_await std::move(starting);
    auto waiting = must(engine.wait_container(id));
    EXPECT_EQ(co_await std::move(waiting), 7);
    auto tailing = must(engine.log_tail(id, 200));
    const auto tail = co_await std::move(tailing);
    EXPECT_NE(tail.find("one\n"), std::string::npos);
    EXPECT_NE(tail.find("two\n"), std::string::npos);
    auto inspecting = must(engine.inspect_container(id));
    const auto info = co_await std::move(inspecting);
    EXPECT_EQ(info.status, "exited");
    EXPECT_EQ(info.exit_status, 7);
    EXPECT_EQ(info.labels, test.labels());
}

Task<> copies_files(RealEngine& test, Engine& engine) {
    auto creating = must(engine.create_container(busybox(test, {"cat", "/deep/folder/file"})));
    const auto id = co_await std::move(creating);
    TarBuilder tar;
    tar.add_directory("deep");
    tar.add_directory("deep/folder");
    tar.add_file("deep/folder/file", "content", 0600);
    TextSource source{tar.finish()};
    auto putting = must(engine.put_archive(id, "/", source));
    co_await std::move(putting);
    auto getting = must(engine.get_archive(id, "/deep/folder/file", 1 << 20));
    const auto entries = read_tar(co_await std::move(getting)).value();
    EXPECT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries.front().content, "content");
}

Task<> executes(RealEngine& test, Engine& engine) {
    auto creating = must(engine.create_container(busybox(test, {"sleep", "1000"})));
    const auto id = co_await std::move(creating);
    auto starting = must(engine.start_container(id));
    co_await std::move(starting);
    std::vector<std::string> command{"sh", "-c", "echo out; echo err >&2; exit 5"};
    auto executing = must(engine.exec(id, command));
    const auto outcome = co_await std::move(executing);
    EXPECT_EQ(outcome.exit_status, 5);
    // Two pipes: the engine promises no order between them.
    EXPECT_NE(outcome.output.find("out\n"), std::string::npos);
    EXPECT_NE(outcome.output.find("err\n"), std::string::npos);
    EXPECT_EQ(outcome.output.size(), 8U);
    auto listing = must(engine.processes(id));
    const auto titles = co_await std::move(listing);
    EXPECT_EQ(titles, (std::vector<std::string>{"sleep 1000"}));
}

Task<> names_errors(RealEngine& test, Engine& engine) {
    auto missing_image = busybox(test, {"true"});
    missing_image.image = "triphammer/not-there";
    auto creating = engine.create_container(std::move(missing_image));
    const auto created = co_await std::move(creating);
    EXPECT_EQ(created.error().code, Code::not_found);
    EXPECT_NE(created.error().message.find("triphammer/not-there"), std::string::npos);

    auto inspecting = engine.inspect_container("no-such-container");
    EXPECT_EQ((co_await std::move(inspecting)).error().code, Code::not_found);
    auto removing = engine.remove_container("no-such-container");
    EXPECT_TRUE(co_await std::move(removing));

    auto named = busybox(test, {"true"});
    named.name = "th-test-name";
    auto first = must(engine.create_container(named));
    co_await std::move(first);
    auto second = engine.create_container(named);
    EXPECT_EQ((co_await std::move(second)).error().code, Code::conflict);
}

Task<> makes_networks(RealEngine& test, Engine& engine) {
    auto making = must(engine.create_network("th-test-network", test.labels()));
    const auto id = co_await std::move(making);
    auto again = engine.create_network("th-test-network", test.labels());
    EXPECT_EQ((co_await std::move(again)).error().code, Code::conflict);
    auto spec = busybox(test, {"sleep", "1000"});
    spec.network = "th-test-network";
    auto creating = must(engine.create_container(std::move(spec)));
    const auto container = co_await std::move(creating);
    auto starting = must(engine.start_container(container));
    co_await std::move(starting);
    auto inspecting = must(engine.inspect_container(container));
    const auto info = co_await std::move(inspecting);
    EXPECT_EQ(info.addresses.count("th-test-network"), 1U);
    auto removing = must(engine.remove_container(container));
    co_await std::move(removing);
    auto gone = must(engine.remove_network(id));
    co_await std::move(gone);
}

}  // namespace

TEST_F(RealEngine, SpeaksAnAgreedVersion) {
    with_engine([](Engine& engine) -> Task<> {
        EXPECT_TRUE(engine.version().api.starts_with("1.4"));
        EXPECT_EQ(engine.host(), "127.0.0.1");
        co_return;
    });
}

TEST_F(RealEngine, PassesInputAndOutputThroughAnAttachedStream) {
    with_engine([this](Engine& engine) { return echoes(*this, engine); });
}

TEST_F(RealEngine, TellsHowAContainerEnded) {
    with_engine([this](Engine& engine) { return runs_to_its_end(*this, engine); });
}

TEST_F(RealEngine, CopiesFilesInAndOut) {
    with_engine([this](Engine& engine) { return copies_files(*this, engine); });
}

TEST_F(RealEngine, RunsHelpersInside) {
    with_engine([this](Engine& engine) { return executes(*this, engine); });
}

TEST_F(RealEngine, NamesWhatIsMissingAndWhatCollides) {
    with_engine([this](Engine& engine) { return names_errors(*this, engine); });
}

TEST_F(RealEngine, MakesAndRemovesNetworks) {
    with_engine([this](Engine& engine) { return makes_networks(*this, engine); });
}

TEST(NoEngine, IsSaidWithWhatToLookAt) {
    const auto connected =
        triphammer::testing::run_task<Result<std::unique_ptr<Engine>>>([](Executor) {
            return Engine::connect("unix:///nonexistent/docker.sock");
        });

    ASSERT_FALSE(connected);
    EXPECT_EQ(connected.error().code, Code::unavailable);
    EXPECT_NE(connected.error().message.find("/nonexistent/docker.sock"), std::string::npos);
}
