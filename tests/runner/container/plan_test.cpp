#include "runner/container/plan.hpp"

#include "engine/recording_session.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::runner;
using triphammer::testing::RecordingSession;

namespace {

/// `body` with a session whose document it fills.
void with_session(const std::function<void(RecordingSession&)>& body) {
    struct Here {
        static Task<> run(Executor executor, const std::function<void(RecordingSession&)>& body) {
            RecordingSession session{executor};
            body(session);
            co_return;
        }
    };

    triphammer::testing::run_until_done([&](Executor executor) {
        return Here::run(std::move(executor), body);
    });
}

model::Container container_of(const char* image) {
    model::Container out;
    out.image.text = image;
    return out;
}

std::string refusal_of(const Result<std::vector<ContainerPlan>>& plans) {
    return plans ? "" : plans.error().message;
}

}  // namespace

TEST(ContainerPlan, PublishesOnTheMachinesLoopbackAlone) {
    with_session([](RecordingSession& session) {
        auto redis = container_of("redis:7");
        redis.ports = {{"6379:6379", {}}};
        session.document_.job.services = {{"redis", redis}};

        const auto plans = make_service_plans(session);

        ASSERT_TRUE(plans) << refusal_of(plans);
        const auto& spec = plans->front().spec;
        EXPECT_EQ(spec.ports.front(), (docker::PortBinding{6379, 6379, "127.0.0.1", "tcp"}));
        EXPECT_TRUE(spec.no_new_privileges);
        EXPECT_EQ(spec.drop_capabilities, (std::vector<std::string>{"ALL"}));
    });
}

TEST(ContainerPlan, LeavesServicesWithoutAnImageOut) {
    with_session([](RecordingSession& session) {
        session.document_.job.services = {{"none", container_of("")}, {"one", container_of("a:1")}};

        const auto plans = make_service_plans(session);

        ASSERT_EQ(plans->size(), 1U);
        EXPECT_EQ(plans->front().name, "one");
    });
}

TEST(ContainerPlan, TakesAllServicesFromOneExpression) {
    with_session([](RecordingSession& session) {
        session.document_.job.services = {{"", container_of(R"(${{ {
            "db": {"image": "postgres:16", "env": {"A": 1}, "ports": [5432], "command": "-c x=y"},
            "cache": "redis:7", "off": null} }})")}};

        const auto plans = make_service_plans(session);

        ASSERT_TRUE(plans) << refusal_of(plans);
        ASSERT_EQ(plans->size(), 2U);
        EXPECT_EQ(plans->at(0).name, "db");
        EXPECT_EQ(plans->at(0).spec.env.front(), (std::pair<std::string, std::string>{"A", "1"}));
        EXPECT_EQ(plans->at(0).spec.command, (std::vector<std::string>{"-c", "x=y"}));
        EXPECT_EQ(plans->at(1).image.text(), "redis:7");
    });
}

TEST(ContainerPlan, NeverEvaluatesWhatAnExpressionGaveAgain) {
    with_session([](RecordingSession& session) {
        session.document_.job.container =
            container_of(R"(${{ {"image": "a:1", "env": {"X": "${{ secrets.KEY }}"}} }})");

        const auto plan = make_container_plan(session);

        ASSERT_TRUE(plan) << plan.error().message;
        EXPECT_EQ(plan->spec.env.front().second, "${{ secrets.KEY }}");
    });
}

TEST(ContainerPlan, NamesTheServiceAndTheKeyThatAreWrong) {
    with_session([](RecordingSession& session) {
        auto broken = container_of("a:1");
        broken.volumes = {{"/etc:/host", {}}};
        session.document_.job.services = {{"db", broken}};
        EXPECT_EQ(
            refusal_of(make_service_plans(session)).find("services.db: volume '/etc:/host'"), 0U
        );

        session.document_.job.services = {{"", container_of(R"(${{ {"db": {"imge": "a"}} }})")}};
        EXPECT_NE(refusal_of(make_service_plans(session)).find("'imge'"), std::string::npos);
    });
}

TEST(ContainerPlan, ReadsWhatReadyAsksFor) {
    with_session([](RecordingSession& session) {
        auto web = container_of("a:1");
        web.ports = {{"8080:80", {}}};
        web.ready.http.text = "/healthz";
        web.ready.timeout.text = "2m";
        session.document_.job.services = {{"web", web}};

        const auto plans = make_service_plans(session);

        ASSERT_TRUE(plans) << refusal_of(plans);
        const auto& ready = plans->front().ready;
        EXPECT_EQ(ready.kind, ProbeSpec::Kind::http);
        EXPECT_EQ(ready.path, "/healthz");
        EXPECT_EQ(ready.port, 80);
        EXPECT_EQ(ready.timeout, std::chrono::minutes{2});
    });
}

TEST(ContainerPlan, LimitsTheStepsContainerAsResourcesSay) {
    with_session([](RecordingSession& session) {
        session.document_.executor.image = "label/image:1";
        session.document_.job.resources.memory.text = "256m";
        session.document_.job.resources.cpu.text = "2";
        session.document_.job.resources.pids.text = "64";

        const auto plan = make_container_plan(session);

        ASSERT_TRUE(plan) << plan.error().message;
        EXPECT_EQ(plan->image.text(), "label/image:1");
        EXPECT_EQ(plan->spec.memory_bytes, 256LL << 20);
        EXPECT_EQ(plan->spec.nano_cpus, 2'000'000'000);
        EXPECT_EQ(plan->spec.pids_limit, 64);
    });
}

TEST(ContainerPlan, RefusesForTheStepsWhatOnlyAServiceMayHave) {
    with_session([](RecordingSession& session) {
        for (const char* options : {"--entrypoint sh", "--health-cmd true", "--read-only"}) {
            auto container = container_of("a:1");
            container.options.text = options;
            session.document_.job.container = container;

            EXPECT_FALSE(make_container_plan(session)) << options;
        }
    });
}

TEST(ContainerPlan, KnowsThatAnExpressionMayGiveNoContainer) {
    with_session([](RecordingSession& session) {
        session.document_.job.container = container_of("${{ null }}");

        EXPECT_FALSE(has_container(session).value());
    });
}
