#include "runner/image/plan.hpp"

#include "model/engine_labels.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <system_error>

namespace triphammer::runner {

namespace fs = std::filesystem;

namespace {

/// `path` below `root` with all links followed; Code::invalid when it leads out or is not there.
Result<fs::path> resolve_inside(const fs::path& root, const std::string& path, const char* what) {
    std::error_code failure;
    const auto base = fs::canonical(root, failure);
    const auto full = fs::canonical(base / fs::path{path}.relative_path(), failure);
    if (failure) {
        return invalid(std::string{what} + " '" + path + "' is not in the repository");
    }
    const auto relative = full.lexically_relative(base);
    if (relative.empty() || *relative.begin() == "..") {
        return invalid(std::string{what} + " '" + path + "' leads out of the repository");
    }
    return full;
}

Result<> evaluate_pairs(
    const model::Pairs& pairs,
    const Evaluate& evaluate,
    std::vector<std::pair<std::string, std::string>>& out
) {
    for (const auto& [name, value] : pairs) {
        auto text = evaluate(value);
        if (!text) return text.error();
        out.emplace_back(name, std::move(*text));
    }
    return {};
}

Result<bool> evaluate_flag(const model::Template& value, const Evaluate& evaluate, bool fallback) {
    if (value.empty()) return fallback;
    auto text = evaluate(value);
    if (!text) return text.error();
    if (*text == "true") return true;
    if (*text == "false") return false;
    return invalid("push is true or false, not '" + *text + "'");
}

std::string server_url(const model::JobDocument& document) {
    const auto contexts = nlohmann::json::parse(document.contexts_json, nullptr, false);
    const nlohmann::json::json_pointer place{"/github/server_url"};
    if (!contexts.is_object() || !contexts.contains(place)) return {};
    return contexts[place].is_string() ? contexts[place].get<std::string>() : std::string{};
}

/// Where the image comes from (github.com/opencontainers/image-spec, annotations). Nothing that
/// differs between two builds of the same commit: they shall give the same image.
std::map<std::string, std::string> origin_labels(const model::JobDocument& document) {
    std::map<std::string, std::string> labels{
        {model::kServerLabel, document.server_id},
        {"org.opencontainers.image.revision", document.source.sha},
    };
    const auto forge = server_url(document);
    if (!forge.empty()) {
        labels["org.opencontainers.image.source"] = forge + "/" + document.source.repository;
    }
    return labels;
}

/// Turns templates into the plan, part by part; the first error ends it.
class Planner {
  public:
    Planner(const model::ImageSpec& spec, const Evaluate& evaluate)
        : spec_{spec}, evaluate_{evaluate} {}

    Result<> add_place(ImagePlan& plan, const std::string& workspace) const {
        auto context = text_or(spec_.context, ".");
        auto file = text_or(spec_.file, "Dockerfile");
        auto target = text_or(spec_.target, "");
        for (const auto* text : {&context, &file, &target}) {
            if (!*text) return text->error();
        }
        auto folder = resolve_inside(workspace, *context, "the context");
        if (!folder) return folder.error();
        auto dockerfile = resolve_inside(*folder, *file, "the Dockerfile");
        if (!dockerfile) return dockerfile.error();
        plan.context = folder->string();
        plan.dockerfile = fs::path{*file}.lexically_normal().relative_path().string();
        plan.target = std::move(*target);
        return {};
    }

    Result<> add_tags(ImagePlan& plan) const {
        auto push = evaluate_flag(spec_.push, evaluate_, true);
        if (!push) return push.error();
        plan.push = *push;
        for (const auto& tag : spec_.tags) {
            auto text = evaluate_(tag);
            if (!text) return text.error();
            auto reference = docker::parse_reference(*text);
            if (!reference) return reference.error();
            if (!reference->digest.empty()) return invalid("'" + *text + "': a tag has no digest");
            if (reference->tag.empty()) reference->tag = "latest";
            plan.tags.push_back(std::move(*reference));
        }
        if (plan.push && plan.tags.empty()) {
            return invalid("image: nothing to push: name at least one tag, or say push: false");
        }
        return {};
    }

    Result<> add_values(ImagePlan& plan) const {
        if (auto done = evaluate_pairs(spec_.build_args, evaluate_, plan.build_args); !done) {
            return done;
        }
        std::vector<std::pair<std::string, std::string>> labels;
        if (auto done = evaluate_pairs(spec_.labels, evaluate_, labels); !done) return done;
        for (auto& [name, value] : labels) plan.labels[name] = std::move(value);
        auto username = text_or(spec_.registry_username, "");
        if (!username) return username.error();
        auto password = text_or(spec_.registry_password, "");
        if (!password) return password.error();
        plan.username = std::move(*username);
        plan.password = Secret{std::move(*password)};
        return {};
    }

  private:
    Result<std::string> text_or(const model::Template& value, std::string fallback) const {
        if (value.empty()) return fallback;
        auto text = evaluate_(value);
        return text && text->empty() ? Result<std::string>{std::move(fallback)} : text;
    }

    const model::ImageSpec& spec_;
    const Evaluate& evaluate_;
};

}  // namespace

Result<ImagePlan> make_image_plan(
    const model::JobDocument& document, const std::string& workspace, const Evaluate& evaluate
) {
    if (!document.job.image) return Error{Code::internal, "not an image job"};
    return make_image_plan(document, *document.job.image, workspace, evaluate);
}

Result<ImagePlan> make_image_plan(
    const model::JobDocument& document,
    const model::ImageSpec& spec,
    const std::string& workspace,
    const Evaluate& evaluate
) {
    ImagePlan plan;
    plan.labels = origin_labels(document);
    const Planner planner{spec, evaluate};
    if (auto done = planner.add_tags(plan); !done) return done.error();
    if (auto done = planner.add_values(plan); !done) return done.error();
    if (auto done = planner.add_place(plan, workspace); !done) return done.error();
    return plan;
}

docker::Credentials credentials_for(const ImagePlan& plan, const docker::ImageReference& image) {
    const auto login = plan.logins.find(image.registry());
    if (login != plan.logins.end()) return login->second;
    docker::Credentials credentials;
    credentials.username = plan.username;
    credentials.password = plan.password;
    credentials.server = image.registry();
    return credentials;
}

}  // namespace triphammer::runner
