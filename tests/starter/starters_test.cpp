#include "starter/starters.hpp"

#include "workflow/reader.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::starter;

namespace {

Tree make_tree(std::map<std::string, std::string> files) {
    Tree out;
    for (auto& [path, text] : files) {
        out.paths.insert(path);
        out.texts.emplace(path, std::move(text));
    }
    return out;
}

std::string only_text(const Tree& tree) {
    const auto all = make_starters(tree);
    return all.size() == 1 ? all[0].carried.text : std::to_string(all.size()) + " starters";
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST(Starters, AreNoneForATreeThatNobodyKnows) {
    EXPECT_TRUE(make_starters(make_tree({{"README.md", ""}})).empty());
}

TEST(Starters, LintClean) {
    const auto tree = make_tree(
        {{"pyproject.toml", ""},
         {"package.json", R"({"scripts": {"test": "x", "build": "y"}})"},
         {"go.mod", ""},
         {"CMakeLists.txt", ""},
         {"Dockerfile", ""}}
    );

    const auto all = make_starters(tree);

    ASSERT_EQ(all.size(), 5U);
    for (const auto& one : all) {
        const auto read = workflow::read_workflow(one.file, one.carried.text);
        EXPECT_TRUE(read.workflow && read.problems.empty()) << one.carried.text;
    }
}

TEST(Starters, InstallAPythonProjectAsItsFilesSay) {
    const auto listed = only_text(make_tree({{"requirements.txt", "flask\n"}}));
    const auto packed = only_text(make_tree({{"pyproject.toml", "[project]\n"}}));
    const auto boxed = only_text(make_tree({{"pyproject.toml", ""}, {"tox.ini", "[tox]\n"}}));

    EXPECT_TRUE(has(listed, "pip install -r requirements.txt\n")) << listed;
    EXPECT_FALSE(has(listed, "pip install .\n")) << listed;
    EXPECT_TRUE(has(packed, "pip install .\n")) << packed;
    EXPECT_TRUE(has(boxed, "python -m tox\n")) << boxed;
    EXPECT_FALSE(has(boxed, "pytest")) << boxed;
}

TEST(Starters, UseTheLockFileAndTheScriptsOfANodeProject) {
    const auto text = only_text(make_tree(
        {{"package.json", R"({"scripts": {"test": "jest", "start": "x"}})"}, {"yarn.lock", ""}}
    ));

    EXPECT_TRUE(has(text, "yarn install --frozen-lockfile\n")) << text;
    EXPECT_TRUE(has(text, "npm run test\n")) << text;
    EXPECT_FALSE(has(text, "npm run build")) << text;
    EXPECT_FALSE(has(text, "npm run start")) << text;
}

TEST(Starters, StandABrokenPackageFile) {
    const auto text = only_text(make_tree({{"package.json", "{"}}));

    EXPECT_TRUE(has(text, "npm install\n")) << text;
}

TEST(Starters, CarryGithubsWorkflowsAndJenkinsfilesOver) {
    const auto tree = make_tree(
        {{".github/workflows/ci.yml",
          "on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: make }] } }\n"},
         {"Jenkinsfile",
          "pipeline {\n agent any\n stages {\n  stage('a') { steps { sh 'make' } }\n }\n}\n"}}
    );

    const auto all = carry_over(tree, {});

    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].source, ".github/workflows/ci.yml");
    EXPECT_EQ(all[0].file, "ci.yml");
    EXPECT_EQ(all[0].origin, Origin::github);
    EXPECT_EQ(all[1].file, "jenkinsfile.yml");
    EXPECT_EQ(all[1].origin, Origin::jenkins);
    EXPECT_TRUE(has(all[1].carried.text, "make")) << all[1].carried.text;
}

TEST(Starters, NameTheJobsThatDeploy) {
    const auto tree = make_tree(
        {{".github/workflows/go.yml",
          "on: push\n"
          "jobs:\n"
          "  test: { runs-on: ubuntu-latest, steps: [{ run: make }] }\n"
          "  live: { runs-on: ubuntu-latest, environment: production, steps: [{ run: ./go }] }\n"
          "  ecs:\n"
          "    runs-on: ubuntu-latest\n"
          "    steps:\n"
          "      - uses: aws-actions/amazon-ecs-deploy-task-definition@v2\n"
          "        with: { task-definition: t.json }\n"}}
    );

    const auto all = carry_over(tree, {});

    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].deploying, (std::vector<std::string>{"live", "ecs"}));
}
