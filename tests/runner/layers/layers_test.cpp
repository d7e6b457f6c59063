#include "base/file.hpp"
#include "runner/layers/mount.hpp"
#include "runner/layers/tend.hpp"
#include "runner/layers/workshop.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace triphammer::runner {
namespace {

namespace fs = std::filesystem;
using Layers = testing::LayerTest;

/// What a checkout does, and the workspace then.
constexpr const char* kMove =
    "find disk/tree -mindepth 1 -maxdepth 1 -exec mv -t disk/work -- {} +; cd work\n";

TEST_F(Layers, AreTheFilesOfACommitAsGitWritesThem) {
    const auto first = commit({{"a.txt", "a\n"}, {"dir/b.sh", "b\n"}});
    sh("cd " + repository_.string() +
       "; chmod +x dir/b.sh; ln -s a.txt link; git add -A; "
       "git commit -q -m more");

    const auto second = commit({{"c.txt", "c\n"}});
    const auto tree = make("1", second);

    EXPECT_NE(first, second);
    EXPECT_EQ(read_file(tree / "a.txt", 10).value(), "a\n");
    EXPECT_EQ(fs::read_symlink(tree / "link"), "a.txt");
    EXPECT_EQ(fs::status(tree / "dir/b.sh").permissions(), fs::perms{0755});

    struct stat status {};

    EXPECT_EQ(::stat((tree / "a.txt").c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, kLayerUser);
    EXPECT_FALSE(fs::exists(layers_folder(run_) / "new"));
}

TEST_F(Layers, BecomeTheWorkspaceByARename) {
    make("1", commit({{"a.txt", "a\n"}, {"dir/b.txt", "b\n"}}));

    const auto said = in_attempt(
        "1",
        std::string{kMove} +
            "cat a.txt dir/b.txt; stat -c %u a.txt dir/b.txt; id -u; ls -A ../disk/tree"
    );

    const auto user = std::to_string(testing::user_of(1)) + "\n";
    EXPECT_EQ(said, "a\nb\n" + user + user + user);
}

TEST_F(Layers, AreNeverChangedByWhoRestsOnThem) {
    const auto tree =
        make("1", commit({{"a.txt", "a\n"}, {"dir/b.txt", "b\n"}, {"dir/c.txt", "c\n"}}));
    const auto look =
        "cd " + tree.string() +
        "; find . -exec stat -c '%n %A %u %s %Y %Z' {} +; find . -type f -exec sha256sum {} +";
    const auto before = sh(look);

    const auto spoiled = in_attempt(
        "1",
        std::string{kMove} +
            "set -e; echo spoiled > a.txt; chmod 777 dir/b.txt; rm dir/c.txt; mkdir more; "
            "echo spoiled > .git/config; rm -rf .git/objects; touch -d 2001-01-01 dir; mv dir "
            "other; "
            "ln other/b.txt hard; echo spoiled >> hard; echo done"
    );
    const auto next = in_attempt("1", std::string{kMove} + "cat a.txt dir/*; git fsck && ls");

    EXPECT_EQ(spoiled, "done\n");
    EXPECT_EQ(next, "a\nb\nc\na.txt\ndir\n");
    EXPECT_EQ(sh(look), before);
}

TEST_F(Layers, CanBeWrittenToOnlyThroughTheOverlay) {
    make("1", commit({{"a.txt", "a\n"}}));

    const auto said = in_attempt(
        "1",
        "ls -A lower; cd " + layers_folder(run_).string() +
            " 2>/dev/null || echo closed; "
            "cd ..; ls upper 2>/dev/null"
    );

    EXPECT_NE(said.find("'lower': Permission denied"), std::string::npos) << said;
    EXPECT_NE(said.find("closed\n"), std::string::npos) << said;
}

TEST_F(Layers, AreOfOnePoolAlone) {
    make("1.fork", commit({{"a.txt", "a\n"}}));

    EXPECT_EQ(in_attempt("1", "ls"), "no layer\n");
    EXPECT_EQ(in_attempt("1.fork", "ls disk/tree"), "a.txt\n");
}

TEST_F(Layers, AreSharedByAttemptsAtOneTime) {
    make("1", commit({{"a.txt", "a\n"}}));
    const auto fifo = (run_ / "fifo").string();
    sh("mkfifo -m 666 " + fifo + "; chmod 755 " + run_.string());

    const auto pid = ::fork();
    if (pid == 0) {
        in_attempt(
            "1",
            std::string{kMove} + "echo first > a.txt; echo > " + fifo + "; cat " + fifo +
                "; cat a.txt"
        );
        ::_exit(read_file(run_ / "1/said", 100).value() == "over\nfirst\n" ? 0 : 1);
    }
    attempts_ = 1;
    sh("cat " + fifo);
    const auto second =
        in_attempt("1", std::string{kMove} + "cat a.txt; echo second > a.txt; cat a.txt");
    sh("echo over > " + fifo);
    int status = 0;
    ::waitpid(pid, &status, 0);

    EXPECT_EQ(second, "a\nsecond\n");
    EXPECT_EQ(status, 0);
}

TEST_F(Layers, AreCleanForGitAtOnce) {
    make("1", commit({{"a.txt", "a\n"}, {"dir/b.txt", "b\n"}}));

    const auto said = in_attempt(
        "1",
        std::string{kMove} +
            "git config core.checkStat minimal; git read-tree --reset -u HEAD; git diff-files "
            "--name-only; "
            "git diff-index --name-only HEAD; git status --porcelain; git rev-parse HEAD; echo "
            "$base"
    );

    const auto head = said.substr(0, said.find('\n') + 1);
    EXPECT_EQ(said, head + head);
    EXPECT_EQ(head.size(), 41U);
}

TEST_F(Layers, GoOnFromTheOneBefore) {
    const auto first = commit({{"a.txt", "a\n"}, {"b.txt", "b\n"}});
    const auto tree = make("1", first);
    const auto second = commit({{"a.txt", "changed\n"}, {"b.txt", ""}});
    const auto seed_folder = seed("1", second, first);

    const auto too_soon = make_layer(run_, seed_folder);
    sh("touch -d '1 hour ago' " + tree.parent_path().parent_path().string());
    const auto made = make_layer(run_, seed_folder);

    ASSERT_FALSE(too_soon);
    EXPECT_EQ(too_soon.error().code, Code::conflict);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(
        in_attempt("1", std::string{kMove} + "ls; cat a.txt; git log --format=%H"),
        "a.txt\nchanged\n" + second + "\n"
    );
}

TEST_F(Layers, AreThereAsAWholeOrNotAtAll) {
    const auto id = commit({{"a.txt", "a\n"}});
    const auto broken = seed("1", id);
    sh("truncate -s -10 " + (broken / "pack").string());
    fs::create_directories(layers_folder(run_) / "new/made/files/tree");
    ASSERT_TRUE(
        replace_file(layers_folder(run_) / "new/made/files/tree/left", "by one that was killed")
    );

    const auto made = make_layer(run_, broken);

    EXPECT_FALSE(made);
    EXPECT_EQ(in_attempt("1", "ls"), "no layer\n");
    EXPECT_FALSE(fs::exists(layers_folder(run_) / "new"));
    EXPECT_FALSE(fs::exists(make("1", id) / "left"));
}

TEST_F(Layers, AreOfTheCommitThatTheirNameSays) {
    const auto first = commit({{"a.txt", "a\n"}});
    const auto second = commit({{"a.txt", "b\n"}});
    const auto lie = seed("1", first);
    ASSERT_TRUE(
        replace_file(lie / "seed.json", R"({"pool":"1","commit":")" + second + R"(","base":""})")
    );

    EXPECT_FALSE(make_layer(run_, lie));
    EXPECT_EQ(make_layer(run_, seed("../1", first)).error().code, Code::invalid);

    EXPECT_FALSE(find_layer(run_, "1"));
}

TEST_F(Layers, StayWhileSomebodyRestsOnThem) {
    make("1", commit({{"a.txt", "a\n"}}));
    make("2", commit({{"a.txt", "b\n"}}));
    make("3", commit({{"a.txt", "c\n"}}));
    auto held = find_layer(run_, "1");
    find_layer(run_, "3");
    LayerBounds one;
    one.most = 1;

    prune_layers(run_, one);
    EXPECT_TRUE(find_layer(run_, "1"));
    EXPECT_FALSE(find_layer(run_, "2"));

    held.reset();
    prune_layers(run_, LayerBounds{0, 0});
    EXPECT_FALSE(find_layer(run_, "1"));
    EXPECT_FALSE(find_layer(run_, "3"));
    EXPECT_FALSE(fs::exists(layers_folder(run_) / "old"));
}

TEST_F(Layers, OfAnEarlierStartOfTheMachineAreRemoved) {
    make("1", commit({{"a.txt", "a\n"}}));
    fs::create_directories(layers_folder(run_) / "another-start/1/x/files/tree");

    prune_layers(run_, LayerBounds{});

    EXPECT_FALSE(fs::exists(layers_folder(run_) / "another-start"));
    EXPECT_TRUE(find_layer(run_, "1"));
}

TEST_F(Layers, AreMadeOfAllSeedsOneAfterTheOther) {
    const auto first = seed("1", commit({{"a.txt", "a\n"}}));
    const auto second = seed("2", commit({{"a.txt", "b\n"}}));
    fs::create_directories(layers_folder(run_) / "seeds");
    fs::rename(first, layers_folder(run_) / "seeds/1");
    fs::rename(second, layers_folder(run_) / "seeds/2");

    EXPECT_EQ(tend_layers(run_), 0);

    EXPECT_TRUE(find_layer(run_, "1"));
    EXPECT_TRUE(find_layer(run_, "2"));
    EXPECT_TRUE(fs::is_empty(layers_folder(run_) / "seeds"));
}

TEST_F(Layers, LeaveNoMountBehindWhateverEndsTheAttempt) {
    make("1", commit({{"a.txt", "a\n"}}));

    in_attempt("1", "kill -9 $$");

    EXPECT_TRUE(fs::is_empty(run_ / "1/disk"));
    EXPECT_TRUE(fs::is_empty(run_ / "1/work"));
    EXPECT_TRUE(fs::is_empty(run_ / "1/lower"));
    const auto mounts = sh("cat /proc/self/mountinfo");
    EXPECT_EQ(mounts.find(run_.string()), std::string::npos);
}

/// In a process of its own, because it gives its rights away.
TEST_F(Layers, AreOfNoUseWithoutRoot) {
    make("1", commit({{"a.txt", "a\n"}}));
    fs::create_directories(run_ / "1/work");

    const auto pid = ::fork();
    if (pid == 0) {
        if (::setresuid(65534, 65534, 65534) != 0) ::_exit(2);
        const auto layer = mount_layer(run_ / "1", run_, "1");
        ::_exit(layer && !*layer ? 0 : 1);
    }
    int status = -1;
    ::waitpid(pid, &status, 0);

    EXPECT_EQ(status, 0);
    EXPECT_FALSE(fs::exists(run_ / "1/disk"));
}

}  // namespace
}  // namespace triphammer::runner
