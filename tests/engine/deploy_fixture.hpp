#pragma once
// A service on the real engine: images whose behaviour a test chooses, deployments one after the
// other with the ledger's memory between them, everything removed at the end.

#include "base/text.hpp"
#include "engine/real_engine.hpp"
#include "engine/recording_session.hpp"
#include "model/engine_labels.hpp"
#include "runner/container/build_network.hpp"
#include "runner/deploy/job.hpp"
#include "runner/image/job.hpp"
#include "runner/targets.hpp"

#include <nlohmann/json.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace triphammer::testing {

inline std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(fd, reinterpret_cast<sockaddr*>(&address), length);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    ::close(fd);
    return ntohs(address.sin_port);
}

class Deployments : public ::testing::Test {
  protected:
    using Change = std::function<void(RecordingSession&)>;

    static model::Template text(std::string value) { return {std::move(value), {}}; }

    /// Builds and pushes an image that answers `body` on port 8000; its name by digest.
    std::string make_image(const std::string& body, const std::string& extra = "") {
        const std::string start = "CMD [\"sh\", \"-c\", \"echo version " + body +
                                  " up; exec busybox httpd -f -v -p 8000 -h /www\"]\n";
        return build(
            "FROM triphammer/busybox\nRUN mkdir /www && echo -n " + body +
            " > /www/index.html && echo ok > /www/healthz\n" + start + extra
        );
    }

    /// Any image; its name by digest.
    std::string build(const std::string& dockerfile) {
        const auto outcome = run_task<runner::JobOutcome>([&](Executor executor) {
            return build_image(executor, dockerfile);
        });
        EXPECT_EQ(outcome.state, model::JobState::succeeded) << outcome.reason;
        return outcome.outputs.at("ref");
    }

    /// The next deployment of the service.
    runner::JobOutcome deploy(const std::string& image, const Change& change = {}) {
        ++deployment;
        effects = nlohmann::json::array();
        losses = 0;
        return attempt(image, change);
    }

    /// Another attempt of the same deployment, after its runner was lost.
    runner::JobOutcome attempt(const std::string& image, const Change& change = {}) {
        ++fence;
        return run_task<runner::JobOutcome>([&](Executor executor) {
            return run_deploy(executor, image, change);
        });
    }

    /// The name of what effect n of a deployment makes.
    std::string container(int of, int n) const {
        return model::engine_prefix(server) + "d" + std::to_string(of) + "-" + std::to_string(n);
    }

    /// The public answer; empty when nobody listens.
    std::string ask(const std::string& path = "/") const;

    std::size_t count_containers(const std::string& role) {
        return run_task<std::size_t>([&](Executor) { return count(role); });
    }

    void with_engine(const std::function<Task<>(docker::Engine&)>& body) {
        run_until_done([&](Executor) { return connect_and(body); });
    }

    static std::vector<std::string> kinds_of(const std::vector<protocol::Intent>& intents) {
        std::vector<std::string> out;
        for (const auto& intent : intents) out.push_back(intent.kind);
        return out;
    }

    void SetUp() override { port = free_port(); }

    void TearDown() override {
        run_until_done([&](Executor) { return remove_everything(); });
    }

    std::uint16_t port = 0;
    std::string server = RealEngine::name();
    int deployment = 0;
    std::int64_t fence = 100;
    std::int64_t losses = 0;
    nlohmann::json previous = nullptr;
    nlohmann::json effects = nlohmann::json::array();
    nlohmann::json migrations = nlohmann::json::object();

    // Of the last attempt.
    std::string log;
    std::vector<protocol::Intent> intents;
    std::vector<protocol::EffectResult> results;
    std::vector<model::DeploymentPhase> phases;

  private:
    static Task<> connect_and(std::function<Task<>(docker::Engine&)> body) {
        auto connecting = must(docker::Engine::connect(setting("DOCKER_HOST")));
        auto engine = co_await std::move(connecting);
        auto work = body(*engine);
        co_await std::move(work);
    }

    /// Suites run side by side, and a name in the registry has one digest at a time.
    static std::string suite() {
        return to_lower(::testing::UnitTest::GetInstance()->current_test_info()->test_suite_name());
    }

