#include "runner/image/failure.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::runner;
using model::Cause;

TEST(ImageFailure, TellsTheUsersMistakesFromTheWorlds) {
    struct Case {
        const char* words;
        Cause cause;
    };

    const Case cases[] = {
        {"manifest for app:x not found: manifest unknown: manifest unknown", Cause::invalid},
        {"pull access denied for app, repository does not exist", Cause::invalid},
        {"dockerfile parse error line 3: unknown instruction: RUNN", Cause::invalid},
        {"COPY failed: file not found in build context", Cause::invalid},
        {"Get \"http://127.0.0.1:1/v2/\": connection refused", Cause::infrastructure},
        {"write /layer: no space left on device", Cause::disk_full},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(explain_build({"", one.words, 0}, "Dockerfile").cause, one.cause) << one.words;
    }
}

TEST(ImageFailure, KeepsTheExitStatusOfACommand) {
    const auto failure = explain_build({"", "'/bin/sh -c false' returned 1", 1}, "Dockerfile");

    EXPECT_EQ(failure.cause, Cause::exit);
    EXPECT_EQ(failure.exit_status, 1);
}

TEST(ImageFailure, PointsAtTheLineOfTheDockerfile) {
    const Error refused{Code::invalid, "build: dockerfile parse error line 2: unknown flag: x"};

    EXPECT_EQ(
        explain_refusal(refused, "app.Dockerfile").sentence, "app.Dockerfile:2: unknown flag: x"
    );
}

TEST(ImageFailure, SaysWhichRegistryAndWhatToCheck) {
    const auto refused = explain_push({Code::unauthorized, "denied"}, "registry.test");
    const auto away = explain_push({Code::unavailable, "connection refused"}, "registry.test");

    EXPECT_NE(refused.sentence.find("registry.test refused"), std::string::npos);
    EXPECT_NE(refused.sentence.find("password"), std::string::npos);
    EXPECT_NE(away.sentence.find("cannot be reached"), std::string::npos);
}
