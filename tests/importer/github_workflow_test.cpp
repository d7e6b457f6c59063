#include "importer/github_workflow.hpp"

#include <gtest/gtest.h>

using namespace triphammer::importer;

namespace {

constexpr const char* kSource =
    "on: push\n"
    "jobs:\n"
    "  a:\n"
    "    runs-on: ubuntu-latest\n"
    "    steps:\n"
    "      - uses: actions/checkout@v4\n"
    "      - name: Say\n"
    "        uses: someone/say/loudly@v2\n"
    "        # - uses: other/thing@v1\n"
    "      - run: make\n";
const std::string kCommit(40, 'a');

}  // namespace

TEST(GithubWorkflow, FindsRemoteActionsThatAreNotOurs) {
    const auto actions = find_remote_actions(kSource);

    ASSERT_EQ(actions.size(), 1U);
    EXPECT_EQ(actions[0].repository, "someone/say");
    EXPECT_EQ(actions[0].ref, "v2");
}

TEST(GithubWorkflow, PinsAnActionAndSaysSo) {
    const auto imported = import_workflow("w.yml", kSource, {{"someone/say/loudly@v2", kCommit}});

    EXPECT_NE(
        imported.text.find("uses: someone/say/loudly@" + kCommit + "  # v2\n"), std::string::npos
    );
    ASSERT_FALSE(imported.remarks.empty());
    EXPECT_EQ(imported.remarks[0].at.first, 8);
    EXPECT_EQ(imported.remarks[0].kind, Remark::Kind::changed);
}

TEST(GithubWorkflow, AnActionWithoutACommitIsLeft) {
    const auto imported = import_workflow("w.yml", kSource, {});

    EXPECT_EQ(imported.text, kSource);
    ASSERT_EQ(imported.remarks.size(), 1U);
    EXPECT_EQ(imported.remarks[0].kind, Remark::Kind::left);
    EXPECT_EQ(imported.lines - imported.carried, 1);
}

TEST(GithubWorkflow, EveryLineThatLintRefusesIsNamedWithItsRemedy) {
    const auto imported = import_workflow(
        "w.yml",
        "on: push\n"
        "jobs:\n"
        "  a:\n"
        "    runs-on: host\n"
        "    enviroment: production\n"
        "    steps:\n"
        "      - run: echo ${{ github.head_ref }}\n"
        "        shel: bash\n",
        {}
    );

    std::string shown;
    for (const auto& remark : imported.remarks) {
        EXPECT_EQ(remark.kind, Remark::Kind::left);
        EXPECT_EQ(remark.message.find("lint refuses it: "), 0U) << remark.message;
        EXPECT_NE(remark.remedy, "") << remark.message;
        shown += std::to_string(remark.at.first) + " ";
    }
    EXPECT_EQ(shown, "5 7 8 ");
    EXPECT_EQ(imported.lines - imported.carried, 3);
}
