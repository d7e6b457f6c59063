#include "runner/actions/image.hpp"

#include "base/text.hpp"
#include "runner/container/build_network.hpp"
#include "runner/image/work.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>

namespace triphammer::runner {

namespace fs = std::filesystem;
using model::Cause;

namespace {

/// Hints for another builder: they change nothing about what is built.
constexpr auto kHints = std::to_array<std::string_view>({
    "builder",
    "cache-to",
    "github-token",
    "provenance",
    "sbom",
    "load",
    "attests",
    "annotations",
});
constexpr auto kSecretInputs =
    std::to_array<std::string_view>({"secrets", "secret-files", "secret-envs", "ssh"});
constexpr auto kImageInputs = std::to_array<std::string_view>(
    {"context",
     "file",
     "tags",
     "labels",
     "build-args",
     "target",
     "push",
     "platforms",
     "cache-from",
     "no-cache",
     "pull"}
);

template <std::size_t size>
bool is_among(const std::array<std::string_view, size>& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(), [name](std::string_view one) {
        return equal_ignoring_case(one, name);
    });
}

/// A list with commas or lines.
std::vector<std::string> items_of(const std::string& text) {
    std::vector<std::string> out;
    for (const auto& line : lines_of(text)) {
        for (const auto item : split(line, ',')) {
            if (!trim(item).empty()) out.emplace_back(trim(item));
        }
    }
    return out;
}

Result<model::Pairs> pairs_of(std::string_view input, const std::string& text) {
    model::Pairs out;
    for (const auto& line : lines_of(text)) {
        const auto equals = line.find('=');
        if (equals == std::string::npos) {
            return invalid(std::string{input} + ": '" + line + "' is no NAME=value");
        }
        out.emplace_back(line.substr(0, equals), model::Template{line.substr(equals + 1), {}});
    }
    return out;
}

/// "type=registry,ref=app:cache" and "app:cache" → "app:cache"; empty: a cache of another kind.
std::string cached_image(const std::string& source) {
    if (source.find('=') == std::string::npos) return source;
    if (source.find("type=registry") == std::string::npos) return {};
    const auto reference = source.find("ref=");
    if (reference == std::string::npos) return {};
    return source.substr(reference + 4, source.find(',', reference) - reference - 4);
}

/// The engine would ask for a build's secrets over a session, which its API does not have for us.
std::string advice_for(std::string_view name) {
    if (!is_among(kSecretInputs, name)) return {};
    return ": fetch what needs the secret in a step before this one, and COPY it";
}

Result<> check_inputs(const ActionInputs& inputs, std::string& remarks) {
    for (const auto& [name, value] : inputs) {
        const auto text = value.to_text();
        if (text.empty() || text == "false" || is_among(kImageInputs, name)) continue;
        if (!is_among(kHints, name)) {
            return invalid(
                "docker/build-push-action: '" + name + "' is not supported" + advice_for(name)
            );
        }
        remarks += "'" + name + "' is accepted; the engine builds as it is set up\n";
    }
    for (const auto& source : lines_of(input_text(inputs, "cache-from"))) {
        if (!cached_image(source).empty()) continue;
        remarks += "cache-from: '" + source + "' is no image; the engine has its own cache\n";
    }
    return {};
}

/// At the action the Dockerfile is named from the workspace, at our builder from the context.
Result<std::string> file_in(const std::string& context, const std::string& file) {
    if (file.empty()) return std::string{"Dockerfile"};
    const auto inside = fs::path{file}.lexically_normal().lexically_relative(
        fs::path{context.empty() ? "." : context}.lexically_normal()
    );
    const auto text = inside.generic_string();
    if (!text.empty() && text.rfind("..", 0) != 0) return text;
    return invalid("file: '" + file + "' must be in the context '" + context + "'");
}

/// A name alone has the value of the step's variable; without one there is no such argument.
model::Pairs arguments_of(const std::string& text, const Environment& variables) {
    model::Pairs out;
    for (const auto& line : lines_of(text)) {
        const auto equals = line.find('=');
        const auto* value = equals == std::string::npos ? variables.find(line) : nullptr;
        if (value != nullptr) out.emplace_back(line, model::Template{*value, {}});
        if (equals == std::string::npos) continue;
        out.emplace_back(line.substr(0, equals), model::Template{line.substr(equals + 1), {}});
    }
    return out;
}

Result<model::ImageSpec> spec_of(const ActionInputs& inputs, const Environment& variables) {
    model::ImageSpec spec;
    auto context = input_text(inputs, "context");
    if (context == "{{defaultContext}}") context.clear();
    if (context.find("://") != std::string::npos) {
        return invalid("context: '" + context + "' is no folder of the workspace");
    }
    auto file = file_in(context, input_text(inputs, "file"));
    if (!file) return file.error();
    spec.context.text = context;
    spec.file.text = std::move(*file);
    spec.target.text = input_text(inputs, "target");
    for (auto& tag : items_of(input_text(inputs, "tags")))
        spec.tags.push_back({std::move(tag), {}});
    spec.build_args = arguments_of(input_text(inputs, "build-args"), variables);
    auto labels = pairs_of("labels", input_text(inputs, "labels"));
    if (!labels) return labels.error();
    spec.labels = std::move(*labels);
    for (auto& platform : items_of(input_text(inputs, "platforms"))) {
        spec.platforms.push_back({std::move(platform), {}});
    }
    for (const auto& source : lines_of(input_text(inputs, "cache-from"))) {
        if (auto image = cached_image(source); !image.empty()) {
            spec.cache_from.push_back({std::move(image), {}});
        }
    }
    spec.no_cache.text = input_text(inputs, "no-cache") == "true" ? "true" : "false";
    spec.pull.text = input_text(inputs, "pull") == "true" ? "true" : "false";
    spec.push.text = input_text(inputs, "push") == "true" ? "true" : "false";
    return spec;
}

/// The files of a job's own container are in there, out of the builder's reach.
Result<ImagePlan> plan_of(const ActionCall& call, const ActionInputs& inputs) {
    const auto& folders = call.executor.folders();
    if (folders.in_container) {
        return invalid("docker/build-push-action works in jobs on the host, not in a container");
    }
    const auto spec = spec_of(inputs, call.environment);
    if (!spec) return spec.error();
    const Evaluate as_it_is = [](const model::Template& value) -> Result<std::string> {
        return value.text;
    };
    auto plan = make_image_plan(
        call.scope.session().document(), *spec, folders.workspace.outside, as_it_is
    );
    if (plan && !plan->is_apart) plan->logins = call.scope.actions().logins;
    return plan;
}

StepResult failed(const Session& session, const ImageFailure& failure) {
    if (session.is_stopped()) return stopped_step(session);
    auto out = failed_step(failure.cause, failure.sentence);
    if (failure.exit_status != 0) out.exit_status = failure.exit_status;
    return out;
}

Task<ImageResult> build_and_push(ImageWork& work, int log) {
    auto building = work.build(log);
    auto failure = co_await std::move(building);
    if (failure) co_return failure;
    auto naming = work.name(log);
    failure = co_await std::move(naming);
    if (failure || !work.plan().push) co_return failure;
    auto pushing = work.push(log);
    failure = co_await std::move(pushing);
    if (failure) co_return failure;
    auto pruning = work.prune(log);
    co_await std::move(pruning);
    co_return ImageResult{};
}

StepResult result_of(const ImageWork& work) {
    const auto& known = work.outputs();
    const auto get = [&](const char* name) {
        const auto found = known.find(name);
        return found == known.end() ? std::string{} : found->second;
    };
    StepResult out;
    out.outputs["imageid"] = get("image-id");
    out.outputs["digest"] = get("digest");
    out.outputs["ref"] = get("ref");
    out.outputs["size"] = get("size");
    std::vector<std::string> names;
    for (const auto& tag : work.plan().tags) names.push_back(tag.text());
    out.outputs["metadata"] = nlohmann::json{
        {"containerimage.config.digest", get("image-id")},
        {"containerimage.digest", get("digest")},
        {"image.name",
         join(names, ",")}}.dump();
    return out;
}

}  // namespace

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    for (const auto line : split(text, '\n')) {
        if (!trim(line).empty()) out.emplace_back(trim(line));
    }
    return out;
}

