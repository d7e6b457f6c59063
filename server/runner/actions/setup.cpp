#include "runner/actions/setup.hpp"

#include "base/text.hpp"
#include "runner/actions/setup_cache.hpp"
#include "runner/actions/setup_extras.hpp"
#include "runner/actions/setup_install.hpp"
#include "runner/actions/setup_matchers.hpp"
#include "runner/actions/setup_maven.hpp"
#include "runner/actions/setup_script.hpp"
#include "runner/actions/setup_wanted.hpp"
#include "runner/actions/tool_probe.hpp"
#include "runner/session/capture.hpp"

#include <algorithm>

namespace triphammer::runner {

using model::Cause;

namespace {

constexpr std::size_t kMostFileBytes = 256U << 10U;

struct Tool {
    std::string_view name;     // python
    std::string_view title;    // Python
    std::string_view version;  // the input, and the output
    std::string_view file;     // the input that names a file
    std::string_view usual;    // files that count where neither is given
    ToolProbe probe;
    /// $1 the program, $2 a new folder. Its last line is what goes on PATH.
    const char* install;
    std::string_view home;  // variables that name the tool's folder
};

constexpr Tool kPython{
    "python",
    "Python",
    "python-version",
    "python-version-file",
    ".python-version",
    {"python3 python3.[0-9] python3.[0-9][0-9] python",
     "/opt/hostedtoolcache/Python/*/*/bin:/opt/python*/bin",
     "--version"},
    kInstallPython,
    "pythonLocation Python_ROOT_DIR Python3_ROOT_DIR"};
constexpr Tool kNode{
    "node",
    "Node",
    "node-version",
    "node-version-file",
    "",
    {"node nodejs", "/opt/hostedtoolcache/node/*/*/bin:/opt/node*/bin", "--version"},
    kInstallBeside,
    "NPM_CONFIG_PREFIX"};
constexpr Tool kGo{
    "go",
    "Go",
    "go-version",
    "go-version-file",
    "",
    {"go",
     "/opt/hostedtoolcache/go/*/*/bin:/usr/local/go/bin:/usr/lib/go-*/bin:/opt/go*/bin",
     "version"},
    kInstallHome,
    ""};
constexpr Tool kJava{
    "java",
    "Java",
    "java-version",
    "java-version-file",
    "",
    {"java", "/opt/hostedtoolcache/Java_*/*/*/bin:/usr/lib/jvm/*/bin:/opt/java*/bin", "-version"},
    kInstallHome,
    "JAVA_HOME"};

/// As the context `runner.arch` is called, in small letters.
std::string architecture_named(std::string_view name) {
    const auto small = to_lower(name);
    if (small == "amd64" || small == "x86_64") return "x64";
    return small == "aarch64" ? "arm64" : small;
}

/// The second is the older name.
std::string jdk_file(const ActionInputs& inputs) {
    auto file = input_text(inputs, "jdk-file");
    return file.empty() ? input_text(inputs, "jdkFile") : file;
}

class Setup {
  public:
    Setup(const Tool& tool, const ActionCall& call, const ActionInputs& inputs)
        : tool_{tool}, call_{call}, inputs_{inputs} {}

    Task<StepResult> run(execution::StopToken& stop) {
        if (auto fine = check_architecture(); !fine) co_return failed_step(fine.error());
        auto asking = wanted(stop);
        const auto asked = co_await std::move(asking);
        if (!asked) co_return failed_step(asked.error());
        auto listing = list_candidates(stop);
        const auto installed = co_await std::move(listing);
        if (!installed) co_return failed_step(installed.error());
        StepResult last;
        for (const auto line : split(trim(asked->version), '\n')) {
            const Wanted one{std::string{trim(line)}, asked->is_least};
            auto setting_up = set_up(one, *installed, stop);
            last = co_await std::move(setting_up);
            if (last.is_failure()) co_return last;
            done_.back().wanted = one.version;
        }
        auto restoring = restore_dependencies(call_, inputs_, in_use(), stop);
        const auto restored = co_await std::move(restoring);
        if (!restored) co_return failed_step(restored.error());
        for (const auto& [name, value] : *restored) last.outputs[name] = value;
        auto adding = add_matchers(call_, tool_.name);
        co_await std::move(adding);
        co_return last;
    }

    /// What was set up, the last one first on PATH.
    const std::vector<SetVersion>& done() const { return done_; }

  private:
    struct Wanted {
        std::string version;    // one a line
        bool is_least = false;  // a later one will do
    };

