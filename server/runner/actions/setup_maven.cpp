#include "runner/actions/setup_maven.hpp"

#include "base/markup.hpp"
#include "base/text.hpp"
#include "runner/actions/setup_script.hpp"

#include <initializer_list>
#include <optional>

namespace triphammer::runner {

namespace {

constexpr std::string_view kEndOfToolchains = "</toolchains>";
constexpr std::string_view kBeginOfToolchain = "<toolchain>";
constexpr std::string_view kEndOfToolchain = "</toolchain>";

/// $1 the folder, $2 settings.xml, $3 whether one that is there stays. Prints toolchains.xml.
constexpr const char* kWriteSettings = R"sh(set -e
mkdir -p -- "$1"
if [ "$3" != true ] || [ ! -e "$1/settings.xml" ]; then printf '%s' "$2" > "$1/settings.xml"; fi
if [ -f "$1/toolchains.xml" ]; then cat -- "$1/toolchains.xml"; fi
)sh";
/// $1 the folder, $2 the file.
constexpr const char* kWriteToolchains = R"sh(set -e
printf '%s' "$2" > "$1/toolchains.xml"
)sh";
/// The key is in $TRIPHAMMER_KEY; prints the folder. Of /tmp, which is the job's own: the agent's
/// socket has a name of a hundred characters at most.
constexpr const char* kImportKey = R"sh(set -e
folder=$(mktemp -d /tmp/setup-java-gpg-XXXXXX)
printf '%s\n' "$TRIPHAMMER_KEY" | gpg --homedir "$folder" --batch --import >&2
echo "$folder"
)sh";
/// $1 the folder.
constexpr const char* kForgetKey = R"sh(
gpgconf --homedir "$1" --kill gpg-agent 2>/dev/null || true
rm -rf -- "$1"
)sh";

std::string element(std::string_view name, std::string_view text) {
    const std::string tag{name};
    return "<" + tag + ">" + escape_markup(text) + "</" + tag + ">";
}

/// The value of a variable, when Maven reads the file.
std::string of_variable(const std::string& name) {
    return "${env." + name + "}";
}

/// The version of the action, where its ref says one: "@v4", "@v4.2.1".
std::optional<std::int64_t> major_of(std::string_view uses) {
    auto ref = uses.substr(uses.find('@') + 1);
    if (!ref.starts_with('v')) return {};
    ref.remove_prefix(1);
    return parse_integer(ref.substr(0, ref.find('.')));
}

std::string first_of(
    const ActionInputs& inputs,
    std::initializer_list<std::string_view> names,
    std::string_view fallback
) {
    for (const auto name : names) {
        if (auto value = input_text(inputs, name); !value.empty()) return value;
    }
    return std::string{fallback};
}

MavenServer server_of(const ActionCall& call, const ActionInputs& inputs) {
    MavenServer out;
    out.id = first_of(inputs, {"server-id"}, "github");
    out.username = first_of(inputs, {"server-username-env-var", "server-username"}, "GITHUB_ACTOR");
    out.password = first_of(inputs, {"server-password-env-var", "server-password"}, "GITHUB_TOKEN");
    const bool signs = !input_text(inputs, "gpg-private-key").empty();
    out.passphrase = first_of(
        inputs, {"gpg-passphrase-env-var", "gpg-passphrase"}, signs ? "GPG_PASSPHRASE" : ""
    );
    constexpr std::int64_t kFirstWithProfile = 6;
    const auto major = major_of(call.step.uses);
    out.as_server = !major || *major < kFirstWithProfile;
    out.as_profile = !major || *major >= kFirstWithProfile;
    return out;
}

/// The files as the steps see them.
std::string folder_of_settings(const ActionCall& call, const ActionInputs& inputs) {
    const auto& folders = call.executor.folders();
    const auto given = input_text(inputs, "settings-path");
    if (given.empty()) return folders.home.inside + "/.m2";
    return given.starts_with('/') ? given : folders.workspace.inside + "/" + given;
}

std::vector<Toolchain> toolchains_of(
    const ActionInputs& inputs, const std::vector<SetVersion>& versions
) {
    const auto vendor = first_of(inputs, {"mvn-toolchain-vendor", "distribution"}, "java");
    const auto text = input_text(inputs, "mvn-toolchain-id");
    const auto ids = split(trim(text), '\n');
    std::vector<Toolchain> out;
    for (const auto& one : versions) {
        const auto version = one.wanted == "*" ? one.version : one.wanted;
        const bool is_named = !text.empty() && ids.size() == versions.size();
        out.push_back(
            {version,
             vendor,
             is_named ? std::string{trim(ids[out.size()])} : vendor + "_" + version,
             one.bin.substr(0, one.bin.rfind('/'))}
        );
    }
    return out;
}

/// The key is for this job alone.
class KeyPost final : public PostStep {
  public:
    KeyPost(std::string name, std::string folder)
        : name_{std::move(name)}, folder_{std::move(folder)} {}

    std::string name() const override { return name_; }

    const std::string& condition() const override { return condition_; }

    Task<StepResult> run(
        StepScope& job, StepExecutor& executor, const StepPlace& place, execution::StopToken& stop
    ) override {
        const model::Step step;
        const auto environment = job.environment();
        const auto contexts = job.contexts();
        const ActionCall call{job, executor, step, place, environment, contexts, {}};
        auto forgetting = run_setup_script(call, {kForgetKey, "forget", folder_}, stop);
        const auto done = co_await std::move(forgetting);
        co_return done ? StepResult{} : failed_step(done.error());
    }

