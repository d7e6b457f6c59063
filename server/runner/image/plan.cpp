#include "runner/image/plan.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "runner/image/labels.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <tuple>

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

Result<bool> evaluate_flag(
    const model::Template& value, const Evaluate& evaluate, const char* what, bool fallback = false
) {
    if (value.empty()) return fallback;
    auto text = evaluate(value);
    if (!text) return text.error();
    if (*text == "true") return true;
    if (*text == "false") return false;
    return invalid(std::string{what} + " is true or false, not '" + *text + "'");
}

bool is_platform(std::string_view text) {
    const auto parts = split(text, '/');
    const bool is_long = parts.size() == 2 || parts.size() == 3;
    return is_long && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789/.") == text.npos;
}

/// A policy as ECR takes it: an object with rules, of at most 30,720 characters.
Result<std::string> read_policy(const std::string& workspace, const std::string& path) {
    constexpr std::size_t kMostPolicy = 30'720;
    const auto what = "login.ecr.lifecycle: '" + path + "'";
    const auto file = resolve_inside(workspace, path, "login.ecr.lifecycle:");
    if (!file) return file.error();
    auto text = read_file(*file, kMostPolicy);
    if (!text) return with_context(what, text.error());
    const auto policy = nlohmann::json::parse(*text, nullptr, false);
    if (policy.is_discarded()) return invalid(what + " is no JSON");
    if (!policy.is_object() || !policy.contains("rules") || !policy["rules"].is_array()) {
        return invalid(what + " is no lifecycle policy: it is an object with a list 'rules'");
    }
    return text;
}

/// Each platform of several has a name of its own beside the index.
Result<> check_platforms(const ImagePlan& plan) {
    constexpr std::size_t kLongestTag = 128;
    if (plan.platforms.size() < 2) return {};
    if (plan.builder == "classic") {
        return invalid(
            "platforms: several are built by BuildKit alone: leave 'builder: classic' out"
        );
    }
    for (const auto& tag : plan.tags) {
        for (const auto& platform : plan.platforms) {
            const auto name = name_for_platform(tag, platform);
            if (name.tag.size() <= kLongestTag) continue;
            return invalid(
                "'" + name.text() +
                "': a tag has at most 128 characters, and this one's platforms "
                "have names of their own: write a shorter one"
            );
        }
    }
    return {};
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
        // Without links: the builder follows them from the context, not from this machine's root.
        plan.dockerfile = dockerfile->lexically_relative(*folder).string();
        plan.target = std::move(*target);
        return {};
    }

    Result<> add_tags(ImagePlan& plan) const {
        auto push = evaluate_flag(spec_.push, evaluate_, "push", true);
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
        for (const auto& [name, value] : plan.build_args) {
            // BuildKit takes it for "# syntax=", before it has read the Dockerfile.
            if (name != "BUILDKIT_SYNTAX") continue;
            return invalid(
                "build-args: BUILDKIT_SYNTAX names a program that the engine itself would fetch "
                "and run: write '# syntax=docker/dockerfile:1' into the Dockerfile"
            );
        }
        std::vector<std::pair<std::string, std::string>> labels;
        if (auto done = evaluate_pairs(spec_.labels, evaluate_, labels); !done) return done;
        for (auto& [name, value] : labels) {
            if (name.starts_with("triphammer.")) {
                return invalid(
                    "labels: '" + name + "' is the server's own: it says whose an image is"
                );
            }
            plan.labels[name] = std::move(value);
        }
        auto username = text_or(spec_.registry_username, "");
        if (!username) return username.error();
        auto password = text_or(spec_.registry_password, "");
        if (!password) return password.error();
        plan.username = std::move(*username);
        plan.password = Secret{std::move(*password)};
        return {};
    }

    Result<> add_logins(ImagePlan& plan) const {
        for (const auto& login : spec_.logins) {
            docker::Credentials credentials;
            credentials.server = docker::registry_host(login.registry);
            auto username = text_or(login.username, "");
            if (!username) return username.error();
            const bool is_bearer = username->empty();
            const auto& secret = login.token.empty() ? login.password : login.token;
            auto value = text_or(secret, "");
            if (!value) return value.error();
            if (value->empty()) {
                return invalid(
                    "login." + login.registry +
                    ": the secret is empty: triphammer secret set NAME, and is it this "
                    "repository's "
                    "and this environment's?"
                );
            }
            credentials.username = std::move(*username);
            (is_bearer ? credentials.token : credentials.password) = Secret{std::move(*value)};
            plan.logins[credentials.server] = std::move(credentials);
        }
        return {};
    }

    Result<> add_ecr(ImagePlan& plan, const std::string& workspace) const {
        if (!spec_.ecr) return {};
        auto& wish = plan.ecr.emplace();
        auto region = text_or(spec_.ecr->region, "");
        auto account = text_or(spec_.ecr->account, "");
        auto file = text_or(spec_.ecr->lifecycle, "");
        for (const auto* text : {&region, &account, &file}) {
            if (!*text) return text->error();
        }
        const std::tuple<const model::Template*, const char*, bool*> flags[] = {
            {&spec_.ecr->create, "login.ecr.create", &wish.create},
            {&spec_.ecr->immutable, "login.ecr.immutable", &wish.is_immutable},
            {&spec_.ecr->scan, "login.ecr.scan", &wish.scans},
        };
        for (const auto& [value, what, place] : flags) {
            const auto flag = evaluate_flag(*value, evaluate_, what);
            if (!flag) return flag.error();
            *place = *flag;
        }
        wish.region = std::move(*region);
        wish.account = std::move(*account);
        if (file->empty()) return {};
        auto policy = read_policy(workspace, *file);
        if (!policy) return policy.error();
        wish.policy = std::move(*policy);
        return {};
    }

    Result<> add_building(ImagePlan& plan) const {
        plan.builder = spec_.builder;
        for (const auto& one : spec_.platforms) {
            auto platform = evaluate_(one);
            if (!platform) return platform.error();
            if (!is_platform(*platform)) {
                return invalid("platforms: '" + *platform + "' is none; one is linux/arm64");
            }
            auto& known = plan.platforms;
            if (std::find(known.begin(), known.end(), *platform) != known.end()) continue;
            known.push_back(std::move(*platform));
        }
        if (auto fine = check_platforms(plan); !fine) return fine;
        for (const auto& one : spec_.cache_from) {
            auto text = evaluate_(one);
            if (!text) return text.error();
            auto reference = docker::parse_reference(*text);
            if (!reference) return with_context("cache-from", reference.error());
            plan.cache_from.push_back(std::move(*reference));
        }
        const auto no_cache = evaluate_flag(spec_.no_cache, evaluate_, "no-cache");
        if (!no_cache) return no_cache.error();
        const auto pull = evaluate_flag(spec_.pull, evaluate_, "pull");
        if (!pull) return pull.error();
        plan.no_cache = *no_cache;
        plan.pull = *pull;
        return {};
    }

    Result<> add_after(ImagePlan& plan) const {
        auto smoke = text_or(spec_.smoke, "");
        if (!smoke) return smoke.error();
        plan.smoke = std::move(*smoke);
        const auto count = number_of(spec_.keep_count, "keep.count");
        if (!count) return count.error();
        const auto days = number_of(spec_.keep_days, "keep.days");
        if (!days) return days.error();
        plan.keep_count = *count;
        plan.keep_days = *days;
        return {};
    }

  private:
    /// 0 where nothing is written.
    Result<std::int64_t> number_of(const model::Template& value, const char* what) const {
        auto text = text_or(value, "");
        if (!text) return text.error();
        if (text->empty()) return std::int64_t{0};
        const auto number = parse_integer(*text);
        if (number && *number >= 1 && *number <= 100'000) return *number;
        return invalid(std::string{what} + " is a whole number of at least 1, not '" + *text + "'");
    }

    Result<std::string> text_or(const model::Template& value, std::string fallback) const {
        if (value.empty()) return fallback;
        auto text = evaluate_(value);
        return text && text->empty() ? Result<std::string>{std::move(fallback)} : text;
    }

    const model::ImageSpec& spec_;
    const Evaluate& evaluate_;
};

}  // namespace

