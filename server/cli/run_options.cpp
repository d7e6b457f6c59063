#include "cli/run_options.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/local_event.hpp"

#include <algorithm>

namespace triphammer::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMaxPayloadBytes = 32U << 20U;
constexpr std::uint64_t kMaxSecretBytes = 1U << 20U;

Result<std::pair<std::string, std::string>> split_pair(
    std::string_view option, const std::string& text
) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == text.npos) {
        return invalid("--" + std::string{option} + " wants NAME=VALUE, not '" + text + "'");
    }
    return std::pair{text.substr(0, equals), text.substr(equals + 1)};
}

Result<Texts> read_pairs(const Invocation& invocation, std::string_view option) {
    Texts out;
    for (const auto& text : invocation.arguments.values(option)) {
        auto pair = split_pair(option, text);
        if (!pair) return pair.error();
        out.push_back(std::move(*pair));
    }
    return out;
}

Result<Secret> secret_from_environment(const Invocation& invocation, const std::string& name) {
    for (const auto& variable : invocation.environment) {
        if (variable.size() > name.size() && variable.starts_with(name) &&
            variable[name.size()] == '=') {
            return Secret{variable.substr(name.size() + 1)};
        }
    }
    return invalid(
        "--secret " + name + ": there is no such variable; export " + name +
        ", or name a file with --secret-file"
    );
}

Result<> add_secrets(const Invocation& invocation, RunOptions& options) {
    for (const auto& name : invocation.arguments.values("secret")) {
        if (name.find('=') != name.npos) {
            return invalid(
                "--secret takes a name, its value comes from the environment: what is on a command "
                "line can be seen by everybody"
            );
        }
        auto value = secret_from_environment(invocation, name);
        if (!value) return value.error();
        options.secrets.emplace_back(name, std::move(*value));
    }
    for (const auto& file : invocation.arguments.values("secret-file")) {
        const auto text = read_file(file, kMaxSecretBytes);
        if (!text) return text.error();
        auto secrets = parse_secret_file(*text);
        if (!secrets) return with_context(file, secrets.error());
        std::move(secrets->begin(), secrets->end(), std::back_inserter(options.secrets));
    }
    return {};
}

std::vector<std::string> workflows_in(const fs::path& folder) {
    std::vector<std::string> out;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator{folder, failure}) {
        const auto extension = entry.path().extension();
        if (extension == ".yml" || extension == ".yaml") out.push_back(entry.path().string());
    }
    std::sort(out.begin(), out.end());
    return out;
}

Result<std::string> choose_file(const Invocation& invocation) {
    const auto& words = invocation.arguments.words();
    if (words.size() > 1) return invalid("run takes one FILE");
    if (invocation.arguments.has("replay")) {
        if (words.empty()) return std::string{};
        return invalid("--replay brings its own workflow; leave " + words[0] + " out");
    }
    return words.empty() ? find_only_workflow(".") : Result<std::string>{words[0]};
}

Result<> read_payload(const Invocation& invocation, RunOptions& options) {
    const auto file = invocation.arguments.value("payload");
    if (!file) return {};
    auto text = read_file(*file, kMaxPayloadBytes);
    if (!text) return with_context("--payload", text.error());
    if (trim(*text).empty()) return invalid("--payload " + *file + " is empty: write {} at least");
    options.payload = std::move(*text);
    return {};
}

std::string variable(const std::vector<std::string>& environment, std::string_view name) {
    const auto start = std::string{name} + "=";
    for (const auto& entry : environment) {
        if (entry.starts_with(start)) return entry.substr(start.size());
    }
    return {};
}

/// Of the XDG base directory specification; empty where there is no home.
std::string usual_caches(const std::vector<std::string>& environment) {
    const auto caches = variable(environment, "XDG_CACHE_HOME");
    if (!caches.empty()) return caches + "/triphammer/run";
    const auto home = variable(environment, "HOME");
    return home.empty() ? std::string{} : home + "/.cache/triphammer/run";
}

}  // namespace

Result<RunOptions> read_run_options(const Invocation& invocation) {
    RunOptions options;
    const auto& arguments = invocation.arguments;
    if (const auto event = arguments.value("event")) {
        if (auto known = check_event_name(*event); !known) return known.error();
        options.event = *event;
    }
    options.job = arguments.value("job").value_or("");
    options.allow = arguments.values("allow");
    options.caches = arguments.value("caches").value_or(usual_caches(invocation.environment));
    options.artifacts = arguments.value("artifacts").value_or("");
    options.engine = variable(invocation.environment, "DOCKER_HOST");
    options.replay = arguments.value("replay").value_or("");
    options.dry_run = arguments.has("dry-run");
    options.json = arguments.has("json");
    if (auto read = read_payload(invocation, options); !read) return read.error();
    if (auto added = add_secrets(invocation, options); !added) return added.error();
    auto inputs = read_pairs(invocation, "input");
    if (!inputs) return inputs.error();
    options.inputs = std::move(*inputs);
    auto variables = read_pairs(invocation, "var");
    if (!variables) return variables.error();
    options.variables = std::move(*variables);
    const auto labels = read_pairs(invocation, "runs-on");
    if (!labels) return labels.error();
    options.runs_on.insert(labels->begin(), labels->end());
    options.actions = invocation.arguments.values("action");
    auto file = choose_file(invocation);
    if (!file) return file.error();
    options.file = std::move(*file);
    return options;
}

Result<std::string> find_only_workflow(const fs::path& root) {
    for (const char* folder : {".triphammer", ".github/workflows"}) {
        auto files = workflows_in(root / folder);
        if (files.size() == 1) return files.front();
        if (files.size() > 1) return invalid("which workflow? There are " + join(files, ", "));
    }
    return not_found("there is no workflow in .triphammer or .github/workflows; name a FILE");
}

Result<std::vector<std::pair<std::string, Secret>>> parse_secret_file(std::string_view text) {
    std::vector<std::pair<std::string, Secret>> out;
    for (const auto line : split(text, '\n')) {
        const auto entry = trim(line);
        if (entry.empty() || entry.starts_with('#')) continue;
        const auto equals = entry.find('=');
        const auto number = std::to_string(std::count(text.begin(), line.begin(), '\n') + 1);
        if (equals == 0 || equals == entry.npos) {
            return invalid("line " + number + " is not NAME=VALUE");
        }
        auto value = trim(entry.substr(equals + 1));
        const bool quoted = value.size() >= 2 && value.front() == value.back() &&
                            (value.front() == '"' || value.front() == '\'');
        if (quoted) value = value.substr(1, value.size() - 2);
        out.emplace_back(trim(entry.substr(0, equals)), Secret{std::string{value}});
    }
    return out;
}

}  // namespace triphammer::cli
