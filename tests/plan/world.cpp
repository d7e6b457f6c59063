#include "plan/world.hpp"

#include <gtest/gtest.h>

namespace triphammer::plan {

namespace {

model::Event an_event(const std::string& name) {
    model::Event event;
    event.name = name;
    event.repository = "octo/hello";
    event.repository_id = 7;
    event.default_branch = "main";
    event.actor = "mona";
    return event;
}

}  // namespace

model::Event a_push(const std::string& branch) {
    auto event = an_event("push");
    event.branch = branch;
    event.ref = "refs/heads/" + branch;
    event.sha = std::string(40, 'a');
    event.before = std::string(40, 'b');
    event.message = "Fix the door\n\nIt squeaked.";
    event.title = "Fix the door";
    return event;
}

model::Event a_tag_push(const std::string& tag) {
    auto event = a_push("");
    event.tag = tag;
    event.ref = "refs/tags/" + tag;
    return event;
}

model::Event a_pull_request(const std::string& base, const std::string& action) {
    auto event = an_event("pull_request");
    event.action = action;
    event.ref = "refs/pull/5/merge";
    event.sha = std::string(40, 'c');
    event.title = "Add a window";
    event.pull_request.emplace();
    event.pull_request->number = 5;
    event.pull_request->title = event.title;
    event.pull_request->head_sha = event.sha;
    event.pull_request->head_ref = "window";
    event.pull_request->base_sha = std::string(40, 'd');
    event.pull_request->base_ref = base;
    return event;
}

model::Event a_release(const std::string& action) {
    auto event = an_event("release");
    event.action = action;
    event.tag = "v1";
    event.ref = "refs/tags/v1";
    event.title = "First";
    return event;
}

World::World(model::Event what, const Files& files) : event(std::move(what)) {
    definitions.commit = event.sha;
    for (const auto& [path, text] : files) {
        auto read = std::make_shared<workflow::ReadResult>(workflow::read_workflow(path, text));
        definitions.files.push_back({path, "blob of " + path, std::move(read)});
    }
}

Answer World::ask() const {
    Question question{event, repository, resolved_sha};
    question.definitions = &definitions;
    question.changed = knows_changed ? &changed : nullptr;
    question.payload_json = payload;
    return make_plan(question);
}

Plan World::plan() const {
    auto answer = ask();
    if (auto* plan = std::get_if<Plan>(&answer)) return std::move(*plan);
    ADD_FAILURE() << "something is missing: " << std::get<Needs>(answer).why.text;
    return {};
}

std::string workflow_on(const std::string& on) {
    return "on: " + on + "\njobs: { test: { runs-on: host, steps: [{ run: make }] } }\n";
}

std::string outcome(
    const std::string& on, const model::Event& event, const std::vector<std::string>& changed
) {
    World world{event, {{"ci.yml", workflow_on(on)}}};
    for (const auto& problem : world.definitions.files[0].content->problems) {
        ADD_FAILURE() << workflow::to_line(on, problem);
    }
    world.changed.paths = changed;
    world.resolved_sha = std::string(40, 'e');
    const auto plan = world.plan();
    return plan.runs.empty() ? plan.reason.text : "starts";
}

}  // namespace triphammer::plan
