#pragma once

#include "queue/approvals.hpp"
#include "queue/gate.hpp"
#include "queue/queue_fixture.hpp"
#include "store/people/identity_store.hpp"

#include <gtest/gtest.h>

namespace triphammer::queue {

/// A job that goes to the environment `production`, and four people who may answer.
struct EnvironmentGate : ::testing::Test, triphammer::testing::QueueFixture {
    EnvironmentGate() {
        for (const auto* name : {"ada", "bob", "eve", "mona"}) {
            write([&](store::Transaction& tx) { return store::add_user(tx, name, "approver", "x"); }
            );
        }
    }

    Result<> set(const model::EnvironmentRules& rules) {
        return try_write([&](store::Transaction& tx) {
            return set_environment_rules(tx, {repository, "production"}, rules, "user:root");
        });
    }

    /// The account is that one at GitHub.
    void link(const std::string& name, std::int64_t number, const std::string& login) {
        const store::IdentityRow identity{{}, number, login, false, {}};
        write([&](store::Transaction& tx) {
            return store::add_identity(tx, *store::find_user_by_name(tx, name), identity, "x");
        });
    }

    void unlink(const std::string& name) {
        write([&](store::Transaction& tx) {
            return store::remove_identity(tx, *store::find_user_by_name(tx, name), "x");
        });
    }

    model::RunId ship(
        const std::string& ref = "refs/heads/main", const std::string& contexts = "{}"
    ) {
        auto plan = make_plan({{"image", {}}, {"ship", {"image"}}});
        plan.runs[0].actor = "mona";
        plan.runs[0].ref = ref;
        plan.runs[0].contexts_json = contexts;
        plan.runs[0].jobs[0].kind = model::JobKind::image;
        plan.runs[0].jobs[1].environment = "production";
        plan.runs[0].jobs[1].definition.environment.text = "production";
        const auto run = create_planned(plan);
        end_image("sha256:one");
        return run;
    }

    void end_image(const std::string& digest) {
        const auto hold = run_next();
        write([&](store::Transaction& tx) {
            AttemptResult result;
            result.outputs_json = R"({"digest": ")" + digest + "\"}";
            return finish_attempt(tx, hold, result);
        });
    }

    store::ApprovalRow question() {
        return read([&](store::Connection& db) {
            return store::list_approvals(db, {}, {}).rows.at(0);
        });
    }

    Result<model::ApprovalState> answer(
        const std::string& actor, bool approves = true, const std::string& glass = ""
    ) {
        const auto asked = question();
        Answer answer{.approval = asked.id, .approves = approves, .actor = actor};
        answer.comment = "looked at it";
        answer.subject = asked.subject;
        answer.break_glass = glass;
        return try_write([&](store::Transaction& tx) { return answer_approval(tx, answer); });
    }
};

}  // namespace triphammer::queue