  private:
    std::string name_;
    std::string folder_;
    std::string condition_ = "always()";
};

Task<Result<>> import_key(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    const auto key = input_text(inputs, "gpg-private-key");
    if (key.empty()) co_return Result<>{};
    (void)call.scope.session().masks().add(Secret{key});
    std::vector<std::string> secret{"TRIPHAMMER_KEY=" + key};
    auto importing = run_setup_script(call, {kImportKey, "import"}, stop, std::move(secret));
    const auto said = co_await std::move(importing);
    if (!said) co_return with_context("gpg-private-key", said.error());
    const auto lines = trim(*said);
    const std::string folder{lines.substr(lines.rfind('\n') + 1)};
    call.scope.set_variable("GNUPGHOME", folder);
    call.scope.actions().posts.push_back(std::make_unique<KeyPost>(post_name(call), folder));
    co_return Result<>{};
}

void quiet_transfers(const ActionCall& call, const ActionInputs& inputs) {
    if (input_text(inputs, "show-download-progress") == "true") return;
    const auto* before = call.environment.find("MAVEN_ARGS");
    const std::string arguments = before == nullptr ? "" : *before;
    if ((" " + arguments + " ").find(" -ntp ") != std::string::npos) return;
    call.scope.set_variable("MAVEN_ARGS", arguments.empty() ? "-ntp" : arguments + " -ntp");
}

}  // namespace

std::string make_maven_settings(const MavenServer& server) {
    std::string out =
        "<settings xmlns=\"http://maven.apache.org/SETTINGS/1.0.0\"\n"
        "  xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"\n"
        "  xsi:schemaLocation=\"http://maven.apache.org/SETTINGS/1.0.0 "
        "https://maven.apache.org/xsd/settings-1.0.0.xsd\">\n"
        "  <interactiveMode>false</interactiveMode>\n"
        "  <servers>\n"
        "    <server>\n";
    out += "      " + element("id", server.id) + "\n";
    out += "      " + element("username", of_variable(server.username)) + "\n";
    out += "      " + element("password", of_variable(server.password)) + "\n    </server>\n";
    if (!server.passphrase.empty() && server.as_server) {
        out += "    <server>\n      <id>gpg.passphrase</id>\n      " +
               element("passphrase", of_variable(server.passphrase)) + "\n    </server>\n";
    }
    out += "  </servers>\n";
    const bool is_usual = server.passphrase == "MAVEN_GPG_PASSPHRASE";  // the plugin's own
    if (!server.passphrase.empty() && server.as_profile && !is_usual) {
        out +=
            "  <profiles>\n    <profile>\n      <id>setup-java-gpg</id>\n      <properties>\n      "
            "  " +
            element("gpg.passphraseEnvName", server.passphrase) +
            "\n      </properties>\n    </profile>\n  </profiles>\n"
            "  <activeProfiles>\n    <activeProfile>setup-java-gpg</activeProfile>\n"
            "  </activeProfiles>\n";
    }
    return out + "</settings>\n";
}

std::string add_toolchain(std::string_view text, const Toolchain& toolchain) {
    std::string out{text};
    if (out.rfind(kEndOfToolchains) == std::string::npos) {
        out = "<?xml version=\"1.0\"?>\n<toolchains>\n</toolchains>\n";
    }
    const auto id = element("id", toolchain.id);
    for (auto at = out.find(kBeginOfToolchain); at != std::string::npos;
         at = out.find(kBeginOfToolchain, at)) {
        const auto end = out.find(kEndOfToolchain, at);
        if (end == std::string::npos) break;
        const auto length = end + kEndOfToolchain.size() - at;
        const bool is_same = std::string_view{out}.substr(at, length).find(id) != std::string::npos;
        if (is_same) {
            out.erase(at, length);
        } else {
            at += length;
        }
    }
    out.insert(
        out.rfind(kEndOfToolchains),
        "  <toolchain>\n    <type>jdk</type>\n    <provides>\n      " +
            element("version", toolchain.version) + "\n      " +
            element("vendor", toolchain.vendor) + "\n      " + id +
            "\n    </provides>\n    <configuration>\n      " + element("jdkHome", toolchain.home) +
            "\n    </configuration>\n  </toolchain>\n"
    );
    return out;
}

Task<Result<>> configure_maven(
    const ActionCall& call,
    const ActionInputs& inputs,
    std::vector<SetVersion> versions,
    execution::StopToken& stop
) {
    const auto folder = folder_of_settings(call, inputs);
    const auto settings = make_maven_settings(server_of(call, inputs));
    const std::string stays = input_text(inputs, "overwrite-settings") == "false" ? "true" : "";
    auto writing =
        run_setup_script(call, {kWriteSettings, "settings", folder, settings, stays}, stop);
    auto toolchains = co_await std::move(writing);
    if (!toolchains) co_return with_context("settings-path", toolchains.error());
    for (const auto& one : toolchains_of(inputs, versions)) {
        *toolchains = add_toolchain(*toolchains, one);
    }
    auto adding = run_setup_script(call, {kWriteToolchains, "chains", folder, *toolchains}, stop);
    const auto added = co_await std::move(adding);
    if (!added) co_return with_context("settings-path", added.error());
    quiet_transfers(call, inputs);
    auto importing = import_key(call, inputs, stop);
    co_return co_await std::move(importing);
}

}  // namespace triphammer::runner
