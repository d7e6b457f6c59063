#include "runner/actions/setup_cache.hpp"

#include "base/text.hpp"
#include "runner/actions/builtin.hpp"
#include "runner/actions/cache.hpp"
#include "runner/actions/setup_script.hpp"
#include "runner/steps/asked_hashes.hpp"

#include <algorithm>
#include <array>

namespace triphammer::runner {

namespace {

struct PackageManager {
    std::string_view tool;
    std::string_view name;
    /// What makes the key, as patterns, one a line; behind a '|' what counts where nothing matches.
    std::string_view files;
    /// Prints the folders, one a line.
    const char* folders;
    /// Of another system or version of the tool it is of no use.
    bool is_bound = false;
    bool takes_older = false;  // one of other files is better than none
};

constexpr auto kManagers = std::to_array<PackageManager>({
    {"python",
     "pip",
     "**/requirements.txt|**/pyproject.toml",
     "python -m pip cache dir",
     true,
     true},
    {"python", "pipenv", "**/Pipfile.lock", "echo '~/.local/share/virtualenvs'", true},
    {"python",
     "poetry",
     "**/poetry.lock",
     "poetry config virtualenvs.path\n"
     "if [ \"$(poetry config virtualenvs.in-project)\" = true ]; then echo .venv; fi",
     true,
     true},
    {"node", "npm", "package-lock.json|npm-shrinkwrap.json|yarn.lock", "npm config get cache"},
    {"node", "pnpm", "pnpm-lock.yaml", "pnpm store path --silent"},
    {"node",
     "yarn",
     "yarn.lock",
     "case $(yarn --version) in 1.*) yarn cache dir ;; *) yarn config get cacheFolder ;; esac"},
    {"go", "modules", "go.sum|go.mod", "go env GOMODCACHE GOCACHE", true},
    {"java",
     "maven",
     "**/pom.xml\n**/.mvn/wrapper/maven-wrapper.properties\n**/.mvn/extensions.xml",
     "echo '~/.m2/repository'"},
    {"java",
     "gradle",
     "**/*.gradle*\n**/gradle-wrapper.properties\nbuildSrc/**/Versions.kt\n"
     "buildSrc/**/Dependencies.kt\ngradle/*.versions.toml\n**/versions.properties",
     "printf '%s\\n' '~/.gradle/caches' '~/.gradle/wrapper'"},
    {"java",
     "sbt",
     "**/*.sbt\n**/project/build.properties\n**/project/**.scala\n**/project/**.sbt",
     "printf '%s\\n' '~/.ivy2/cache' '~/.sbt' '~/.cache/coursier' '!~/.sbt/*.lock' "
     "'!~/**/ivydata-*.properties'"},
});

/// $1 the tool's folder, $2 what prints the folders. The first line is the system.
constexpr const char* kListFolders = R"sh(PATH="$1:$PATH"
( . /etc/os-release && echo "$ID-${VERSION_ID:-0}" ) 2>/dev/null || echo any
set -e
eval "$2" 2>/dev/null
)sh";

/// Where the files are, now.
Task<Result<std::string>> hash_now(
    const ActionCall& call, std::string patterns, execution::StopToken& stop
) {
    const std::vector<std::string> texts{std::move(patterns)};
    auto* outside = call.contexts.outside;
    if (outside != nullptr && !call.executor.hides_changes()) co_return outside->hash_files(texts);
    AskedHashes hashes;
    (void)hashes.hash_files(texts);
    auto asking = hashes.ask(call.executor, stop);
    co_await std::move(asking);
    co_return hashes.hash_files(texts);
}

std::string runner_member(const ActionCall& call, std::string_view name) {
    const auto runner = call.contexts.find("runner");
    return runner ? runner->member(name).to_text() : std::string{};
}

class DependencyCache {
  public:
    DependencyCache(
        const ActionCall& call,
        const ActionInputs& inputs,
        const ToolInUse& tool,
        const PackageManager& manager,
        execution::StopToken& stop
    )
        : call_{call}, inputs_{inputs}, tool_{tool}, manager_{manager}, stop_{stop} {}