    /// A tool of another processor than the job's would not run.
    Result<> check_architecture() const {
        const auto asked = input_text(inputs_, "architecture");
        const auto runner = call_.contexts.find("runner");
        const auto here = runner ? to_lower(runner->member("arch").to_text()) : std::string{};
        if (asked.empty() || architecture_named(asked) == here) return {};
        return invalid(
            "architecture: " + asked + " is asked for, and this job runs on " + here +
            ", whose tools are chosen from: leave architecture out, or give the job a label that "
            "means a machine or an image of that kind (runs_on)"
        );
    }

    /// What is installed; with `jdk-file` what is in that archive, and nothing else.
    Task<Result<std::vector<Installed>>> list_candidates(execution::StopToken& stop) {
        const auto file = tool_.name == "java" ? jdk_file(inputs_) : std::string{};
        if (file.empty()) {
            auto listing = list_installed(call_, tool_.probe, stop);
            co_return co_await std::move(listing);
        }
        const auto place = call_.executor.folders().temp.inside + "/jdk_" + call_.place.key;
        auto unpacking = run_setup_script(call_, {kUnpackJdk, "unpack", file, place}, stop);
        const auto unpacked = co_await std::move(unpacking);
        if (!unpacked) co_return with_context("jdk-file", unpacked.error());
        const auto said = std::string{trim(*unpacked)};
        const auto folder = said.substr(said.rfind('\n') + 1);
        const auto places = folder + "/bin:" + folder + "/*/bin:" + folder + "/*/Contents/Home/bin";
        const ToolProbe probe{tool_.probe.programs, places, tool_.probe.flag};
        auto listing = list_installed(call_, probe, stop);
        auto found = co_await std::move(listing);
        if (!found) co_return found;
        std::erase_if(*found, [&](const Installed& one) {
            return !one.path.starts_with(folder + "/");
        });
        if (found->empty()) co_return invalid("jdk-file: " + file + " holds no bin/java that runs");
        co_return found;
    }

    ToolInUse in_use() const {
        const auto& last = done_.back();
        return {tool_.name, last.version, last.bin};
    }

    /// Of several versions the last one is first on PATH.
    Task<StepResult> set_up(
        Wanted wanted, const std::vector<Installed>& installed, execution::StopToken& stop
    ) {
        const auto chosen = choose(wanted, installed);
        if (!chosen) {
            co_return failed_step(with_context(std::string{tool_.version}, chosen.error()));
        }
        if (*chosen == nullptr) co_return missing(wanted.version, installed);
        auto installing = install(**chosen, stop);
        co_return co_await std::move(installing);
    }

    /// The newest that fits; null: none does.
    static Result<const Installed*> choose(
        const Wanted& wanted, const std::vector<Installed>& installed
    ) {
        const auto text = range_of_alias(trim(wanted.version));
        auto range = VersionRange::parse(text);
        if (!range) return range.error();
        const auto fits = [&](const Installed& one) { return range->has(one.version); };
        auto found = std::find_if(installed.begin(), installed.end(), fits);
        if (found == installed.end() && wanted.is_least) {
            range = VersionRange::parse(">=" + text);
            if (!range) return range.error();
            found = std::find_if(installed.begin(), installed.end(), fits);
        }
        return found == installed.end() ? nullptr : &*found;
    }

    /// The input, the file that an input names, the usual file; else any version. What `jdk-file`
    /// holds is taken as it is: there the version is a label.
    Task<Result<Wanted>> wanted(execution::StopToken& stop) {
        if (tool_.name == "java" && !jdk_file(inputs_).empty()) co_return Wanted{"*"};
        auto given = input_text(inputs_, tool_.version);
        if (!given.empty()) co_return Wanted{given};
        auto file = input_text(inputs_, tool_.file);
        const bool is_named = !file.empty();
        if (!is_named) file = tool_.usual;
        if (file.empty()) co_return Wanted{"*"};
        StepCommand command;
        command.arguments = {"/bin/sh", "-c", "exec cat -- \"$1\"", "read", file};
        command.environment = {std::string{"PATH="} + kUsualPath};
        command.directory = call_.executor.folders().workspace.inside;
        auto reading = capture(call_.executor, std::move(command), kMostFileBytes, stop);
        const auto said = co_await std::move(reading);
        if (!said) co_return with_context(file, said.error());
        if (said->status == 0) co_return wanted_by(file, said->text);
        if (!is_named) co_return Wanted{"*"};
        co_return invalid(std::string{tool_.file} + ": there is no file " + file);
    }

    Result<Wanted> wanted_by(const std::string& file, const std::string& text) const {
        auto version = version_in_file(tool_.name, file, text);
        if (!version) return version.error();
        return Wanted{std::move(*version), names_least_version(file)};
    }

