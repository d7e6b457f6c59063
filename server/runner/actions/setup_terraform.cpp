#include "runner/actions/setup_terraform.hpp"

#include "base/text.hpp"
#include "runner/actions/setup_wanted.hpp"
#include "runner/actions/tool_probe.hpp"
#include "runner/session/capture.hpp"

#include <algorithm>

namespace triphammer::runner {

using model::Cause;

namespace {

constexpr std::size_t kMostOutput = 64U << 10U;
constexpr const char* kFolder = "/tool_terraform_";

constexpr ToolProbe kTerraform{
    "terraform",
    "/opt/hostedtoolcache/terraform/*/*:/opt/terraform*:/opt/terraform*/bin",
    "version"};
constexpr ToolProbe kTofu{
    "tofu", "/opt/hostedtoolcache/tofu/*/*:/opt/tofu*:/opt/opentofu*", "version"};

/// $1 the program, $2 a new folder for PATH. What it says goes on as it comes, and is kept: the
/// outputs stdout, stderr and exitcode of the step. 2 is no failure, as with HashiCorp's wrapper:
/// `plan -detailed-exitcode` means changes by it.
constexpr const char* kInstallWrapper = R"sh(set -e
mkdir -p "$2"
cat > "$2/terraform" <<'END'
#!/bin/sh
kept=$(mktemp -d "${RUNNER_TEMP:-/tmp}/terraform-XXXXXX") || exit 1
trap 'rm -rf "$kept"' EXIT
{
    { "$TERRAFORM_PROGRAM" "$@" 2>&1 >&3 3>&-; echo $? > "$kept/exitcode"; } | tee "$kept/stderr" >&2
} 3>&1 | tee "$kept/stdout"
code=$(cat "$kept/exitcode")
if [ -n "$GITHUB_OUTPUT" ]; then
    end=end_$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    for name in stdout stderr; do
        printf '%s<<%s\n' "$name" "$end"
        cat "$kept/$name"
        printf '\n%s\n' "$end"
    done >> "$GITHUB_OUTPUT"
    printf 'exitcode=%s\n' "$code" >> "$GITHUB_OUTPUT"
fi
[ "$code" = 0 ] || [ "$code" = 2 ] && exit 0
echo "::error::Terraform exited with code $code." >&2
exit 1
END
sed -i "s|\"\$TERRAFORM_PROGRAM\"|'$1'|" "$2/terraform"
chmod 755 "$2/terraform"
)sh";

constexpr const char* kInstallLink = R"sh(set -e
mkdir -p "$2"
ln -sf "$1" "$2/terraform"
)sh";

/// $1 the host; the token comes as a variable, which no list of processes shows.
constexpr const char* kWriteCredentials = R"sh(set -e
umask 077
printf 'credentials "%s" {\n  token = "%s"\n}\n' "$1" "$TOKEN" > "${TF_CLI_CONFIG_FILE:-$HOME/.terraformrc}"
)sh";

struct Choice {
    Installed program;
    bool is_tofu = false;
};

bool is_host(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == ':';
    });
}

/// Nothing that ends the text of a configuration file or means more in it.
bool is_token(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '$' && c != '%';
    });
}

class SetupTerraform {
  public:
    SetupTerraform(const ActionCall& call, const ActionInputs& inputs)
        : call_{call}, inputs_{inputs} {}

    Task<StepResult> run(execution::StopToken& stop) {
        auto asking = wanted(stop);
        const auto text = co_await std::move(asking);
        if (!text) co_return failed_step(text.error());
        const auto range = VersionRange::parse(*text == "latest" ? "*" : *text);
        if (!range) co_return failed_step(with_context("terraform_version", range.error()));
        auto choosing = choose(*range, stop);
        const auto chosen = co_await std::move(choosing);
        if (!chosen) co_return failed_step(chosen.error());
        if (!*chosen) co_return missing(*text);
        auto writing = write_credentials(stop);
        if (auto done = co_await std::move(writing); !done) co_return failed_step(done.error());
        auto installing = install(**chosen, stop);
        co_return co_await std::move(installing);
    }

  private:
    /// The input, the file that an input names, or the latest.
    Task<Result<std::string>> wanted(execution::StopToken& stop) {
        const auto given = std::string{trim(input_text(inputs_, "terraform_version"))};
        if (!given.empty()) co_return given;
        const auto file = input_text(inputs_, "terraform_version_file");
        if (file.empty()) co_return std::string{"latest"};
        auto reading = run_script("exec cat -- \"$1\"", {file}, {}, stop);
        const auto text = co_await std::move(reading);
        if (!text) co_return with_context("terraform_version_file", text.error());
        co_return version_in_file("terraform", file, *text);
    }