    Task<Result<protocol::Outputs>> restore() {
        auto hashing = hash_files();
        const auto hash = co_await std::move(hashing);
        if (!hash) co_return hash.error();
        auto listing = list_folders();
        if (auto listed = co_await std::move(listing); !listed) co_return listed.error();
        const auto prefix = key_prefix();
        std::map<std::string, std::string> values{{"key", prefix + *hash}, {"path", folders_}};
        if (manager_.takes_older) values["restore-keys"] = prefix;
        const StoreInputs wish{std::move(values)};
        const StoreCall place{call_.scope.session(), call_.executor, call_.place.log, stop_};
        auto restoring = restore_cache(place, wish);
        auto outputs = co_await std::move(restoring);
        if (!outputs) co_return outputs;
        const auto matched = (*outputs)["cache-matched-key"];
        outputs->erase("cache-matched-key");
        auto& hit = (*outputs)["cache-hit"];
        if (hit.empty()) hit = "false";
        if (input_text(inputs_, "cache-read-only") != "true") save_at_end(call_, wish, matched);
        co_return outputs;
    }

  private:
    Task<Result<std::string>> hash_files() {
        const auto given = input_text(inputs_, "cache-dependency-path");
        const std::string files{given.empty() ? manager_.files : std::string_view{given}};
        for (const auto patterns : split(files, given.empty() ? '|' : '\0')) {
            auto hashing = hash_now(call_, std::string{patterns}, stop_);
            auto hash = co_await std::move(hashing);
            if (!hash || !hash->empty()) co_return hash;
        }
        auto names = files;
        std::replace(names.begin(), names.end(), '|', ' ');
        std::replace(names.begin(), names.end(), '\n', ' ');
        co_return invalid(
            "cache: no file of the workspace matches " + names +
            ": is the repository checked out, and does cache-dependency-path name them?"
        );
    }

    Task<Result<>> list_folders() {
        auto asking =
            run_setup_script(call_, {kListFolders, "list", tool_.bin, manager_.folders}, stop_);
        const auto said = co_await std::move(asking);
        const auto name = std::string{manager_.name};
        if (!said)
            co_return invalid("cache: " + name + " does not say where its cache is; is it there?");
        const auto end = std::min(said->find('\n'), said->size());
        system_ = said->substr(0, end);
        folders_ = trim(std::string_view{*said}.substr(end));
        if (const auto given = input_text(inputs_, "cache-path"); !given.empty()) folders_ = given;
        if (!folders_.empty()) co_return Result<>{};
        co_return invalid("cache: " + name + " has no cache");
    }

    std::string key_prefix() const {
        const std::string tool{tool_.name};
        auto out = "setup-" + tool + "-" + runner_member(call_, "os") + "-" +
                   runner_member(call_, "arch") + "-";
        if (manager_.is_bound) out += system_ + "-" + tool + "-" + tool_.version + "-";
        return out + std::string{manager_.name} + "-";
    }

    const ActionCall& call_;
    const ActionInputs& inputs_;
    const ToolInUse& tool_;
    const PackageManager& manager_;
    execution::StopToken& stop_;
    std::string system_;
    std::string folders_;
};

/// Of what `cache` says: the name, or empty. Code::invalid.
Result<std::string> wished_manager(std::string_view tool, std::string_view wish) {
    if (tool != "go") return std::string{wish == "false" ? "" : wish};
    if (wish.empty() || equal_ignoring_case(wish, "true")) return std::string{"modules"};
    if (equal_ignoring_case(wish, "false")) return std::string{};
    return invalid("cache: '" + std::string{wish} + "' is neither true nor false");
}

Result<const PackageManager*> find_manager(std::string_view tool, const std::string& name) {
    std::vector<std::string> known;
    for (const auto& one : kManagers) {
        if (one.tool == tool && one.name == name) return &one;
        if (one.tool == tool) known.emplace_back(one.name);
    }
    return invalid("cache: '" + name + "' is none of " + join(known, ", "));
}

}  // namespace

Task<Result<protocol::Outputs>> restore_dependencies(
    const ActionCall& call, const ActionInputs& inputs, ToolInUse tool, execution::StopToken& stop
) {
    protocol::Outputs nothing{{"cache-hit", "false"}};
    const auto wish = wished_manager(tool.name, input_text(inputs, "cache"));
    if (!wish) co_return wish.error();
    if (wish->empty()) co_return nothing;
    const auto manager = find_manager(tool.name, *wish);
    if (!manager) co_return manager.error();
    DependencyCache cache{call, inputs, tool, **manager, stop};
    auto restoring = cache.restore();
    auto done = co_await std::move(restoring);
    const bool is_no_matter = !done && tool.name == "go" && done.error().code == Code::invalid;
    if (!is_no_matter) co_return done;
    auto words = "##[warning]" + done.error().message + "\n";
    auto saying = call.scope.session().log(call.place.log, std::move(words));
    co_await std::move(saying);
    co_return nothing;
}

}  // namespace triphammer::runner
