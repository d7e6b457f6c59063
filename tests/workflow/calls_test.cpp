#include "workflow/checks/calls.hpp"

#include "workflow/problems.hpp"

#include <gtest/gtest.h>

#include <map>

using namespace triphammer;
using namespace triphammer::workflow;

namespace {

/// Files by name, read with everything that is not supported yet allowed.
class Files {
  public:
    void add(const std::string& name, const std::string& text) {
        ReadOptions options;
        options.allow = {"unsupported"};
        auto result = read_workflow(name, text, options);
        ASSERT_TRUE(result.workflow) << name << ": " << problems_of(text, options);
        files_["./" + name] = std::move(*result.workflow);
    }

    std::vector<model::Problem> check(
        const std::string& name, const std::vector<std::string>& allow = {}
    ) const {
        const auto find = [this](const model::Workflow&, const std::string& uses) {
            const auto found = files_.find(uses);
            return found == files_.end() ? nullptr : &found->second;
        };
        return check_calls(files_.at("./" + name), find, allow);
    }

    std::string problems(const std::string& name) const {
        std::string out;
        for (const auto& one : check(name)) {
            if (!out.empty()) out += ", ";
            out += std::to_string(one.at.line) + " " + one.code;
        }
        return out;
    }

  private:
    std::map<std::string, model::Workflow> files_;
};

std::string called(const std::string& interface, const std::string& more = "") {
    return "on: { workflow_call: " + interface + " }\n" + more +
           "jobs: { j: { runs-on: host, steps: [{ run: x }] } }\n";
}

std::string caller(const std::string& keys, const std::string& more = "") {
    return "on: push\n" + more + "jobs:\n  c: { uses: ./a.yml, " + keys + " }\n";
}

}  // namespace

// reuse-workflows, workflow-syntax#jobsjob_idwith and #jobsjob_idsecrets
TEST(Calls, InputsAndSecretsFit) {
    Files files;
    files.add(
        "a.yml",
        called("{ inputs: { who: { type: string, required: true }, n: { type: number } }, "
               "secrets: { token: { required: true } } }")
    );
    files.add("good.yml", caller("with: { who: me, n: 1 }, secrets: inherit"));
    files.add(
        "dynamic.yml", caller("with: { who: me, n: '${{ vars.n }}' }, secrets: { TOKEN: x }")
    );
    files.add("bad.yml", caller("with: { whom: me, n: many }, secrets: { tokn: x }"));

    EXPECT_EQ(files.problems("good.yml"), "");
    EXPECT_EQ(files.problems("dynamic.yml"), "");
    EXPECT_EQ(
        files.problems("bad.yml"),
        "3 missing-input, 3 missing-secret, 3 unknown-input, 3 wrong-type, 3 unknown-secret"
    );
}

TEST(Calls, WorkflowsThatCannotBeCalledAreNamed) {
    Files files;
    files.add("a.yml", with_step("run: x"));
    files.add("b.yml", caller("name: B"));

    EXPECT_EQ(files.problems("b.yml"), "3 not-callable");
}

TEST(Calls, PermissionsOnlyShrink) {
    Files files;
    files.add("a.yml", called("", "permissions: { contents: write }\n"));
    files.add("all.yml", caller("name: B", "permissions: write-all\n"));
    files.add("silent.yml", caller("name: B"));
    files.add("less.yml", caller("permissions: { contents: read }"));

    EXPECT_EQ(files.problems("all.yml"), "");
    EXPECT_EQ(files.problems("silent.yml"), "");
    EXPECT_EQ(files.problems("less.yml"), "3 permissions");
}

TEST(Calls, FourLevelsAndNoCycles) {
    const auto link = [](const std::string& next) {
        return "on: workflow_call\njobs: { c: { uses: ./" + next + " } }\n";
    };
    Files files;
    files.add("top.yml", caller("name: T"));
    files.add("a.yml", link("b.yml"));
    files.add("b.yml", link("c.yml"));
    files.add("c.yml", called(""));
    EXPECT_EQ(files.problems("top.yml"), "");

    files.add("c.yml", link("d.yml"));
    files.add("d.yml", called(""));
    EXPECT_EQ(files.problems("top.yml"), "3 call-depth");

    files.add("b.yml", link("a.yml"));
    EXPECT_EQ(files.problems("top.yml"), "3 call-cycle");
}

TEST(Calls, WhatIsAllowedIsAWarning) {
    Files files;
    files.add("a.yml", called("{ inputs: { who: { type: string, required: true } } }"));
    files.add("b.yml", caller("name: B"));

    ASSERT_EQ(files.check("b.yml").size(), 1U);
    EXPECT_EQ(files.check("b.yml")[0].severity, model::Problem::Severity::error);
    EXPECT_EQ(
        files.check("b.yml", {"missing-input"})[0].severity, model::Problem::Severity::warning
    );
}

TEST(Calls, TheCallsOfCalledWorkflowsAreLookedAtToo) {
    Files files;
    files.add("a.yml", "on: workflow_call\njobs: { c: { uses: ./b.yml } }\n");
    files.add("b.yml", called("{ inputs: { who: { type: string, required: true } } }"));
    files.add("top.yml", caller("name: T"));

    const auto problems = files.check("top.yml");

    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].at.line, 3);
    EXPECT_EQ(problems[0].message, "a.yml: './b.yml' needs the input 'who'");
}

TEST(Calls, AnOutputThatTheCalledWorkflowDoesNotHaveIsEmpty) {
    Files files;
    files.add("a.yml", called("{ outputs: { made: { value: '${{ jobs.j.outputs.x }}' } } }"));
    const auto reader = [](const std::string& name) {
        return caller("name: B") + "  d:\n    needs: c\n    runs-on: host\n    steps:\n" +
               "      - run: echo ${{ needs.c.outputs." + name + " }}\n";
    };
    files.add("good.yml", reader("made"));
    files.add("bad.yml", reader("mode"));

    EXPECT_EQ(files.problems("good.yml"), "");
    const auto problems = files.check("bad.yml");
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].at.line, 8);
    EXPECT_EQ(problems[0].severity, model::Problem::Severity::warning);
    EXPECT_EQ(problems[0].message, "'./a.yml' has no output 'mode': it is empty");
    EXPECT_NE(problems[0].hint.find("made"), std::string::npos);
}

TEST(Calls, ManyCallsOfManyCallsHaveAnEnd) {
    const auto many = [](const std::string& next) {
        std::string jobs;
        for (int i = 0; i < 20; ++i) {
            jobs += "  j" + std::to_string(i) + ": { uses: ./" + next + " }\n";
        }
        return jobs;
    };
    Files files;
    files.add("top.yml", "on: push\njobs:\n" + many("a.yml"));
    files.add("a.yml", "on: workflow_call\njobs:\n" + many("b.yml"));
    files.add("b.yml", called(""));

    EXPECT_EQ(files.problems("top.yml"), "15 call-depth");
}