    /// Terraform where one fits, else OpenTofu.
    Task<Result<std::optional<Choice>>> choose(
        const VersionRange& range, execution::StopToken& stop
    ) {
        for (const bool is_tofu : {false, true}) {
            auto listing = list_installed(call_, is_tofu ? kTofu : kTerraform, stop);
            const auto installed = co_await std::move(listing);
            if (!installed) co_return installed.error();
            for (const auto& one : *installed) {
                if (one.path.find(kFolder) != std::string::npos) continue;  // our own wrapper
                found_.push_back(one);
                if (range.has(one.version)) co_return std::optional{Choice{one, is_tofu}};
            }
        }
        co_return std::optional<Choice>{};
    }

    StepResult missing(const std::string& text) const {
        return failed_step(
            Cause::invalid,
            "there is no Terraform or OpenTofu " + text + " in " + short_place(call_.executor) +
                "; found: " + list_text(found_) +
                ". Install it there, or choose an image that has it"
        );
    }

    Task<Result<>> write_credentials(execution::StopToken& stop) {
        const auto token = input_text(inputs_, "cli_config_credentials_token");
        if (token.empty()) co_return Result<>{};
        auto host = input_text(inputs_, "cli_config_credentials_hostname");
        if (host.empty()) host = "app.terraform.io";
        if (!is_host(host))
            co_return invalid("cli_config_credentials_hostname: '" + host + "' is no host");
        if (!is_token(token))
            co_return invalid("cli_config_credentials_token: it has characters of no token");
        (void)call_.scope.session().masks().add(Secret{token});
        auto writing = run_script(kWriteCredentials, {host}, "TOKEN=" + token, stop);
        const auto done = co_await std::move(writing);
        if (!done) co_return with_context("cli_config_credentials_token", done.error());
        co_return Result<>{};
    }

    Task<StepResult> install(Choice chosen, execution::StopToken& stop) {
        const auto version = version_text(chosen.program.version);
        const auto folder =
            call_.executor.folders().temp.inside + kFolder + version + "_" + call_.place.key;
        const bool wraps = to_lower(input_text(inputs_, "terraform_wrapper")) != "false";
        const auto& path = chosen.program.path;
        if (path.find_first_of("'|&\\\n") != std::string::npos)
            co_return failed_step(Cause::invalid, path + ": the path has characters of the shell");
        auto installing =
            run_script(wraps ? kInstallWrapper : kInstallLink, {path, folder}, {}, stop);
        const auto done = co_await std::move(installing);
        if (!done) co_return failed_step(done.error());
        auto words = (chosen.is_tofu ? "OpenTofu " : "Terraform ") + version + " (" + path + ")";
        if (chosen.is_tofu)
            words += " is called by the name terraform: there is no Terraform that fits";
        auto saying = call_.scope.session().log(call_.place.log, words + "\n");
        co_await std::move(saying);
        put_on_path(call_.scope, call_.executor, folder);
        call_.scope.set_variable("TERRAFORM_CLI_PATH", path.substr(0, path.rfind('/')));
        co_return StepResult{};
    }

    /// What it prints; an error where it fails.
    Task<Result<std::string>> run_script(
        const char* script,
        std::vector<std::string> arguments,
        std::string variable,
        execution::StopToken& stop
    ) {
        const StepProcess process{call_.scope, call_.executor, call_.place};
        auto environment = process.environment(call_.environment, "");
        environment.set_line(variable);
        StepCommand command;
        command.arguments = {"/bin/sh", "-c", script, "setup"};
        command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
        command.environment = environment.lines();
        command.directory = call_.executor.folders().workspace.inside;
        auto running = capture(call_.executor, std::move(command), kMostOutput, stop);
        const auto said = co_await std::move(running);
        if (!said) co_return said.error();
        if (said->status != 0) co_return invalid(std::string{trim(said->text)});
        co_return said->text;
    }

    const ActionCall& call_;
    const ActionInputs& inputs_;
    std::vector<Installed> found_;
};

}  // namespace

Task<StepResult> run_setup_terraform(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    SetupTerraform setup{call, inputs};
    auto running = setup.run(stop);
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