Task<> log_in(const ActionCall& call, docker::Credentials login) {
    auto words =
        "The builds of this job log in to " + login.server + " as " + login.username + "\n";
    call.scope.actions().logins[login.server] = std::move(login);
    auto saying = call.scope.session().log(call.place.log, std::move(words));
    co_await std::move(saying);
}

Task<StepResult>
run_docker_login(const ActionCall& call, const ActionInputs& inputs, execution::StopToken&) {
    docker::Credentials login;
    login.server = docker::registry_host(input_text(inputs, "registry"));
    login.username = input_text(inputs, "username");
    login.password = Secret{input_text(inputs, "password")};
    const bool is_aws = login.server.find(".ecr.") != std::string::npos;
    if (is_aws && login.username != "AWS") {
        co_return failed_step(
            Cause::invalid,
            login.server +
                ": a registry of AWS wants a password that AWS's API gives: use "
                "aws-actions/configure-aws-credentials and aws-actions/amazon-ecr-login"
        );
    }
    if (login.username.empty() || login.password.empty()) {
        co_return failed_step(Cause::invalid, "docker/login-action needs username and password");
    }
    (void)call.scope.session().masks().add(login.password);
    auto logging_in = log_in(call, std::move(login));
    co_await std::move(logging_in);
    co_return StepResult{};
}

Task<StepResult>
run_setup_builder(const ActionCall& call, const ActionInputs&, execution::StopToken&) {
    auto saying = call.scope.session().log(
        call.place.log,
        "There is nothing to set up: images are built by the server's own engine. Which platforms' "
        "commands it can run is looked at before a build\n"
    );
    co_await std::move(saying);
#if defined(__aarch64__)
    constexpr const char* kPlatform = "linux/arm64";
#else
    constexpr const char* kPlatform = "linux/amd64";
#endif
    StepResult out;
    out.outputs["name"] = "default";
    out.outputs["driver"] = "docker";
    out.outputs["platforms"] = kPlatform;
    out.outputs["endpoint"] = "default";
    out.outputs["status"] = "running";
    out.outputs["flags"] = "";
    nlohmann::json node{
        {"name", "default"},
        {"endpoint", "default"},
        {"status", "running"},
        {"platforms", kPlatform}};
    out.outputs["nodes"] = nlohmann::json::array({std::move(node)}).dump();
    co_return out;
}

Task<StepResult>
run_build_push(const ActionCall& call, const ActionInputs& inputs, execution::StopToken&) {
    auto& session = call.scope.session();
    std::string remarks;
    if (auto fine = check_inputs(inputs, remarks); !fine) co_return failed_step(fine.error());
    auto saying = session.log(call.place.log, std::move(remarks));
    co_await std::move(saying);
    auto plan = plan_of(call, inputs);
    if (!plan) co_return failed_step(plan.error());
    ImageWork work{session, std::move(*plan), make_build_network(session), ask_needed_images};
    auto working = build_and_push(work, call.place.log);
    const auto failure = co_await std::move(working);
    auto closing = work.close();
    co_await std::move(closing);
    if (failure) co_return failed(session, *failure);
    co_return result_of(work);
}

}  // namespace triphammer::runner
