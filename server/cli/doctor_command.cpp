#include "cli/doctor_command.hpp"

#include "app/examination.hpp"
#include "app/run_here.hpp"
#include "app/services.hpp"
#include "base/text.hpp"
#include "cli/admin.hpp"
#include "cli/paint.hpp"
#include "doctor/survey.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace triphammer::cli {

namespace {

using doctor::Findings;

/// The other end of the launcher's doctor.sock.
int answer_question() {
    std::string line;
    std::getline(std::cin, line);
    const auto question = doctor::parse_question(line);
    if (!question) return complain(question.error(), kUsage);
    const auto machine = app::run_here(doctor::survey(*question));
    print(doctor::to_json_text(doctor::examine(machine, *question), app::version()) + "\n");
    return kDone;
}

/// What a daemon of another release than this program has found.
Findings with_version(doctor::Report report) {
    if (report.version == app::version()) return report.findings;
    report.findings.push_back(doctor::warning(
        "versions",
        "The daemon is of release " + report.version + ", this is " + app::version() + ".",
        "systemctl restart triphammer   # jobs that run go on"
    ));
    return report.findings;
}

/// Nobody but the owner and root sees what is in it.
bool is_closed(const std::filesystem::path& data) {
    struct stat status {};

    return ::geteuid() != 0 && ::stat(data.c_str(), &status) == 0 && status.st_uid != ::geteuid();
}

Findings examine_from_here(const app::Config& config) {
    const SystemClock clock;
    Findings out{doctor::failure(
        "daemon",
        "It does not run.",
        config.start_launcher ? "triphammer serve" : "systemctl enable --now triphammer"
    )};
    const auto found = app::run_here(app::examine_without_daemon(config, clock));
    out.insert(out.end(), found.begin(), found.end());
    return out;
}

/// `doctor github [OWNER/NAME]`: only a daemon has the keys to ask with.
Findings examine_forge(const app::Config& config, const std::vector<std::string>& words) {
    std::string target = "/api/v1/doctor/github";
    if (words.size() > 1) target += "?repository=" + percent_encode(words[1]);
    const auto answer = send_to_daemon(config, {"GET", target, ""});
    if (!answer) {
        return {doctor::failure(
            "daemon",
            "It does not answer: " + answer.error().message + ".",
            config.start_launcher ? "triphammer serve" : "systemctl enable --now triphammer"
        )};
    }
    if (answer->ok()) {
        if (auto report = doctor::parse_report(answer->body)) return with_version(*report);
    }
    return {doctor::failure("github", message_of(*answer) + ".", "triphammer repo list")};
}

Findings examine(const Invocation& invocation) {
    const auto config = load_config(invocation);
    if (!config) {
        return {doctor::failure(
            "configuration", config.error().message + ".", "triphammer config check"
        )};
    }
    const auto& words = invocation.arguments.words();
    if (!words.empty()) return examine_forge(*config, words);
    const auto answer = send_to_daemon(*config, {"GET", "/api/v1/doctor?fresh=true", ""});
    if (answer && answer->ok()) {
        if (auto report = doctor::parse_report(answer->body)) return with_version(*report);
    }
    if (is_closed(config->data)) {
        return {doctor::failure(
            "user", "Only root and the daemon's user see all of it.", "sudo triphammer doctor"
        )};
    }
    return examine_from_here(*config);
}

std::string painted(doctor::State state, const Paint& paint) {
    switch (state) {
        case doctor::State::ok:
            return paint.green("ok     ");
        case doctor::State::warning:
            return paint.yellow("warning");
        case doctor::State::error:
            break;
    }
    return paint.red("error  ");
}

void show(const Findings& findings, const Paint& paint) {
    for (const auto& finding : findings) {
        print(
            painted(finding.state, paint) + "  " + paint.bold(finding.name) + ": " + finding.text
        );
        print(finding.remedy.empty() ? "\n" : "\n           → " + finding.remedy + "\n");
    }
    const auto count = [&](doctor::State state, const std::string& noun) {
        const auto found =
            std::count_if(findings.begin(), findings.end(), [&](const auto& finding) {
                return finding.state == state;
            });
        return std::to_string(found) + " " + noun + (found == 1 ? "" : "s");
    };
    print(
        "\n" + count(doctor::State::error, "error") + ", " +
        count(doctor::State::warning, "warning") + "\n"
    );
}

}  // namespace

int doctor_command(const Invocation& invocation) {
    const auto& words = invocation.arguments.words();
    if (!words.empty() && words[0] != "github") {
        return complain("doctor: github [OWNER/NAME], or nothing (see --help)", kUsage);
    }
    if (invocation.arguments.has("machine")) return answer_question();
    const auto findings = examine(invocation);
    if (invocation.arguments.has("json")) {
        print(doctor::to_json_text(findings, app::version()) + "\n");
    } else {
        show(findings, Paint::for_output(invocation.environment));
    }
    return doctor::is_well(findings) ? kDone : kFailed;
}

}  // namespace triphammer::cli
