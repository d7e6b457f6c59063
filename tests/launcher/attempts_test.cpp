#include "launcher/attempts.hpp"

#include "launcher/attempt_users.hpp"
#include "launcher/layer_keeper.hpp"
#include "launcher/start_line.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <set>

namespace triphammer::launcher {
namespace {

namespace fs = std::filesystem;
using triphammer::testing::TempDir;

/// An attempt that ended and left some files.
fs::path leave_folder(const fs::path& run, const char* fence) {
    const auto folder = run / fence;
    fs::create_directories(folder / "work" / "inner");
    EXPECT_TRUE(replace_file(folder / "work" / "inner" / "file", "left", 0600));
    return folder;
}

TEST(LauncherAttempts, AreNoLongerListedOnceTheyAreSetAside) {
    const TempDir run;
    Settings settings;
    settings.run = run.path();
    const Attempts attempts{settings};
    const auto folder = leave_folder(run.path(), "7");
    leave_folder(run.path(), "8");

    ASSERT_TRUE(attempts.set_aside(7));

    ASSERT_EQ(attempts.list().size(), 1U);
    EXPECT_EQ(attempts.list()[0].fence, 8);
    EXPECT_FALSE(fs::exists(folder));
    EXPECT_TRUE(attempts.has_aside());
    EXPECT_TRUE(attempts.set_aside(7)) << "a second time is no error";
}

TEST(LauncherAttempts, LeaveTheirSeedsToBeMadeLayersOf) {
    const TempDir run;
    Settings settings;
    settings.run = run.path();
    const Attempts attempts{settings};
    fs::create_directories(leave_folder(run.path(), "7") / kSeed);

    EXPECT_FALSE(has_seeds(run.path()));
    ASSERT_TRUE(attempts.set_aside(7));

    EXPECT_TRUE(has_seeds(run.path()));
    EXPECT_TRUE(fs::exists(run / "layers" / "seeds" / "7"));
    EXPECT_EQ(fs::status(run / "layers").permissions(), fs::perms{0700});
}

TEST(LauncherAttempts, OfAnotherContainerAreKilledByItsKeeper) {
    const TempDir run;
    Settings settings;
    settings.run = fs::canonical(run.path());
    const Attempts attempts{settings};
    leave_folder(run.path(), "7");
    // Its pid says nothing here: another process has that number.
    ASSERT_TRUE(replace_file(run.path() / "7" / "lock", std::to_string(::getppid())));
    const auto word = run.path() / "7.signal";
    auto lock = lock_file(run.path() / "7" / "lock");

    attempts.kill(7);

    EXPECT_EQ(read_file(word, 16).value(), "KILL");
    EXPECT_EQ(::kill(::getppid(), 0), 0);
    *lock = FileDescriptor{};
    ASSERT_TRUE(attempts.set_aside(7));
    EXPECT_FALSE(fs::exists(word));
    attempts.kill(8);
    EXPECT_FALSE(fs::exists(run.path() / "8.signal")) << "nobody lives there";
}

TEST(LauncherAttempts, LeaveNoFileBehind) {
    const TempDir run;
    Settings settings;
    settings.run = run.path();
    const Attempts attempts{settings};
    for (const char* fence : {"1", "2", "3"}) leave_folder(run.path(), fence);
    for (const std::int64_t fence : {1, 2, 3}) ASSERT_TRUE(attempts.set_aside(fence));

    ASSERT_TRUE(attempts.remove_aside());

    EXPECT_FALSE(attempts.has_aside());
    EXPECT_TRUE(attempts.remove_aside()) << "nothing to do is no error";
    for (const auto& entry : fs::recursive_directory_iterator{run.path()}) {
        EXPECT_TRUE(entry.is_directory()) << entry.path();
    }
}

uid_t owner_of(const fs::path& path) {
    struct stat status {};

    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_uid;
}

TEST(LauncherAttempts, GiveTheFoldersOfEachToTwoUsersOfItsOwn) {
    if (::geteuid() != 0) return SUCCEED();
    const TempDir run;
    Settings settings;
    settings.run = run.path();
    settings.runner_program = "/bin/true";
    Attempts attempts{settings};
    for (const std::int64_t fence : {7, 8}) {
        Request request;
        request.fence = fence;
        auto runner = attempts.start(request);
        ASSERT_TRUE(runner) << runner.error().message;
        runner->wait();
    }

    for (const auto* fence : {"7", "8"}) {
        const auto users = users_of(run.path(), *fence - '0');
        for (const char* name : {"work", "temp", "home", "tmp"}) {
            EXPECT_EQ(owner_of(run.path() / fence / name), users.steps) << fence << name;
        }
        EXPECT_EQ(owner_of(run.path() / fence), users.runner);
    }
    EXPECT_EQ(owner_of(run.path() / "7" / "runner.log"), 0U);
}

TEST(LauncherAttempts, HaveUsersThatNoOtherAttemptHas) {
    std::set<uid_t> seen;
    for (const auto* run : {"/run/triphammer", "/srv/other"}) {
        for (std::int64_t fence = 1; fence <= 100; ++fence) {
            const auto users = users_of(run, fence);
            EXPECT_TRUE(is_steps(users.steps) && !is_runner(users.steps));
            EXPECT_TRUE(is_runner(users.runner) && !is_steps(users.runner));
            EXPECT_TRUE(seen.insert(users.steps).second);
            EXPECT_TRUE(seen.insert(users.runner).second);
        }
    }
}

}  // namespace
}  // namespace triphammer::launcher
