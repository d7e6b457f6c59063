#include "doctor/finding.hpp"

#include "doctor/survey.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::doctor;

TEST(Finding, AReportIsReadAsItWasWritten) {
    const Findings findings{
        fine("git", "git version 2.39.5."),
        warning("node", "There is none.", "apt-get install nodejs"),
        failure("engine", "It does not answer.", "systemctl restart docker")};

    const auto report = parse_report(to_json_text(findings, "0.1.0"));

    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->findings, findings);
    EXPECT_EQ(report->version, "0.1.0");
    EXPECT_FALSE(is_well(findings));
}

TEST(Finding, AStateThatNobodyKnowsIsNoReport) {
    const auto* text = R"({"findings":[{"name":"git","state":"fine","text":""}]})";

    EXPECT_FALSE(parse_report(text));
    EXPECT_FALSE(parse_report("[]"));
}

TEST(Finding, AQuestionToTheLauncherIsReadAsItWasWritten) {
    const MachineQuestion question{"/run/t", "tcp://127.0.0.1:2375", "nginx:stable", 7, false};

    const auto read = parse_question(to_line(question));

    ASSERT_TRUE(read);
    EXPECT_EQ(read->run, question.run);
    EXPECT_EQ(read->docker_host, question.docker_host);
    EXPECT_EQ(read->switch_image, question.switch_image);
    EXPECT_EQ(read->workers, question.workers);
    EXPECT_EQ(read->has_host_label, question.has_host_label);
}

TEST(Finding, AQuestionWithAnUnknownFieldIsRefused) {
    EXPECT_FALSE(parse_question(R"({"run":"/run/t","program":"/bin/sh"})"));
    EXPECT_FALSE(parse_question(""));
}
