#include "git/child.hpp"

#include "support/run_task.hpp"

#include <gtest/gtest.h>

namespace triphammer::git {
namespace {

using triphammer::testing::run_task;

Task<Result<>> append(std::string& out, std::string bytes) {
    out += bytes;
    co_return Result<>{};
}

/// What `git hash-object --stdin` says of it.
Result<std::string> hash_by_git(const std::string& input) {
    SystemSpawner spawner;
    std::string out;
    ChildRequest request;
    request.arguments = {"hash-object", "--stdin"};
    request.input = input;
    const OnOutput take = [&out](std::string bytes) { return append(out, std::move(bytes)); };
    const auto end =
        run_task<Result<ChildEnd>>([&](Executor) { return run_child(spawner, request, take); });
    if (!end) return end.error();
    return out;
}

}  // namespace

TEST(GitChild, TakesMoreInputThanAPipeBeginsWith) {
    EXPECT_EQ(hash_by_git("").value(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\n");
    EXPECT_EQ(
        hash_by_git(std::string(1'000'000, 'a')).value(),
        "de1fbf0c2f34f67f01f355f31ed0cf7319643c5e\n"
    );
}

TEST(GitChild, SaysThatAnInputIsTooLarge) {
    EXPECT_EQ(hash_by_git(std::string(1'100'000, 'a')).error().code, Code::too_large);
}

}  // namespace triphammer::git
