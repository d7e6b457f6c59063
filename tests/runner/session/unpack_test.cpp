#include "runner/session/unpack.hpp"

#include "base/file.hpp"
#include "support/run_task.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace triphammer::runner {
namespace {

const std::string kCommit(40, 'a');
const std::string kTag(40, 'b');

PackReader reader_of(const std::vector<std::string>& lines) {
    PackReader reader;
    for (const auto& line : lines) {
        char length[5];
        std::snprintf(length, sizeof length, "%04zx", line.size() + 4);
        EXPECT_TRUE(reader.feed(length + line));
    }
    return reader;
}

std::string refs_of(const PackReader& sent, const std::string& head) {
    return make_packed_refs(sent, head, kCommit);
}

const std::string kSorted = "# pack-refs with: sorted \n";

/// Of this machine, outside of every sandbox.
class Listener {
  public:
    Listener() : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const name = reinterpret_cast<sockaddr*>(&address);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(socket_.get(), name, size), 0);
        EXPECT_EQ(::listen(socket_.get(), 8), 0);
        EXPECT_EQ(::getsockname(socket_.get(), name, &size), 0);
        port = ntohs(address.sin_port);
    }

    int port = 0;

  private:
    FileDescriptor socket_;
};

class Collect final : public execution::OutputSink {
  public:
    Task<Result<>> write(std::string_view bytes) override {
        text += bytes;
        co_return Result<>{};
    }

    std::string text;
};

Task<Result<execution::ProcessEnd>> run_to_end(
    Executor executor, execution::Command command, Collect& output
) {
    execution::StopToken stop{executor};
    auto running = execution::run_process(std::move(command), {}, output, stop);
    co_return co_await std::move(running);
}

std::string say(execution::Command command) {
    Collect output;
    (void)triphammer::testing::run_task<Result<execution::ProcessEnd>>([&](Executor executor) {
        return run_to_end(executor, std::move(command), output);
    });
    return output.text;
}

}  // namespace

TEST(PackReader, ReadsRefsBeforeTheAnswerOfGit) {
    const auto reader =
        reader_of({"ref " + kTag + " refs/tags/v1\n", "shallow " + kCommit + "\n", "NAK\n"});

    EXPECT_EQ(reader.refs().at("refs/tags/v1"), kTag);
    EXPECT_EQ(reader.shallow(), std::vector<std::string>{kCommit});
    EXPECT_TRUE(reader.has_begun());
}

TEST(PackReader, TakesAPackUponWhatIsThere) {
    EXPECT_TRUE(reader_of({"shallow " + kCommit, "ACK " + kTag + "\n"}).has_begun());
}

TEST(PackReader, RefusesARefWithoutAName) {
    PackReader reader;

    EXPECT_EQ(reader.feed("0007ref").error().code, Code::protocol);
    EXPECT_EQ(PackReader{}.feed("000cref abc\n").error().code, Code::protocol);
}

TEST(PackedRefs, HaveTheBranchHereAndAtTheRemote) {
    EXPECT_EQ(
        refs_of({}, "refs/heads/main"),
        kSorted + kCommit + " refs/heads/main\n" + kCommit + " refs/remotes/origin/main\n"
    );
}

TEST(PackedRefs, TakeTheRunsCommitForItsBranchWhateverTheHostHasNow) {
    const auto sent = reader_of({"ref " + kTag + " refs/remotes/origin/main\n"});

    EXPECT_EQ(refs_of(sent, "refs/heads/main"), refs_of({}, "refs/heads/main"));
}

TEST(PackedRefs, KeepATagThatWasSentAsItIs) {
    const auto sent = reader_of({"ref " + kTag + " refs/tags/v1\n"});

    EXPECT_EQ(refs_of(sent, "refs/tags/v1"), kSorted + kTag + " refs/tags/v1\n");
    EXPECT_EQ(refs_of({}, "refs/tags/v1"), kSorted + kCommit + " refs/tags/v1\n");
}

TEST(PackedRefs, CallAPullRequestAsGitHubsCheckoutDoes) {
    EXPECT_EQ(refs_of({}, "refs/pull/7/merge"), kSorted + kCommit + " refs/remotes/pull/7/merge\n");
}

TEST(Head, IsABranchOrTheCommit) {
    EXPECT_EQ(make_head("refs/heads/a/b", kCommit), "ref: refs/heads/a/b");
    EXPECT_EQ(make_head("refs/tags/v1", kCommit), kCommit);
    EXPECT_EQ(make_head("", kCommit), kCommit);
}

TEST(RemoteConfig, NamesTheRemoteAndWhatTheBranchFollows) {
    const std::string remote =
        "[remote \"origin\"]\n\turl = https://github.com/a/b.git\n"
        "\tfetch = +refs/heads/*:refs/remotes/origin/*\n";

    EXPECT_EQ(make_remote_config("https://github.com/a/b.git", ""), remote);
    EXPECT_EQ(
        make_remote_config("https://github.com/a/b.git", "refs/heads/x#1"),
        remote + "[branch \"x#1\"]\n\tremote = origin\n\tmerge = \"refs/heads/x#1\"\n"
    );
    EXPECT_EQ(make_remote_config("https://github.com/a/b.git", "refs/heads/a\"b"), remote);
    EXPECT_EQ(make_remote_config("", "refs/heads/main"), "");
}

TEST(GitFolder, IsOnTheOverlayWhereThereIsOne) {
    JobFolders folders;
    folders.workspace.outside = "/run/7/work";
    Unpacking unpacking;
    unpacking.place.folder = "/run/7/work/a/b";

    EXPECT_EQ(git_folder(folders, unpacking), "/run/7/work/a/b");
    unpacking.under = Underlay{"/run/7/disk", "/run/7/upper", "/run/7/kept", kCommit};
    EXPECT_EQ(git_folder(folders, unpacking), "/run/7/disk/work/a/b");
    unpacking.place.folder = "/run/7/work";
    EXPECT_EQ(git_folder(folders, unpacking), "/run/7/disk/work");
}

/// The same words outside of the sandbox show that there is something to be reached.
TEST(UnpackSandbox, HasNoNetwork) {
    const triphammer::testing::TempDir folder;
    JobFolders folders;
    for (auto* one : {&folders.workspace, &folders.home, &folders.tmp}) {
        one->outside = folder / std::to_string(reinterpret_cast<std::uintptr_t>(one));
        std::filesystem::create_directories(one->outside);
    }
    const Listener listener;
    execution::Command command;
    command.arguments = {
        "/bin/bash",
        "-c",
        "(exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(listener.port) +
            ") 2>/dev/null && echo reached || echo cut off"};
    command.environment = {"PATH=/usr/bin:/bin"};
    command.directory = "/";
    Unpacking unpacking;
    unpacking.parts = folder / "parts";
    std::filesystem::create_directories(unpacking.parts);
    auto sandbox = make_unpack_sandbox(folders, {}, unpacking);

    const auto outside = say(command);
    command.sandbox = &sandbox;
    const auto inside = say(command);

    EXPECT_EQ(outside, "reached\n");
    EXPECT_EQ(inside, "cut off\n");
}

}  // namespace triphammer::runner
