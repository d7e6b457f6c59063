#pragma once
// Deployments that have ended, to go back to or to carry elsewhere.

#include "deployments/ledger_fixture.hpp"
#include "deployments/redeploy.hpp"
#include "model/job_definition.hpp"
#include "store/runs/job_store.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace triphammer::testing {

inline std::string digest_of(char letter) {
    return "sha256:" + std::string(64, letter);
}

inline nlohmann::json deploy_job(const std::string& key) {
    model::JobDefinition job;
    job.key = key;
    job.kind = "deploy";
    job.needs = {"image"};
    job.condition.text = "github.ref == 'refs/heads/main'";
    job.environment.text = "${{ github.ref_name }}";
    job.deploy.emplace();
    job.deploy->to = "container";
    job.deploy->service.text = "app";
    job.deploy->image.text = "${{ needs.image.outputs.ref }}";
    return job;
}

class Redeploys : public Ledger {
  public:
    /// A run whose job has deployed that digest, and its row.
    model::DeploymentId deployed(
        const std::string& environment,
        char letter,
        model::DeploymentState state = model::DeploymentState::succeeded,
        const std::string& target = "container/app"
    ) {
        const auto of = add_deploy_run(environment);
        return db.write([&](store::Transaction& tx) -> Result<model::DeploymentId> {
            auto wanted = wanted_for(of.second);
            wanted.run = of.first;
            wanted.environment = environment;
            wanted.target = target;
            wanted.image = "registry/" + target.substr(10) + "@" + digest_of(letter);
            wanted.digest = digest_of(letter);
            wanted.sha = std::string(40, letter);
            auto id = store::insert_deployment(tx, wanted);
            if (auto started = store::start_deployment(tx, *id); !started) return started.error();
            if (state == model::DeploymentState::running) return id;
            store::DeploymentMove move;
            move.id = *id;
            move.to = state;
            if (auto moved = store::move_deployment(tx, move); !moved) return moved.error();
            return id;
        });
    }

    std::pair<model::RunId, model::JobId> add_deploy_run(const std::string& environment) {
        const auto its = db.add_run(repository);
        db.write([&](store::Transaction& tx) -> Result<> {
            tx.prepare("UPDATE run_contexts SET contexts = ? WHERE run = ?")
                .bind(std::string{R"({"github":{"actor":"mona","ref":"refs/heads/main"}})"}, its)
                .run();
            return {};
        });
        add_image_job(its);
        return {its, add_deploy_job(its, environment)};
    }

    void add_image_job(model::RunId of) {
        const auto image = db.add_job(of, "image");
        db.write([&](store::Transaction& tx) -> Result<> {
            store::set_job_outputs(tx, image, R"({"ref":"registry/app:built","tag":"v7"})");
            return end_job(tx, image);
        });
    }

    model::JobId add_deploy_job(model::RunId of, const std::string& environment) {
        return db.write([&](store::Transaction& tx) -> Result<model::JobId> {
            store::NewJob planned;
            planned.run = of;
            planned.repository = repository;
            planned.key = planned.name = environment;
            planned.kind = model::JobKind::deploy;
            planned.stage = "deploy";
            planned.state = model::JobState::queued;
            planned.needs_json = R"(["image"])";
            planned.environment = environment;
            planned.definition_json = deploy_job(environment).dump();
            const auto id = store::insert_job(tx, planned);
            if (auto ended = end_job(tx, id); !ended) return ended.error();
            return id;
        });
    }

    static Result<> end_job(store::Transaction& tx, model::JobId ended) {
        for (const auto& [from, to] :
             {std::pair{model::JobState::queued, model::JobState::running},
              std::pair{model::JobState::running, model::JobState::succeeded}}) {
            store::JobMove move{.job = ended, .from = from, .to = to};
            if (auto moved = store::move_job(tx, move); !moved) return moved;
        }
        return {};
    }

    deployments::RedeployRequest rollback() const {
        deployments::RedeployRequest request;
        request.repository = repository;
        request.environment = "production";
        request.actor = "user:ada";
        return request;
    }

    deployments::RedeployRequest promotion() const {
        auto request = rollback();
        request.kind = deployments::RedeployKind::promotion;
        request.from = "staging";
        return request;
    }

    Result<model::RunId> start(const deployments::RedeployRequest& request) {
        return db.try_write([&](store::Transaction& tx) -> Result<model::RunId> {
            const auto chosen = deployments::choose_redeploy(tx, request);
            if (!chosen) return chosen.error();
            return deployments::start_redeploy(tx, *chosen, request.actor);
        });
    }

    std::string refusal(const deployments::RedeployRequest& request) {
        const auto started = start(request);
        return started ? "" : started.error().message;
    }

    store::JobRow job_of(model::RunId of) {
        return db.read([&](store::Connection& reader) {
            return store::list_jobs(reader, of).front();
        });
    }

    model::DeploymentId source_of(model::RunId its) {
        return db.read([&](store::Connection& reader) {
            const auto of = store::list_jobs(reader, its).front().id;
            return store::find_redeployment(reader, of)->source;
        });
    }
};

}  // namespace triphammer::testing
