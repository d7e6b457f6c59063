#include "workflow/schema/unsupported.hpp"

#include "base/file.hpp"
#include "workflow/problems.hpp"

#include <gtest/gtest.h>

#include <filesystem>

using namespace triphammer;
using namespace triphammer::workflow;

namespace {

struct Example {
    std::string feature;
    std::string text;
};

std::string in_steps_job(const std::string& key) {
    return with_job("{ runs-on: host, " + key + ", steps: [{ run: x }] }");
}

std::string deploy(const std::string& key) {
    return with_job("{ deploy: { to: container, service: a, image: b, " + key + " } }");
}

std::vector<Example> examples() {
    return {
        {"on.issues", "on: issues" + with_step("run: x").substr(8)},
        {"on.schedule",
         "on: { schedule: [{ cron: '0 0 * * *' }] }" + with_step("run: x").substr(8)},
        {"concurrency", "concurrency: a\n" + with_step("run: x")},
        {"jobs.strategy", in_steps_job("strategy: { matrix: { a: [1] } }")},
        {"jobs.services", in_steps_job("services: { a: { image: b } }")},
        {"jobs.concurrency", in_steps_job("concurrency: a")},
        {"jobs.container.ports", in_steps_job("container: { image: a, ports: [80] }")},
        {"jobs.uses", with_job("{ uses: ./a.yml }")},
        {"jobs.approve", with_job("{ approve: { by: [a] } }")},
        {"steps.uses.self", with_step("{ uses: $/a }")},
        {"jobs.services", in_steps_job("services: '${{ fromJSON(vars.x) }}'")},
        {"jobs.strategy", in_steps_job("strategy: '${{ fromJSON(vars.x) }}'")},
        {"jobs.env", in_steps_job("env: '${{ fromJSON(vars.x) }}'")},
        {"jobs.runs-on.group", with_job("{ runs-on: { group: a }, steps: [{ run: x }] }")},
        {"jobs.runs-on.labels", with_job("{ runs-on: { labels: [a] }, steps: [{ run: x }] }")},
        {"jobs.uses.remote", with_job("{ uses: a/b/.github/workflows/c.yml@v1 }")},
        {"actions/checkout",
         with_step("{ uses: actions/checkout@v4, with: { github-server-url: x } }")},
        {"actions/setup-node",
         with_step("{ uses: actions/setup-node@v4, with: { architecture: arm64 } }")},
        {"docker/build-push-action.secrets",
         with_step("{ uses: docker/build-push-action@v6, with: { secrets: 'A=${{ secrets.A }}' } }"
         )},
        {"docker/build-push-action.ssh",
         with_step("{ uses: docker/build-push-action@v6, with: { ssh: default } }")},
        {"image.secrets", with_job("{ image: { tags: a, secrets: [b] } }")},
        {"deploy.ecs.recreate",
         with_job("{ deploy: { to: ecs, service: a, image: b, strategy: recreate } }")},
        {"deploy.swarm.canary",
         with_job("{ deploy: { to: swarm, service: a, image: b, strategy: canary } }")},
        {"deploy.strategy.rolling", deploy("strategy: rolling")},
        {"deploy.strategy.canary", deploy("strategy: canary")},
        {"deploy.strategy.linear", deploy("strategy: linear")},
        {"deploy.replicas", deploy("replicas: 2")},
        {"deploy.volumes.host", deploy("volumes: ['/etc:/etc']")},
        {"deploy.volumes.host", deploy("volumes: ./data:/data")},
    };
}

}  // namespace

// Whoever makes a thing work removes its line in the table; then this says that it is read.
TEST(Unsupported, ALineOfTheTableIsAnErrorByName) {
    for (const auto& one : examples()) {
        const auto problems = problems_of(one.text);
        const bool is_listed = find_unsupported(one.feature) != nullptr;
        EXPECT_EQ(problems.find("unsupported") != std::string::npos, is_listed) << one.feature;
        EXPECT_EQ(language_problems_of(one.text), "") << one.feature;
    }
}

TEST(Unsupported, TheDocumentationNamesEveryLineAndNoOther) {
    const std::filesystem::path root{TRIPHAMMER_SOURCE_DIR};
    auto text = read_file(root / "docs/workflows.md", kMaxFileBytes).value();
    text = text.substr(text.find("## Not supported yet"));
    for (const auto& one : examples()) {
        if (find_unsupported(one.feature) != nullptr) continue;
        EXPECT_EQ(text.find("| `" + one.feature + "`"), std::string::npos)
            << one.feature << " is done: remove it from docs/workflows.md, 'Not supported yet'";
    }
    for (const auto& one : list_unsupported()) {
        EXPECT_NE(text.find("`" + std::string{one.feature} + "`"), std::string::npos)
            << one.feature << " is missing in docs/workflows.md, 'Not supported yet'";
    }
}