    Task<runner::JobOutcome> build_image(Executor executor, std::string dockerfile) {
        RecordingSession session{executor};
        session.document_.server_id = server;  // what is built beside it has other names
        session.document_.executor.docker_host = setting("DOCKER_HOST");
        session.document_.job.image = model::ImageSpec{};
        session.document_.job.image->tags = {text(setting("REGISTRY") + "/team/" + suite() + ":1")};
        session.source["Dockerfile"] = dockerfile;
        auto running = runner::run_image_job(session, runner::make_build_network);
        co_return co_await std::move(running);
    }

    void describe(RecordingSession& session, const std::string& image) {
        auto& document = session.document_;
        document.fence = fence;
        document.server_id = server;
        document.executor.docker_host = setting("DOCKER_HOST");
        document.source.repository = "mona/app";
        document.job.deploy = model::DeploySpec{};
        auto& deploy = *document.job.deploy;
        deploy.to = "container";
        deploy.service = text("app");
        deploy.image = text(image);
        deploy.switch_by = "nginx";
        deploy.ports = {text("127.0.0.1:" + std::to_string(port) + ":8000")};
        deploy.health.http = text("/healthz");
        deploy.health.interval = text("100ms");
        deploy.health.timeout = text("3s");
        deploy.verify.interval = text("100ms");
        deploy.verify.timeout = text("3s");
        document.deployment.id = std::to_string(deployment);
        document.deployment.environment = "production";
        document.deployment.switch_image = "triphammer/nginx";
        document.deployment.previous_json = previous.dump();
        document.deployment.effects_json = effects.dump();
        document.deployment.migrations_json = migrations.dump();
        document.deployment.losses = losses;
    }

    Task<runner::JobOutcome> run_deploy(Executor executor, std::string image, Change change) {
        RecordingSession session{executor};
        describe(session, image);
        if (change) change(session);
        auto running = runner::run_deploy_job(session, runner::make_target);
        auto outcome = co_await std::move(running);
        remember(session, outcome);
        co_return outcome;
    }

    /// What deployments/ would keep.
    void remember(const RecordingSession& session, const runner::JobOutcome& outcome) {
        log = session.log_;
        intents = session.intents_;
        results = session.results_;
        phases = session.phases_;
        for (const auto& intent : intents) keep_effect(intent);
        if (outcome.deployment != model::DeploymentState::succeeded) return;
        previous = {
            {"id", std::to_string(deployment)},
            {"digest", outcome.outputs.at("digest")},
            {"target_ids", outcome.outputs}};
    }

    void keep_effect(const protocol::Intent& intent) {
        nlohmann::json entry{
            {"n", intent.n}, {"kind", intent.kind}, {"state", "open"}, {"idem", intent.idem}};
        for (const auto& result : results) {
            if (result.n == intent.n) entry["state"] = result.ok ? "ok" : "failed";
        }
        while (!effects.empty() && effects.back()["n"] >= intent.n) {
            effects.erase(effects.size() - 1);
        }
        effects.push_back(entry);
    }

    Task<std::size_t> count(std::string role) {
        auto connecting = must(docker::Engine::connect(setting("DOCKER_HOST")));
        auto engine = co_await std::move(connecting);
        docker::Labels labels{{model::kServerLabel, server}, {model::kRoleLabel, role}};
        auto listing = must(engine->list_containers(std::move(labels)));
        co_return (co_await std::move(listing)).size();
    }

    Task<> remove_everything() {
        auto connecting = must(docker::Engine::connect(setting("DOCKER_HOST")));
        auto engine = co_await std::move(connecting);
        const docker::Labels labels{{model::kServerLabel, server}};
        auto listing = must(engine->list_containers(labels));
        const auto containers = co_await std::move(listing);
        for (const auto& container : containers) {
            auto removing = must(engine->remove_container(container.id));
            co_await std::move(removing);
        }
        auto networks = must(engine->list_networks(labels));
        const auto found = co_await std::move(networks);
        for (const auto& network : found) {
            auto removing = must(engine->remove_network(network.id));
            co_await std::move(removing);
        }
    }
};

inline std::string Deployments::ask(const std::string& path) const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    std::string answer;
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
        const auto request = "GET " + path + " HTTP/1.0\r\n\r\n";
        (void)!::write(fd, request.data(), request.size());
        char bytes[4096];
        for (;;) {
            const auto count = ::read(fd, bytes, sizeof bytes);
            if (count <= 0) break;
            answer.append(bytes, static_cast<std::size_t>(count));
        }
    }
    ::close(fd);
    const auto body = answer.find("\r\n\r\n");
    return body == std::string::npos ? "" : answer.substr(body + 4);
}

}  // namespace triphammer::testing