    StepResult missing(const std::string& text, const std::vector<Installed>& installed) const {
        return failed_step(
            Cause::invalid,
            "there is no " + std::string{tool_.title} + " " + text + " in " +
                short_place(call_.executor) + "; found: " + list_text(installed) +
                ". Install it there, or choose an image that has it"
        );
    }

    Task<StepResult> install(const Installed& chosen, execution::StopToken& stop) {
        const auto version = version_text(chosen.version);
        const auto folder = call_.executor.folders().temp.inside + "/tool_" +
                            std::string{tool_.name} + "_" + version + "_" + call_.place.key;
        StepCommand command;
        command.arguments = {"/bin/sh", "-c", tool_.install, "install", chosen.path, folder};
        const StepProcess process{call_.scope, call_.executor, call_.place};
        command.environment = process.environment(call_.environment, "").lines();
        command.directory = call_.executor.folders().workspace.inside;
        auto installing =
            capture(call_.executor, std::move(command), kMostFileBytes, stop, kLongCapture);
        const auto said = co_await std::move(installing);
        if (!said) co_return failed_step(with_context(chosen.path, said.error()));
        if (said->status != 0) {
            co_return failed_step(Cause::invalid, chosen.path + ": " + said->text);
        }
        const auto text = std::string{trim(said->text)};
        const auto end = text.rfind('\n');
        const auto bin = end == std::string::npos ? text : text.substr(end + 1);
        auto words = std::string{tool_.title} + " " + version + " (" + chosen.path + ")\n";
        if (end != std::string::npos) words = text.substr(0, end + 1) + words;
        auto saying = call_.scope.session().log(call_.place.log, std::move(words));
        co_await std::move(saying);
        co_return publish(bin, version, chosen);
    }

    /// PATH, variables, outputs.
    StepResult publish(
        const std::string& bin, const std::string& version, const Installed& chosen
    ) {
        auto& environment = call_.scope.session().contexts().environment();
        if (tool_.name == "go") {
            put_on_path(
                call_.scope, call_.executor, call_.executor.folders().home.inside + "/go/bin"
            );
        }
        put_on_path(call_.scope, call_.executor, bin);
        const auto home = bin.substr(0, bin.rfind('/'));
        for (const auto name : split(tool_.home, ' ')) {
            if (!name.empty()) environment.set(name, home);
        }
        StepResult out;
        // As `node --version` has it; the others say only the number.
        out.outputs[std::string{tool_.version}] = (tool_.name == "node" ? "v" : "") + version;
        done_.push_back({"", version, bin});
        if (tool_.name == "python") out.outputs["python-path"] = bin + "/python";
        if (tool_.name != "java") return out;
        const auto major = std::to_string(chosen.version.parts[0]);
        environment.set("JAVA_HOME_" + major + "_X64", home);
        out.outputs["version"] = version;
        out.outputs["path"] = home;
        out.outputs["distribution"] = input_text(inputs_, "distribution");
        return out;
    }

    const Tool& tool_;
    const ActionCall& call_;
    const ActionInputs& inputs_;
    std::vector<SetVersion> done_;
};

Task<StepResult> run_setup(
    const Tool& tool, const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    Setup setup{tool, call, inputs};
    auto running = setup.run(stop);
    co_return co_await std::move(running);
}

}  // namespace

Task<StepResult> run_setup_python(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    auto choosing = run_setup(kPython, call, inputs, stop);
    auto result = co_await std::move(choosing);
    if (result.is_failure()) co_return result;
    auto installing = install_with_pip(call, inputs, result.outputs["python-path"], stop);
    const auto done = co_await std::move(installing);
    co_return done ? std::move(result) : failed_step(done.error());
}

Task<StepResult> run_setup_node(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    auto choosing = run_setup(kNode, call, inputs, stop);
    auto result = co_await std::move(choosing);
    if (result.is_failure()) co_return result;
    auto configuring = configure_npm(call, inputs, stop);
    const auto done = co_await std::move(configuring);
    co_return done ? std::move(result) : failed_step(done.error());
}

Task<StepResult> run_setup_go(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    return run_setup(kGo, call, inputs, stop);
}

Task<StepResult> run_setup_java(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    Setup setup{kJava, call, inputs};
    auto choosing = setup.run(stop);
    auto result = co_await std::move(choosing);
    if (result.is_failure()) co_return result;
    auto configuring = configure_maven(call, inputs, setup.done(), stop);
    const auto done = co_await std::move(configuring);
    co_return done ? std::move(result) : failed_step(done.error());
}

}  // namespace triphammer::runner
