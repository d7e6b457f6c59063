#include "base/text.hpp"
#include "runner/actions/image.hpp"
#include "runner/image/names.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::runner {

namespace {

/// Rules may have comments between them.
std::vector<std::string> rules_of(const std::string& text) {
    auto out = lines_of(text);
    std::erase_if(out, [](const std::string& line) { return line.front() == '#'; });
    return out;
}

ImageOccasion occasion_of(const workflow::expression::Value& github) {
    const auto event = github.member("event");
    ImageOccasion out;
    out.event = github.member("event_name").to_text();
    out.ref = github.member("ref").to_text();
    out.sha = github.member("sha").to_text();
    out.default_branch = event.member("repository").member("default_branch").to_text();
    out.pull_request = event.member("pull_request").member("number").to_text();
    return out;
}

std::vector<std::string> labels_of(
    const workflow::expression::Value& github, const std::string& version
) {
    const auto repository = github.member("repository").to_text();
    const auto address = github.member("server_url").to_text() + "/" + repository;
    const auto name = repository.substr(repository.rfind('/') + 1);
    const auto about = github.member("event").member("repository").member("description").to_text();
    const std::string start = "org.opencontainers.image.";
    return {
        start + "description=" + about,
        start + "revision=" + github.member("sha").to_text(),
        start + "source=" + address,
        start + "title=" + name,
        start + "url=" + address,
        start + "version=" + version,
    };
}

}  // namespace

Task<StepResult>
run_image_metadata(const ActionCall& call, const ActionInputs& inputs, execution::StopToken&) {
    ImageRules rules;
    rules.images = rules_of(input_text(inputs, "images"));
    rules.tags = rules_of(input_text(inputs, "tags"));
    rules.flavor = rules_of(input_text(inputs, "flavor"));
    const auto github = call.scope.session().contexts().github();
    const auto names = make_image_names(occasion_of(github), rules);
    if (!names) co_return failed_step(names.error());
    auto labels = labels_of(github, names->version);
    for (auto& own : lines_of(input_text(inputs, "labels"))) labels.push_back(std::move(own));
    StepResult out;
    out.outputs["version"] = names->version;
    out.outputs["tags"] = join(names->tags, "\n");
    out.outputs["labels"] = join(labels, "\n");
    out.outputs["json"] = nlohmann::json{{"tags", names->tags}, {"labels", labels}}.dump();
    auto saying = call.scope.session().log(call.place.log, out.outputs["tags"] + "\n");
    co_await std::move(saying);
    co_return out;
}

}  // namespace triphammer::runner
