#include "runner/hold.hpp"

#include "launcher/held.hpp"
#include "runner/real_runner.hpp"

namespace triphammer::runner {
namespace {

namespace fs = std::filesystem;
using model::JobState;
using testing::a_job;
using testing::a_step;

TEST(ReadHold, TakesADurationOrAnHour) {
    const workflow::expression::Contexts contexts;

    EXPECT_EQ(read_hold({"30m", {}}, contexts).value(), Milliseconds{1'800'000});
    EXPECT_EQ(read_hold({"true", {}}, contexts).value(), Milliseconds{3'600'000});
    EXPECT_FALSE(read_hold({"false", {}}, contexts).value());
    EXPECT_FALSE(read_hold({"", {}}, contexts).value());
    EXPECT_EQ(
        read_hold({"a while", {}}, contexts).error().message,
        "hold-on-failure: 'a while' is no duration"
    );
}

class Hold : public testing::RealRunner {};

TEST_F(Hold, KeepsTheWorkspaceOfAFailedJobAndSaysWhere) {
    auto document = a_job({a_step("echo evidence > result; exit 1")});
    document.job.hold_on_failure.text = "10m";
    start(document);

    const auto end = finish();
    ASSERT_TRUE(attempts_.set_aside(7));

    const auto held = launcher::held_folder(settings_.run, 7);
    EXPECT_TRUE(fs::exists(held / "work" / "result"));
    EXPECT_NE(end.reason.find("cd " + (held / "work").string()), std::string::npos) << end.reason;
}

TEST_F(Hold, KeepsNothingOfAJobThatSucceeded) {
    auto document = a_job({a_step("true")});
    document.job.hold_on_failure.text = "10m";
    start(document);

    finish();
    ASSERT_TRUE(attempts_.set_aside(7));

    EXPECT_FALSE(fs::exists(launcher::held_folder(settings_.run, 7)));
}

}  // namespace
}  // namespace triphammer::runner