docker::ImageReference name_for_platform(docker::ImageReference tag, std::string platform) {
    std::replace(platform.begin(), platform.end(), '/', '-');
    tag.tag += "-" + platform;
    return tag;
}

Result<ImagePlan> make_image_plan(
    const model::JobDocument& document, const std::string& workspace, const Evaluate& evaluate
) {
    if (!document.job.image) return Error{Code::internal, "not an image job"};
    return make_image_plan(document, *document.job.image, workspace, evaluate);
}

namespace {

/// docs/adr/0067
Result<> set_apart(ImagePlan& plan) {
    plan.is_apart = true;
    plan.push = false;
    plan.tags.clear();
    plan.cache_from.clear();
    plan.logins.clear();
    plan.ecr.reset();
    plan.username.clear();
    plan.password = Secret{};
    plan.no_cache = true;
    plan.keep_count = plan.keep_days = 0;
    // Several would need BuildKit; that it can be built at all the engine's own shows.
    if (plan.platforms.size() > 1) plan.platforms.clear();
    if (plan.builder != "buildkit") return {};
    return invalid(
        "builder: buildkit is not for pull requests from forks: what its cache mounts keep would "
        "be "
        "everybody's. Leave the builder out for them"
    );
}

}  // namespace

Result<ImagePlan> make_image_plan(
    const model::JobDocument& document,
    const model::ImageSpec& spec,
    const std::string& workspace,
    const Evaluate& evaluate
) {
    ImagePlan plan;
    const Planner planner{spec, evaluate};
    if (auto done = planner.add_tags(plan); !done) return done.error();
    plan.labels = origin_labels(document, plan.tags);
    if (auto done = planner.add_values(plan); !done) return done.error();
    if (auto done = planner.add_building(plan); !done) return done.error();
    if (auto done = planner.add_after(plan); !done) return done.error();
    if (auto done = planner.add_place(plan, workspace); !done) return done.error();
    if (document.from_fork) {
        if (auto done = set_apart(plan); !done) return done.error();
        return plan;
    }
    if (auto done = planner.add_logins(plan); !done) return done.error();
    if (auto done = planner.add_ecr(plan, workspace); !done) return done.error();
    const bool is_kept = plan.keep_count != 0 || plan.keep_days != 0;
    if (!is_kept && plan.push) plan.keep_count = document.executor.keep_images;
    return plan;
}

}  // namespace triphammer::runner
