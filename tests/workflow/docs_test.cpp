// What is shown to people must be readable: the documentation's workflows and those of pipelines/.
#include "base/file.hpp"
#include "workflow/problems.hpp"

#include <gtest/gtest.h>

#include <filesystem>

using namespace triphammer;
using namespace triphammer::workflow;

namespace {

namespace fs = std::filesystem;

const fs::path kRoot{TRIPHAMMER_SOURCE_DIR};

/// The fenced YAML blocks that are whole files.
std::vector<std::string> examples_of(const std::string& markdown) {
    constexpr std::string_view kFence = "```yaml\n";
    std::vector<std::string> out;
    for (auto at = markdown.find(kFence); at != std::string::npos; at = markdown.find(kFence, at)) {
        at += kFence.size();
        const auto text = markdown.substr(at, markdown.find("```", at) - at);
        if (text.find("\njobs:") != std::string::npos) out.push_back(text);
    }
    return out;
}

}  // namespace

TEST(Docs, ExamplesAreWorkflowsWithoutProblems) {
    const auto markdown = read_file(kRoot / "docs/workflows.md", kMaxFileBytes).value();

    const auto examples = examples_of(markdown);

    EXPECT_FALSE(examples.empty());
    for (const auto& text : examples) EXPECT_EQ(problems_of(text), "") << text;
}

TEST(Docs, ReadyMadePipelinesHaveNoErrors) {
    if (!fs::exists(kRoot / "pipelines")) return;
    for (const auto& entry : fs::directory_iterator{kRoot / "pipelines"}) {
        if (entry.path().extension() != ".yml") continue;
        const auto result = read_workflow(
            entry.path().filename().string(), read_file(entry.path(), kMaxFileBytes).value()
        );
        for (const auto& one : result.problems)
            ADD_FAILURE() << to_line(entry.path().string(), one);
    }
}
