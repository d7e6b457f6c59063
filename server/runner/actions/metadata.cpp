#include "base/text.hpp"
#include "runner/actions/image.hpp"
#include "runner/image/names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace triphammer::runner {

namespace {

using workflow::expression::Value;

constexpr std::string_view kKnown = "org.opencontainers.image.";
constexpr std::size_t kUsualSha = 7;
constexpr std::size_t kWholeSha = 40;

/// What the step's `env` may ask for besides its inputs.
class Wishes {
  public:
    explicit Wishes(const Environment& environment) : environment_{environment} {}

    bool takes_head_of_pull_request() const { return text("PR_HEAD_SHA") == "true"; }

    bool sets_variables() const { return text("SET_OUTPUT_ENV") != "false"; }

    std::size_t short_sha() const {
        const auto wanted = parse_integer(text("SHORT_SHA_LENGTH"));
        const bool is_fine = wanted && *wanted > 0;
        return is_fine ? std::min(static_cast<std::size_t>(*wanted), kWholeSha) : kUsualSha;
    }

    std::vector<std::string> annotation_levels() const {
        const auto wanted = text("ANNOTATIONS_LEVELS");
        std::vector<std::string> out;
        for (const auto level : split(wanted.empty() ? "manifest" : wanted, ','))
            out.emplace_back(trim(level));
        return out;
    }

  private:
    std::string text(std::string_view name) const {
        const auto* found = environment_.find("DOCKER_METADATA_" + std::string{name});
        return found == nullptr ? std::string{} : to_lower(*found);
    }

