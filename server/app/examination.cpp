#include "app/examination.hpp"

#include "app/libraries.hpp"
#include "app/remotes.hpp"
#include "app/restore_command.hpp"
#include "app/services.hpp"
#include "app/ways_back.hpp"
#include "base/text.hpp"
#include "base/thread.hpp"
#include "doctor/connections.hpp"
#include "doctor/installation.hpp"
#include "doctor/survey.hpp"
#include "store/runs/drain_store.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/migrator.hpp"

#include <algorithm>

namespace triphammer::app {

namespace {

constexpr std::chrono::seconds kKeptFor{30};

doctor::InstallationQuestion installation_question(const Config& config) {
    doctor::InstallationQuestion out;
    out.data = std::filesystem::absolute(config.data).lexically_normal();
    out.run = config.run_directory();
    out.owns_master_key = config.master_key_file.empty();
    out.master_key = out.owns_master_key ? out.data / "master.key" : config.master_key_file;
    out.secret_files = config.secret_files;
    out.user = config.daemon_user;
    out.starts_launcher = config.start_launcher;
    out.known_schema = store::embedded_migrations().back().number;
    return out;
}

doctor::ConnectionQuestion connection_question(const Config& config) {
    doctor::ConnectionQuestion out;
    out.api = api_settings(config);
    out.app = app_identity(config);
    out.listen = config.listen;
    out.public_url = config.public_url;
    out.polls = config.github.mode == "poll";
    out.ends_tls = !config.tls.certificate.empty();
    out.has_proxies = !config.trusted_proxies.empty();
    return out;
}

doctor::MachineQuestion machine_question(const Config& config) {
    const auto& labels = config.runs_on;
    doctor::MachineQuestion out;
    out.run = config.run_directory();
    out.docker_host = config.docker_host;
    out.switch_image = config.switch_image;
    out.workers = config.workers;
    out.has_host_label =
        labels.empty() || std::any_of(labels.begin(), labels.end(), [](const auto& label) {
            return label.second == "host";
        });
    return out;
}

doctor::Findings check_versions(const doctor::Report& launcher) {
    if (launcher.version == version()) return {};
    return {doctor::warning(
        "versions",
        "The launcher is of release " + launcher.version + ", this is " + version() + ".",
        "systemctl restart triphammer-launcher   # jobs that run go on"
    )};
}

/// Code::unavailable: no launcher answers.
Task<Result<doctor::Findings>> ask_about_machine(const Config& config) {
    auto asking =
        doctor::ask_launcher(config.run_directory() / "doctor.sock", machine_question(config));
    const auto report = co_await std::move(asking);
    if (!report) co_return report.error();
    auto findings = check_versions(*report);
    findings.insert(findings.end(), report->findings.begin(), report->findings.end());
    co_return findings;
}

struct Around {
    bool daemon_runs;
    bool launcher_answers;
};

Task<doctor::Findings> examine_server(const Config& config, Around around, const Clock& clock) {
    NamedThread thread{"doctor"};  // of its own: names may take long to resolve
    auto own = installation_question(config);
    own.daemon_runs = around.daemon_runs;
    auto ways = connection_question(config);
    std::string name_failure;
    auto look = [&] {
        name_failure = doctor::resolve_failure(ways.api.base.host);
        own.restore = restore_command(config);
        return doctor::look_at(own);
    };
    auto looking = offload(thread, look);
    auto installation = co_await std::move(looking);
    installation.launcher_answers = around.launcher_answers;
    auto asking = doctor::ask(ways, std::move(name_failure), clock);
    const auto connections = co_await std::move(asking);
    auto out = doctor::examine(installation, own);
    const auto more = doctor::examine(connections, ways);
    out.insert(out.end(), more.begin(), more.end());
    co_return out;
}

doctor::Findings together(const doctor::Findings& machine, const doctor::Findings& server) {
    doctor::Findings out{doctor::fine(
        "version", "Triphammer " + version() + "; " + join(library_versions(), ", ") + "."
    )};
    out.insert(out.end(), server.begin(), server.end());
    out.insert(out.end(), machine.begin(), machine.end());
    return out;
}

}  // namespace

Task<doctor::Findings> examine_without_daemon(const Config& config, const Clock& clock) {
    auto asking = ask_about_machine(config);
    auto machine = co_await std::move(asking);
    const bool answers = machine.has_value();
    if (!answers) {
        // Before there is a second thread.
        const auto question = machine_question(config);
        auto surveying = doctor::survey(question);
        machine = doctor::examine(co_await std::move(surveying), question);
    }
    const Around around{false, answers};
    auto examining = examine_server(config, around, clock);
    co_return together(*machine, co_await std::move(examining));
}

/// Of what keeps jobs from starting.
std::string Examination::pause_remedy() {
    if (!disk_.find_shortage().empty()) return "triphammer retention --preview   # what may go";
    return config_.start_launcher ? "triphammer doctor   # again in a moment: the daemon starts it"
                                  : "systemctl restart triphammer-launcher   # jobs that run go on";
}

Task<> Examination::add_queue(doctor::Findings& findings) {
    if (const auto reason = services_.pause_reason(); !reason.empty()) {
        findings.push_back(doctor::failure("queue", "Jobs wait: " + reason + ".", pause_remedy()));
    }
    auto read = [](store::Connection& db) -> Result<std::string> {
        const auto drain = store::find_drain(db);
        return drain ? store::describe(*drain) : std::string{};
    };
    auto reading = services_.database.read(read);
    const auto drained = co_await std::move(reading);
    if (!drained || drained->empty()) co_return;
    findings.push_back(
        doctor::warning("queue", "Jobs wait: " + *drained + ".", "triphammer queue resume")
    );
}

Task<std::string> Examination::report(bool fresh) {
    const bool is_kept = !text_.empty() && services_.clock.instant() - looked_at_ < kKeptFor;
    if (is_kept && !fresh) co_return text_;
    // Where the launcher is away there is nothing to say of the machine: the daemon starts no job.
    auto asking = ask_about_machine(config_);
    const auto machine = co_await std::move(asking);
    const Around around{true, machine.has_value()};
    auto examining = examine_server(config_, around, services_.clock);
    const auto server = co_await std::move(examining);
    auto findings = together(machine ? *machine : doctor::Findings{}, server);
    auto looking = examine_ways_back(services_.database);
    const auto ways_back = co_await std::move(looking);
    findings.insert(findings.end(), ways_back.begin(), ways_back.end());
    auto adding = add_queue(findings);
    co_await std::move(adding);
    text_ = doctor::to_json_text(findings, version());
    looked_at_ = services_.clock.instant();
    co_return text_;
}

}  // namespace triphammer::app
