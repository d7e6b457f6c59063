#include "runner/actions/setup_extras.hpp"

#include "base/text.hpp"
#include "runner/actions/setup_script.hpp"

namespace triphammer::runner {

namespace {

/// Of a step without one: npm wants the variable to be there. The action's own.
constexpr const char* kNoToken = "XXXXX-XXXXX-XXXXX-XXXXX";
/// $1 the file, $2 how the line begins that it replaces, $3 the new lines.
constexpr const char* kWriteRegistry = R"sh(set -e
if [ -f "$1" ]; then grep -vF -- "$2" "$1" > "$1.new" || true; fi
printf '%s\n' "$3" >> "$1.new"
mv "$1.new" "$1"
)sh";
/// $1 python, $2 what to install, split at blanks.
constexpr const char* kPipInstall = R"sh(set -f
exec "$1" -m pip install --disable-pip-version-check --no-warn-script-location $2 2>&1
)sh";

/// "@octo:" for packages of one scope, lower case; GitHub's own registry has the owner's.
std::string scope_of(const ActionCall& call, const ActionInputs& inputs, const std::string& url) {
    auto scope = input_text(inputs, "scope");
    if (scope.empty() && url.find("npm.pkg.github.com") != std::string::npos) {
        const auto github = call.contexts.find("github");
        if (github) scope = github->member("repository_owner").to_text();
    }
    if (scope.empty()) return {};
    if (scope.front() != '@') scope.insert(scope.begin(), '@');
    return to_lower(scope) + ":";
}

}  // namespace

Task<Result<>> configure_npm(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    auto url = input_text(inputs, "registry-url");
    if (url.empty()) co_return Result<>{};
    const auto scheme = url.find("//");
    if (scheme == std::string::npos) co_return invalid("registry-url: '" + url + "' is no URL");
    if (url.back() != '/') url += '/';
    const auto setting = scope_of(call, inputs, url) + "registry=";
    auto lines = url.substr(scheme) + ":_authToken=${NODE_AUTH_TOKEN}\n" + setting + url;
    if (input_text(inputs, "always-auth") == "true") lines += "\nalways-auth=true";
    const auto file = call.executor.folders().temp.inside + "/.npmrc";
    auto writing = run_setup_script(call, {kWriteRegistry, "npmrc", file, setting, lines}, stop);
    const auto written = co_await std::move(writing);
    if (!written) co_return with_context("registry-url", written.error());
    call.scope.set_variable("NPM_CONFIG_USERCONFIG", file);
    const auto* token = call.environment.find("NODE_AUTH_TOKEN");
    call.scope.set_variable(
        "NODE_AUTH_TOKEN", token == nullptr || token->empty() ? kNoToken : *token
    );
    co_return Result<>{};
}

Task<Result<>> install_with_pip(
    const ActionCall& call,
    const ActionInputs& inputs,
    const std::string& python,
    execution::StopToken& stop
) {
    const auto version = input_text(inputs, "pip-version");
    const auto packages = input_text(inputs, "pip-install");
    for (const auto& wanted : {version.empty() ? version : "pip==" + version, packages}) {
        if (wanted.empty()) continue;
        auto installing = run_setup_script(call, {kPipInstall, "pip", python, wanted}, stop);
        auto said = co_await std::move(installing);
        if (!said) co_return with_context("pip install " + wanted, said.error());
        auto saying = call.scope.session().log(call.place.log, std::move(*said));
        co_await std::move(saying);
    }
    co_return Result<>{};
}

}  // namespace triphammer::runner
