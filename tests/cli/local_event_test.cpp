#include "cli/local_event.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::cli;

namespace {

git::TreeSnapshot a_tree() {
    git::TreeSnapshot tree;
    tree.root = "/home/me/shop";
    tree.sha = std::string(40, 'a');
    tree.parent = std::string(40, 'b');
    tree.ref = "refs/heads/dev";
    tree.message = "a change";
    tree.author = "A Person";
    tree.default_branch = "main";
    return tree;
}

model::Trigger waits_for(const std::string& event, std::vector<std::string> types = {}) {
    model::Trigger trigger;
    trigger.event = event;
    trigger.types = std::move(types);
    return trigger;
}

}  // namespace

TEST(EventName, ThatIsWrittenWronglyIsAnsweredWithTheNearest) {
    EXPECT_TRUE(check_event_name("push"));
    EXPECT_EQ(
        check_event_name("psuh").error().message, "unknown event 'psuh'; did you mean 'push'?"
    );
    EXPECT_EQ(check_event_name("breakfast").error().message, "unknown event 'breakfast'");
}

TEST(LocalEvent, KnowsTheRepositoryByItsRemote) {
    auto tree = a_tree();
    EXPECT_EQ(repository_of(tree), "local/shop");

    for (const char* origin :
         {"https://github.com/me/app.git",
          "git@github.com:me/app.git",
          "ssh://git@host:22/me/app"}) {
        tree.origin = origin;
        EXPECT_EQ(repository_of(tree), "me/app") << origin;
    }
}

TEST(LocalEvent, IsAPushOfTheTree) {
    const auto event = make_event(a_tree(), waits_for("push"), {});

    EXPECT_EQ(event.name, "push");
    EXPECT_EQ(event.ref, "refs/heads/dev");
    EXPECT_EQ(event.branch, "dev");
    EXPECT_EQ(event.sha, std::string(40, 'a'));
    EXPECT_EQ(event.before, std::string(40, 'b'));
}

TEST(LocalEvent, IsAPullRequestToTheDefaultBranch) {
    const auto event = make_event(a_tree(), waits_for("pull_request", {"synchronize"}), {});

    EXPECT_EQ(event.action, "synchronize");
    ASSERT_TRUE(event.pull_request);
    EXPECT_EQ(event.pull_request->head_ref, "dev");
    EXPECT_EQ(event.pull_request->base_ref, "main");
    EXPECT_FALSE(event.pull_request->from_fork);
}

TEST(LocalEvent, CarriesInputs) {
    const auto event =
        make_event(a_tree(), waits_for("workflow_dispatch"), {{"who", "you \"there\""}});

    EXPECT_EQ(event.inputs_json, R"({"who":"you \"there\""})");
}

TEST(LocalEvent, DoesNotObeyTheSkipMarkerOfACommitThatSomebodyRuns) {
    auto tree = a_tree();
    tree.message = "quick [skip ci]";

    EXPECT_EQ(make_event(tree, waits_for("push"), {}).message, "");
}

TEST(LocalEvent, ThatIsMeantIsPushFirst) {
    model::Workflow workflow;
    EXPECT_EQ(choose_trigger(workflow), nullptr);

    workflow.triggers = {waits_for("issues"), waits_for("workflow_dispatch"), waits_for("push")};
    EXPECT_EQ(choose_trigger(workflow)->event, "push");

    workflow.triggers.resize(1);
    EXPECT_EQ(choose_trigger(workflow)->event, "issues");
}
