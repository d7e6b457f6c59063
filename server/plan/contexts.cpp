#include "plan/contexts.hpp"

#include "plan/entry.hpp"

namespace triphammer::plan {

namespace {

namespace expression = workflow::expression;
using expression::Object;
using expression::Value;
using model::Event;

// Larger payloads are not carried in every run; their facts stand in for them.
constexpr std::size_t kMaxPayload = 1U << 20U;

Value text(std::string_view value) {
    return Value::string(value);
}

Value number(std::int64_t value) {
    return Value::number(static_cast<double>(value));
}

std::string_view after(std::string_view value, std::string_view prefix) {
    return value.starts_with(prefix) ? value.substr(prefix.size()) : value;
}

std::string_view owner_of(std::string_view repository) {
    return repository.substr(0, repository.find('/'));
}

/// Where the forge answers; GitHub's own places where no clone URL says otherwise. Source: GitHub's
/// pages "Variables reference" and, for other hosts, Enterprise Server's "REST API" and "GraphQL".
struct Forge {
    std::string server = "https://github.com";
    std::string api = "https://api.github.com";
    std::string graphql = "https://api.github.com/graphql";
};

Forge forge_of(std::string_view clone_url) {
    const auto scheme = clone_url.find("://");
    if (!clone_url.starts_with("http") || scheme == std::string_view::npos) return {};
    std::string server{clone_url.substr(0, clone_url.find('/', scheme + 3))};
    if (server == Forge{}.server) return {};
    return {server, server + "/api/v3", server + "/api/graphql"};
}

/// As the forge gives it, whatever protocol the clone is made by.
std::string git_url(std::string_view server, std::string_view repository) {
    return "git" + std::string{server.substr(server.find("://"))} + "/" + std::string{repository} +
           ".git";
}

/// "main", "v1", "7/merge".
std::string_view short_ref(std::string_view ref) {
    for (const std::string_view prefix : {"refs/heads/", "refs/tags/", "refs/pull/"}) {
        if (ref.starts_with(prefix)) return after(ref, prefix);
    }
    return ref;
}

/// An end of a pull request. Nobody knows any more which repository a fork is.
Value branch_value(const Event& event, const std::string& ref, const std::string& sha, bool fork) {
    Object repository{{"fork", Value::boolean(fork)}};
    if (!fork) repository.set("full_name", text(event.repository));
    return Value::object({
        {"ref", text(ref)},
        {"sha", text(sha)},
        {"repo", Value::object(std::move(repository))},
    });
}

Value person(std::string_view login) {
    return Value::object({{"login", text(login)}});
}

Value pull_request_value(const Event& event) {
    const auto& pull = *event.pull_request;
    return Value::object({
        {"number", number(pull.number)},
        {"state", text(event.action == "closed" ? "closed" : "open")},
        {"title", text(pull.title)},
        {"user", person(event.actor)},
        {"labels", Value::array({})},
        {"draft", Value::boolean(pull.draft)},
        {"merged", Value::boolean(pull.merged)},
        {"merge_commit_sha", text(pull.merge_sha)},
        {"head", branch_value(event, pull.head_ref, pull.head_sha, pull.from_fork)},
        {"base", branch_value(event, pull.base_ref, pull.base_sha, false)},
    });
}

Value repository_value(const Event& event) {
    const std::string_view full = event.repository;
    const auto page = forge_of(event.clone_url).server + "/" + std::string{full};
    return Value::object({
        {"id", number(event.repository_id)},
        {"full_name", text(full)},
        {"name", text(full.substr(full.find('/') + 1))},
        {"owner", person(owner_of(full))},
        {"html_url", text(page)},
        {"default_branch", text(event.default_branch)},
        {"clone_url", text(event.clone_url)},
    });
}

void add_push(const Event& event, Object& out) {
    const auto author = Value::object({{"name", text(event.actor)}});
    const auto commit = Value::object({
        {"id", text(event.sha)},
        {"message", text(event.message)},
        {"author", author},
        {"committer", author},
    });
    out.set("ref", text(event.ref));
    out.set("before", text(event.before));
    out.set("after", text(event.sha));
    out.set("created", Value::boolean(event.created));
    out.set("deleted", Value::boolean(event.deleted));
    out.set("forced", Value::boolean(event.forced));
    out.set("pusher", author);
    out.set("head_commit", commit);
    out.set("commits", event.deleted ? Value::array({}) : Value::array({commit}));
}

void add_details(const Event& event, Object& out) {
    if (event.name == "push") add_push(event, out);
    if (event.pull_request) {
        out.set("number", number(event.pull_request->number));
        out.set("pull_request", pull_request_value(event));
    }
    if (event.name == "release") {
        Object release{
            {"tag_name", text(event.tag)},
            {"name", text(event.title)},
            {"draft", Value::boolean(false)},
            {"prerelease", Value::boolean(event.action == "prereleased")},
        };
        out.set("release", Value::object(std::move(release)));
    }
    if (event.name == "create" || event.name == "delete") {
        out.set("ref", text(short_ref(event.ref)));
        out.set("ref_type", text(event.tag.empty() ? "branch" : "tag"));
    }
    if (event.name == "workflow_dispatch") {
        out.set("ref", text(event.ref));
        const auto inputs = expression::parse_json(event.inputs_json);
        if (inputs) out.set("inputs", *inputs);
    }
}

/// The facts in the payload's shape, for callers that do not have the payload.
Value event_from_facts(const Event& event) {
    Object out;
    if (!event.action.empty()) out.set("action", text(event.action));
    add_details(event, out);
    Object sender{{"login", text(event.actor)}, {"id", number(event.actor_id)}};
    out.set("repository", repository_value(event));
    out.set("sender", Value::object(std::move(sender)));
    return Value::object(std::move(out));
}

Object github_from(const Question& question) {
    const auto& event = question.event;
    const auto ref = run_ref(event);
    const auto sha =
        event.sha.empty() || event.name == "delete" ? question.resolved_sha : event.sha;
    const bool is_pull = event.pull_request.has_value();
    const auto forge = forge_of(event.clone_url);
    return {
        {"event_name", text(event.name)},
        {"ref", text(ref)},
        {"ref_name", text(short_ref(ref))},
        {"ref_type", text(ref.starts_with("refs/tags/") ? "tag" : "branch")},
        // Rules of branches are the forge's. Of all payloads only that of `status` says of branches
        // whether they are protected, and its run is about none of them.
        {"ref_protected", Value::boolean(false)},
        {"sha", text(sha)},
        {"head_ref", text(is_pull ? event.pull_request->head_ref : "")},
        {"base_ref", text(is_pull ? event.pull_request->base_ref : "")},
        {"repository", text(event.repository)},
        {"repository_id", text(std::to_string(event.repository_id))},
        {"repository_owner", text(owner_of(event.repository))},
        {"repository_owner_id", text("0")},
        {"repositoryUrl", text(git_url(forge.server, event.repository))},
        {"server_url", text(forge.server)},
        {"api_url", text(forge.api)},
        {"graphql_url", text(forge.graphql)},
        {"retention_days", text("90")},
        {"secret_source", text("Actions")},
        {"actor", text(event.actor)},
        {"actor_id", text(std::to_string(event.actor_id))},
        {"triggering_actor", text(event.actor)},
    };
}

/// All inputs as texts, those with their defaults too: what a forge that knows the workflow puts
/// into the payload, and whoever starts one here need not. Source: GitHub's page "Contexts
/// reference", inputs context: it differs from github.event.inputs in the types alone.
Value fill_inputs(const Value& event, const Value& inputs) {
    const auto given = event.member("inputs");
    auto all = given.kind() == expression::Kind::object ? given.as_object() : Object{};
    for (const auto& [name, value] : inputs.as_object()) {
        if (all.find(name) == nullptr) all.set(name, text(value.to_text()));
    }
    auto out = event.as_object();
    out.set("inputs", Value::object(std::move(all)));
    return Value::object(std::move(out));
}

/// Nothing for the code of strangers, as at GitHub.
Value vars_from(const Question& question) {
    Object out;
    const auto& event = question.event;
    const bool is_strangers =
        event.pull_request && event.pull_request->from_fork && event.name != "pull_request_target";
    if (is_strangers) return Value::object(std::move(out));
    for (const auto& [name, value] : question.repository.variables) out.set(name, text(value));
    return Value::object(std::move(out));
}

}  // namespace

expression::Contexts read_contexts(std::string_view contexts_json, const RunNumbers& numbers) {
    expression::Contexts contexts;
    (void)contexts.add_json(contexts_json);
    const auto github = contexts.find("github").value_or(Value{});
    auto members = github.kind() == expression::Kind::object ? github.as_object() : Object{};
    members.set("run_id", text(numbers.id));
    members.set("run_number", text(numbers.number));
    members.set("run_attempt", text(numbers.attempt));
    contexts.set("github", Value::object(std::move(members)));
    return contexts;
}

std::string make_payload(const Event& event) {
    return expression::to_compact_json(event_from_facts(event));
}

EventContexts::EventContexts(const Question& question)
    : github_(github_from(question)),
      vars_(vars_from(question)),
      vars_json_(expression::to_compact_json(vars_)) {
    const auto payload = question.payload_json;
    if (!payload.empty() && payload.size() <= kMaxPayload) {
        if (auto parsed = expression::parse_json(payload)) {
            event_ = std::move(*parsed);
            event_json_ = payload;
            const auto owner = event_.member("repository").member("owner").member("id");
            if (!owner.is_null()) github_.set("repository_owner_id", text(owner.to_text()));
            return;
        }
    }
    event_ = event_from_facts(question.event);
    event_json_ = expression::to_compact_json(event_);
}

EventContexts::Run EventContexts::make(
    const std::string& name, const std::string& path, const std::string& commit, const Value& inputs
) const {
    auto github = github_;
    const auto reference =
        github.find("repository")->as_string() + "/" + path + "@" + github.find("ref")->as_string();
    github.set("workflow", text(name));
    github.set("workflow_ref", text(reference));
    github.set("workflow_sha", text(commit));
    auto json = expression::to_compact_json(Value::object(github));
    // The payload's own text is put in: it is exact, and need not be written again for each run.
    const bool is_manual = !inputs.as_object().empty();
    const auto event = is_manual ? fill_inputs(event_, inputs) : event_;
    json.back() = ',';
    json += "\"event\":" + (is_manual ? expression::to_compact_json(event) : event_json_) + "}";
    github.set("event", event);
    github.set("run_id", text(kRunIdMark));
    github.set("run_number", text(kRunNumberMark));
    github.set("run_attempt", text("1"));
    Run run;
    run.contexts.set("github", Value::object(std::move(github)));
    run.contexts.set("inputs", inputs);
    run.contexts.set("vars", vars_);
    run.json = "{\"github\":" + json + ",\"inputs\":" + expression::to_compact_json(inputs) +
               ",\"vars\":" + vars_json_ + "}";
    return run;
}

}  // namespace triphammer::plan