    const Environment& environment_;
};

/// Rules may have comments between them.
std::vector<std::string> rules_of(const std::string& text) {
    auto out = lines_of(text);
    std::erase_if(out, [](const std::string& line) { return line.front() == '#'; });
    return out;
}

/// When the commit was made, as the event says it; else now.
TimePoint committed_at(const Value& event, TimePoint now) {
    const auto text = event.member("head_commit").member("timestamp").to_text();
    return parse_rfc3339(text).value_or(now);
}

std::string base_of(const Value& event) {
    constexpr std::string_view kBranches = "refs/heads/";
    const auto base = event.member("base_ref").to_text();
    if (base.starts_with(kBranches)) return base.substr(kBranches.size());
    return event.member("pull_request").member("base").member("ref").to_text();
}

ImageOccasion occasion_of(const Value& github, const Wishes& wishes, TimePoint now) {
    const auto event = github.member("event");
    const auto pull = event.member("pull_request");
    ImageOccasion out;
    out.event = github.member("event_name").to_text();
    out.ref = github.member("ref").to_text();
    out.sha = github.member("sha").to_text();
    out.default_branch = event.member("repository").member("default_branch").to_text();
    out.pull_request = pull.member("number").to_text();
    out.base_ref = base_of(event);
    out.now = now;
    out.committed = committed_at(event, now);
    out.short_sha = wishes.short_sha();
    const auto head = pull.member("head").member("sha").to_text();
    if (wishes.takes_head_of_pull_request() && !head.empty()) out.sha = head;
    if (out.event == "pull_request_target") out.ref = "refs/pull/" + out.pull_request + "/merge";
    return out;
}

using Labels = std::map<std::string, std::string>;

Labels usual_labels(
    const Value& github, const ImageOccasion& occasion, const std::string& version
) {
    const auto repository = github.member("repository").to_text();
    const auto about = github.member("event").member("repository");
    const auto address = github.member("server_url").to_text() + "/" + repository;
    const std::string start{kKnown};
    return {
        {start + "created", to_rfc3339(occasion.committed)},
        {start + "description", about.member("description").to_text()},
        {start + "licenses", about.member("license").member("spdx_id").to_text()},
        {start + "revision", occasion.sha},
        {start + "source", address},
        {start + "title", repository.substr(repository.rfind('/') + 1)},
        {start + "url", address},
        {start + "version", version},
    };
}

/// The usual ones, with those of the input in their place or besides.
Result<Labels> with_own(Labels labels, const ImageOccasion& occasion, const std::string& input) {
    for (const auto& line : rules_of(input)) {
        const auto text = expand_image_text(occasion, line);
        if (!text) return text.error();
        const auto equals = text->find('=');
        if (equals == std::string::npos) return invalid("'" + line + "' is no NAME=value");
        labels[text->substr(0, equals)] = text->substr(equals + 1);
    }
    return labels;
}

std::vector<std::string> lines_from(const Labels& labels, const std::string& level = {}) {
    std::vector<std::string> out;
    for (const auto& [name, value] : labels)
        out.push_back((level.empty() ? "" : level + ":") + name + "=" + value);
    return out;
}

std::vector<std::string> annotation_lines(
    const Labels& annotations, const std::vector<std::string>& levels
) {
    std::vector<std::string> out;
    for (const auto& level : levels) {
        for (auto& line : lines_from(annotations, level)) out.push_back(std::move(line));
    }
    return out;
}

std::string separator_of(const ActionInputs& inputs, const char* name) {
    const auto given = input_text(inputs, name);
    return given.empty() ? "\n" : given;
}

/// DOCKER_METADATA_OUTPUT_TAGS and so on, for the steps behind this one.
void set_variables(StepScope& scope, const protocol::Outputs& outputs) {
    for (const auto& [name, value] : outputs) {
        std::string variable = "DOCKER_METADATA_OUTPUT_";
        for (const char c : name) {
            variable +=
                c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        }
        scope.set_variable(variable, value);
    }
}

Result<protocol::Outputs> outputs_of(
    const Value& github,
    const ImageOccasion& occasion,
    const Wishes& wishes,
    const ActionInputs& inputs
) {
    const ImageRules rules{
        rules_of(input_text(inputs, "images")),
        rules_of(input_text(inputs, "tags")),
        rules_of(input_text(inputs, "flavor"))};
    const auto names = make_image_names(occasion, rules);
    if (!names) return names.error();
    const auto usual = usual_labels(github, occasion, names->version);
    const auto labels = with_own(usual, occasion, input_text(inputs, "labels"));
    if (!labels) return with_context("labels", labels.error());
    const auto annotations = with_own(usual, occasion, input_text(inputs, "annotations"));
    if (!annotations) return with_context("annotations", annotations.error());
    const auto annotated = annotation_lines(*annotations, wishes.annotation_levels());
    protocol::Outputs out;
    out["version"] = names->version;
    out["tags"] = join(names->tags, separator_of(inputs, "sep-tags"));
    out["tag-names"] = join(names->names, separator_of(inputs, "sep-tags"));
    out["labels"] = join(lines_from(*labels), separator_of(inputs, "sep-labels"));
    out["annotations"] = join(annotated, separator_of(inputs, "sep-annotations"));
    out["json"] = nlohmann::json{
        {"tags", names->tags},
        {"tag-names", names->names},
        {"labels", *labels},
        {"annotations",
         annotated}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return out;
}

}  // namespace

Task<StepResult>
run_image_metadata(const ActionCall& call, const ActionInputs& inputs, execution::StopToken&) {
    const auto& session = call.scope.session();
    const auto github = session.contexts().github();
    const Wishes wishes{call.environment};
    const auto occasion = occasion_of(github, wishes, session.parts().clock.now());
    auto outputs = outputs_of(github, occasion, wishes, inputs);
    if (!outputs) co_return failed_step(outputs.error());
    StepResult out;
    out.outputs = std::move(*outputs);
    if (wishes.sets_variables()) set_variables(call.scope, out.outputs);
    const auto words = out.outputs["tags"].empty()
                           ? "##[warning]No tag comes of these rules. Check tags and flavor."
                           : out.outputs["tags"];
    auto saying = call.scope.session().log(call.place.log, words + "\n");
    co_await std::move(saying);
    co_return out;
}

}  // namespace triphammer::runner
