#include "git/upload_pack.hpp"

#include "support/git_server.hpp"
#include "support/run_task.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::git;
using namespace triphammer::testing;

namespace {

struct UploadPack : ::testing::Test {
    TempDir folder;
    GitTree tree{folder / "served", "app"};
    SystemSpawner spawner;
};

Task<Result<>> append(std::string& all, std::string bytes) {
    all += bytes;
    co_return Result<>{};
}

Task<Result<>> refuse() {
    co_return Error{Code::unavailable, "the runner went away"};
}

}  // namespace

TEST_F(UploadPack, SendsTheSourceOfOneCommitThatIndexPackTakes) {
    tree.commit({{"a", "1"}});
    const auto sha = tree.commit({{"b", "2"}});
    tree.git({"commit", "-q", "--amend", "-m", "the branch has left it"});
    tree.git({"push", "-q", "-f", "origin", "HEAD:refs/heads/main"});
    std::string all;
    const OnOutput take = [&](std::string bytes) { return append(all, std::move(bytes)); };

    const auto sent =
        run_task<Result<>>([&](Executor) { return send_source(spawner, tree.bare(), sha, take); });

    ASSERT_TRUE(sent) << sent.error().message;
    const std::string head = "0034shallow " + sha + "00000008NAK\n";
    ASSERT_EQ(all.substr(0, head.size()), head);
    run_git(folder.path(), {"init", "-q", "copy"});
    replace_file(folder / "copy" / ".git" / "shallow", sha + "\n").value();
    replace_file(folder / "pack", std::string_view{all}.substr(head.size())).value();
    run_git(folder / "copy", {"index-pack", "--strict", "-o", "../p.idx", "../pack"});
}

TEST_F(UploadPack, SendsWhatIsLackingOnTopOfACommitThatIsThere) {
    tree.commit({{"a", "1"}, {"b", "1"}});
    const auto have = tree.commit({{"a", "2"}});
    const auto sha = tree.commit({{"a", "1"}, {"b", "2"}});
    std::string all;
    std::string whole;
    const OnOutput take = [&](std::string bytes) { return append(all, std::move(bytes)); };
    const OnOutput take_whole = [&](std::string bytes) { return append(whole, std::move(bytes)); };
    SourceWant want{sha};
    want.have = have;
    SourceWant unknown{sha};
    unknown.have = std::string(40, 'c');

    const auto sent =
        run_task<Result<>>([&](Executor) { return send_source(spawner, tree.bare(), want, take); });
    const auto all_sent = run_task<Result<>>([&](Executor) {
        return send_source(spawner, tree.bare(), unknown, take_whole);
    });

    ASSERT_TRUE(sent && all_sent);
    const std::string head = "0034shallow " + sha + "00000031ACK " + have + "\n";
    ASSERT_EQ(all.substr(0, head.size()), head);
    EXPECT_NE(whole.find("0008NAK\n"), std::string::npos);
    // What is there has no history: "1", the text of `a` before, must come along.
    run_git(folder.path(), {"init", "-q", "shallow"});
    run_git(
        folder / "shallow", {"fetch", "-q", "--depth=1", "file://" + tree.bare().string(), have}
    );
    replace_file(folder / "pack", std::string_view{all}.substr(head.size())).value();
    replace_file(folder / "shallow/.git/shallow", have + "\n" + sha + "\n").value();
    run_git(folder / "shallow", {"-c", "alias.take=!git unpack-objects -q < ../pack", "take"});
    run_git(folder / "shallow", {"fsck", "--connectivity-only", sha});
}

TEST_F(UploadPack, EndsTheSourceWhenNobodyTakesItAndSaysWhatIsMissing) {
    const auto sha = tree.commit({{"a", "1"}});
    const OnOutput turn_away = [](std::string) { return refuse(); };

    const auto sent = run_task<Result<>>([&](Executor) {
        return send_source(spawner, tree.bare(), sha, turn_away);
    });
    const auto missing = run_task<Result<>>([&](Executor) {
        return send_source(spawner, tree.bare(), std::string(40, 'c'), turn_away);
    });

    EXPECT_EQ(sent.error().message, "the runner went away");
    EXPECT_EQ(missing.error().code, Code::not_found);
}
