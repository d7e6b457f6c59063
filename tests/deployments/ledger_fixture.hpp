#pragma once
// A deployment with its run, job and attempts, spoken to as launch/ does.

#include "deployments/ledger.hpp"
#include "rollout/effect.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/sample_database.hpp"

#include <gtest/gtest.h>

#include <string>

namespace triphammer::testing {

class Ledger : public ::testing::Test {
  public:
    store::NewDeployment wanted_for(model::JobId of) const {
        store::NewDeployment wanted;
        wanted.repository = repository;
        wanted.environment = "production";
        wanted.target = "container/app";
        wanted.driver = "container";
        wanted.run = run;
        wanted.job = of;
        wanted.sha = std::string(40, 'a');
        return wanted;
    }

    deployments::Opening open(model::JobId of) {
        return db.write([&](store::Transaction& tx) {
            return deployments::open_deployment(tx, wanted_for(of));
        });
    }

    deployments::Speaker new_attempt(model::JobId of) {
        const auto fence = db.write([&](store::Transaction& tx) -> Result<model::Fence> {
            return store::insert_attempt(tx, of, "token" + std::to_string(++tokens), "host");
        });
        return {of, fence};
    }

    void end_attempt(const deployments::Speaker& speaker, model::Cause cause) {
        db.write([&](store::Transaction& tx) -> Result<bool> {
            store::AttemptEnd end;
            end.result = "failed";
            end.cause = cause;
            auto closed = store::close_attempt(tx, speaker.fence, end);
            if (!closed) return closed.error();
            return true;
        });
    }

    protocol::Verdict announce(
        const deployments::Speaker& speaker, std::int64_t n, rollout::EffectKind kind
    ) {
        protocol::Intent intent;
        intent.n = n;
        intent.kind = rollout::name_of(kind);
        intent.target = R"({"image": "registry/app", "digest": ")" + digest + R"("})";
        intent.idem = rollout::make_idem(row(speaker.job).id, n);
        return db.write([&](store::Transaction& tx) {
            return deployments::apply_intent(tx, speaker, intent);
        });
    }

    Result<bool> report(
        const deployments::Speaker& speaker, std::int64_t n, bool ok, const std::string& ids = "{}"
    ) {
        protocol::EffectResult result;
        result.n = n;
        result.ok = ok;
        result.ids = ids;
        return db.try_write([&](store::Transaction& tx) -> Result<bool> {
            auto applied = deployments::apply_result(tx, speaker, result);
            if (!applied) return applied.error();
            return true;
        });
    }

    /// Announced and done.
    void effect(
        const deployments::Speaker& speaker,
        std::int64_t n,
        rollout::EffectKind kind,
        const std::string& ids = "{}"
    ) {
        ASSERT_TRUE(announce(speaker, n, kind).go);
        ASSERT_TRUE(report(speaker, n, true, ids));
    }

    deployments::Ending finish(const deployments::Speaker& speaker, const protocol::End& end) {
        return db.write([&](store::Transaction& tx) {
            return deployments::finish_deployment(tx, speaker, end);
        });
    }

    store::DeploymentRow row(model::JobId of) {
        return db.read([&](store::Connection& reader) {
            return *store::find_deployment_of_job(reader, of);
        });
    }

    /// All effects of a first deployment, and what its runner says at the end.
    protocol::End deploy(const deployments::Speaker& speaker) {
        effect(speaker, 1, rollout::EffectKind::create_candidate, R"({"container": "c1"})");
        effect(speaker, 2, rollout::EffectKind::start_candidate);
        effect(speaker, 3, rollout::EffectKind::switch_traffic, R"({"switch": "s1"})");
        protocol::End end;
        end.deployment = model::DeploymentState::succeeded;
        end.outputs = {{"container", "c1"}, {"digest", digest}, {"verified", "true"}};
        return end;
    }

    SampleDatabase db;
    int tokens = 0;
    std::string digest = "sha256:" + std::string(64, 'd');
    model::RepositoryId repository = db.add_repository("mona/app");
    model::RunId run = db.add_run(repository);
    model::JobId job = db.add_job(run, "deploy");
};

}  // namespace triphammer::testing
