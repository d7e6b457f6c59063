#include "runner/actions/aws.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "runner/actions/image.hpp"
#include "runner/actions/use.hpp"
#include "runner/aws/ecr_login.hpp"
#include "runner/session/own_program.hpp"
#include "runner/steps/files.hpp"

#include <filesystem>

namespace triphammer::runner {

namespace {

constexpr const char* kMachineCertificates = "/etc/ssl/certs/ca-certificates.crt";
constexpr const char* kCertificates = "/.triphammer-certificates";
constexpr std::size_t kMostCertificateBytes = 4U << 20U;

/// An image may have no certificates: this machine's, as the steps see them. Empty where they see
/// the machine's anyway.
Result<std::string> bring_certificates(const StepExecutor& executor) {
    if (!executor.folders().in_container) return std::string{};
    const auto& temp = executor.folders().temp;
    if (!std::filesystem::exists(temp.outside + kCertificates)) {
        const auto text = read_file(kMachineCertificates, kMostCertificateBytes);
        if (!text) return std::string{};
        auto written = write_new_file(temp.outside + kCertificates, *text, 0644);
        if (!written) return written.error();
    }
    return temp.inside + kCertificates;
}

/// What the program has said last says more than its exit status.
void explain(StepResult& result) {
    if (result.cause != model::Cause::exit) return;
    for (const auto& annotation : result.annotations) {
        if (annotation.level == "error") result.reason = annotation.message;
    }
}

Task<StepResult> run_own_program(
    const ActionCall& call,
    const ActionInputs& inputs,
    std::string program,
    execution::StopToken& stop
) {
    const StepFiles files{call.executor.folders().temp, call.place.key};
    if (auto made = files.create(); !made) co_return failed_step(made.error());
    const auto certificates = bring_certificates(call.executor);
    if (!certificates) co_return failed_step(certificates.error());
    StepProcess process{call.scope, call.executor, call.place};
    const auto use = make_use(call, inputs);
    const ActionPlace place{call.scope, call.executor, call.place, use};
    auto environment = place.environment(process, use.own);
    environment.set("TRIPHAMMER_CA_BUNDLE", *certificates);
    auto command = make_own_command(call.executor, {"action", std::move(program)});
    if (!command) co_return failed_step(command.error());
    command->environment = environment.lines();
    auto running = process.run(std::move(*command), call.limits, stop);
    auto result = co_await std::move(running);
    explain(result);
    co_return result;
}

/// Ends the logins of one use.
class LogoutPost final : public PostStep {
  public:
    LogoutPost(std::string name, std::vector<std::string> registries)
        : name_{std::move(name)}, registries_{std::move(registries)} {}

    std::string name() const override { return name_; }

    const std::string& condition() const override { return condition_; }

    Task<StepResult>
    run(StepScope& job, StepExecutor&, const StepPlace& place, execution::StopToken&) override {
        for (const auto& registry : registries_) job.actions().logins.erase(registry);
        auto words = "Logged out of " + join(registries_, ", ") + "\n";
        auto saying = job.session().log(place.log, std::move(words));
        co_await std::move(saying);
        co_return StepResult{};
    }

  private:
    std::string name_;
    std::vector<std::string> registries_;
    std::string condition_;
};

std::vector<std::string> registries_of(const StepResult& result) {
    std::vector<std::string> out;
    const auto found = result.states.find("registries");
    if (found == result.states.end()) return out;
    for (const auto name : split(found->second, ',')) {
        if (!name.empty()) out.emplace_back(name);
    }
    return out;
}

std::string output_of(const StepResult& result, const std::string& name) {
    const auto found = result.outputs.find(name);
    return found == result.outputs.end() ? std::string{} : found->second;
}

}  // namespace

Task<StepResult> run_configure_credentials(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    return run_own_program(call, inputs, "configure-credentials", stop);
}

Task<StepResult> run_render_task_definition(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    return run_own_program(call, inputs, "render-task-definition", stop);
}

Task<StepResult> run_deploy_task_definition(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    return run_own_program(call, inputs, "deploy-task-definition", stop);
}

Task<StepResult> run_ecr_login(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    auto running = run_own_program(call, inputs, "ecr-login", stop);
    auto result = co_await std::move(running);
    if (result.state != model::StepState::succeeded) co_return result;
    auto registries = registries_of(result);
    for (const auto& registry : registries) {
        docker::Credentials login;
        login.server = registry;
        login.username = output_of(result, login_output("docker_username_", registry));
        login.password = Secret{output_of(result, login_output("docker_password_", registry))};
        auto logging_in = log_in(call, std::move(login));
        co_await std::move(logging_in);
    }
    if (to_lower(input_text(inputs, "skip-logout")) == "true") co_return result;
    call.scope.actions().posts.push_back(
        std::make_unique<LogoutPost>(post_name(call), std::move(registries))
    );
    co_return result;
}

}  // namespace triphammer::runner
