#include "runner/terraform/program.hpp"

#include "runner/terraform/changes.hpp"
#include "runner/terraform/choices.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace triphammer::runner {

namespace {

constexpr std::size_t kKeptOutput = 256U << 10U;
constexpr std::size_t kMostRead = 64U << 20U;
constexpr int kSignalled = 128;
constexpr int kNoProgram = 3;
constexpr const char* kFind =
    "for name in tofu terraform; do path=$(command -v \"$name\") && break; done; "
    "[ -n \"$path\" ] || exit 3; printf '%s\\n' \"$path\"; \"$path\" version -json 2>/dev/null";
constexpr const char* kQuietly = "exec \"$0\" \"$@\" 2>/dev/null";
constexpr const char* kReadFile = "[ ! -e \"$0\" ] || exec cat -- \"$0\"";

/// Into a step's log; remembers the end.
class KeepingSink final : public execution::OutputSink {
  public:
    KeepingSink(Session& session, int step, execution::OutputSink* output)
        : session_{session}, step_{step}, output_{output} {}

    Task<Result<>> write(std::string_view bytes) override {
        kept_ += bytes;
        if (kept_.size() > 2 * kKeptOutput) kept_.erase(0, kept_.size() - kKeptOutput);
        if (output_ != nullptr) return output_->write(bytes);
        return session_.log(step_, std::string{bytes});
    }

    std::string take() { return std::move(kept_); }

  private:
    Session& session_;
    int step_;
    execution::OutputSink* output_;
    std::string kept_;
};

Result<ProgramEnd> judge(const execution::ProcessEnd& end, std::string text) {
    using execution::EndCause;
    switch (end.cause) {
        case EndCause::exited:
            return ProgramEnd{end.status.code, std::move(text)};
        case EndCause::signalled:
            return ProgramEnd{kSignalled + end.status.signal, std::move(text)};
        case EndCause::timed_out:
            return Error{Code::timed_out, "it did not end in time"};
        case EndCause::cancelled:
            return Error{Code::cancelled, "it was stopped"};
        case EndCause::oom:
            return Error{Code::io, "it was killed for lack of memory"};
        case EndCause::disk_full:
            break;
    }
    return Error{Code::disk_full, "it has written all that it may"};
}

}  // namespace

Environment TerraformProgram::environment() const {
    Environment out;
    out.set("PATH", kUsualPath);
    for (const auto& line : place_.base_environment()) out.set_line(line);
    out.set("HOME", place_.folders().home.inside);
    out.set("CI", "true");
    out.set("CHECKPOINT_DISABLE", "1");
    out.put_over(session_.contexts().environment());
    out.put_over(session_.contexts().reserved());
    out.set("GITHUB_ACTIONS", "true");
    out.set("TRIPHAMMER", "true");
    out.set("TF_IN_AUTOMATION", "1");
    out.set("TF_INPUT", "0");
    for (const auto& [name, value] : variables_) out.set("TF_VAR_" + name, value);
    return out;
}

std::map<std::string, std::string> TerraformProgram::choices() const {
    return list_choices(environment());
}

std::vector<std::string> TerraformProgram::lock_arguments(const std::string& command) const {
    const auto& given = session_.contexts().environment();
    for (const auto& name : {std::string{"TF_CLI_ARGS"}, "TF_CLI_ARGS_" + command}) {
        const auto* value = given.find(name);
        if (value != nullptr && value->find("-lock") != std::string::npos) return {};
    }
    return {"-lock-timeout=60s"};
}

StepCommand TerraformProgram::command_in(
    const std::string& folder, std::vector<std::string> arguments
) const {
    StepCommand command;
    command.arguments = std::move(arguments);
    command.environment = environment().lines();
    const std::filesystem::path workspace{place_.folders().workspace.inside};
    command.directory = (workspace / folder).lexically_normal().string();
    return command;
}

Task<Result<Captured>> TerraformProgram::look(StepCommand command, std::size_t most) {
    auto capturing = capture(place_, std::move(command), most, session_.stop(), kLongCapture);
    co_return co_await std::move(capturing);
}

Task<Result<>> TerraformProgram::find() {
    if (auto good = check_choices(environment()); !good) co_return good;
    auto looking = look(command_in("", {"/bin/sh", "-c", kFind}), kKeptOutput);
    const auto found = co_await std::move(looking);
    if (!found) co_return with_context("looking for tofu and terraform", found.error());
    if (found->status == kNoProgram) {
        co_return not_found(
            "there is neither OpenTofu (tofu) nor Terraform (terraform) on the job's PATH: install "
            "one where the job runs, or put its folder into `env: { PATH: … }` of the job"
        );
    }
    const auto end = found->text.find('\n');
    path_ = found->text.substr(0, end);
    const auto said = end == std::string::npos ? std::string_view{}
                                               : std::string_view{found->text}.substr(end + 1);
    const auto version = nlohmann::json::parse(said, nullptr, false);
    const auto number = text_at(version, "terraform_version");
    if (found->status != 0 || number.empty()) {
        co_return invalid(path_ + " version -json gives no version: is it OpenTofu or Terraform?");
    }
    const bool is_tofu = std::filesystem::path{path_}.filename() == "tofu";
    name_ = (is_tofu ? "OpenTofu " : "Terraform ") + number;
    co_return Result<>{};
}

Task<Result<ProgramEnd>> TerraformProgram::run(
    int step,
    std::string folder,
    std::vector<std::string> arguments,
    execution::StopToken& stop,
    execution::OutputSink* output
) {
    arguments.insert(arguments.begin(), path_);
    KeepingSink sink{session_, step, output};
    execution::ProcessLimits limits;
    limits.grace = std::chrono::seconds{session_.document().grace_seconds};
    auto running = place_.run_step(command_in(folder, std::move(arguments)), limits, sink, stop);
    const auto end = co_await std::move(running);
    if (!end) co_return end.error();
    co_return judge(*end, sink.take());
}

Task<Result<std::string>> TerraformProgram::read(
    std::string folder, std::vector<std::string> arguments
) {
    const auto what = arguments.front();
    arguments.insert(arguments.begin(), {"/bin/sh", "-c", kQuietly, path_});
    auto looking = look(command_in(folder, std::move(arguments)), kMostRead);
    auto said = co_await std::move(looking);
    if (!said) co_return with_context(name_ + " " + what, said.error());
    if (said->status != 0) {
        co_return refused(name_ + " " + what + " exited with " + std::to_string(said->status));
    }
    co_return std::move(said->text);
}

Task<Result<std::string>> TerraformProgram::read_file(std::string folder, std::string name) {
    auto command = command_in(folder, {"/bin/sh", "-c", kReadFile, "./" + name});
    auto looking = look(std::move(command), kMostRead);
    auto said = co_await std::move(looking);
    if (!said) co_return with_context(name, said.error());
    if (said->status != 0) co_return refused(name + " cannot be read");
    co_return std::move(said->text);
}

}  // namespace triphammer::runner
