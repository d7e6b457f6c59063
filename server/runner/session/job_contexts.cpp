#include "runner/session/job_contexts.hpp"

#include "base/text.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace triphammer::runner {

namespace expression = workflow::expression;
using expression::Object;
using expression::Value;

namespace {

std::string upper(std::string_view name) {
    std::string out{name};
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    return out;
}

// The members of `github` that are no variables. Not the token: a step asks for it by name.
constexpr std::array<std::string_view, 6> kNotExported{
    "token", "event", "action_path", "env", "repositoryUrl", "secret_source"};

bool is_exported(std::string_view name) {
    return std::find(kNotExported.begin(), kNotExported.end(), name) == kNotExported.end();
}

Value secrets_of(const model::JobDocument& document) {
    Object out;
    for (const auto& secret : document.secrets) {
        out.set(secret.name, Value::string(secret.value.reveal()));
    }
    return Value::object(std::move(out));
}

Value value_of(const JobPlace::Service& service, const std::string& network) {
    Object ports;
    for (const auto& [inside, outside] : service.ports) ports.set(inside, Value::string(outside));
    Object out;
    out.set("id", Value::string(service.id));
    out.set("network", Value::string(network));
    out.set("ports", Value::object(std::move(ports)));
    return Value::object(std::move(out));
}

/// Source: docs.github.com, "Enabling debug logging": the secret goes before the variable.
bool asks_for_debugging(const expression::Contexts& contexts) {
    for (const char* context : {"secrets", "vars"}) {
        const auto values = contexts.find(context).value_or(Value{});
        const auto wish = values.member("ACTIONS_STEP_DEBUG");
        if (!wish.is_null()) return wish.to_text() == "true";
    }
    return false;
}

std::string host_name() {
    utsname name{};
    return ::uname(&name) == 0 ? name.nodename : "triphammer";
}

}  // namespace

Result<JobContexts> JobContexts::make(
    const model::JobDocument& document, const JobFolders& folders
) {
    JobContexts out;
    if (auto read = out.base_.add_json(document.contexts_json); !read) {
        return with_context("the job's contexts", read.error());
    }
    out.base_.set("secrets", secrets_of(document));
    out.event_json_ = expression::to_compact_json(out.github().member("event"));
    if (!out.github().is_collection()) out.base_.set("github", Value::object({}));
    out.debugging_ = asks_for_debugging(out.base_);
    out.add_job(document);
    out.add_strategy();
    out.set_folders(folders);
    out.set_job_status("success");
    if (auto ok = out.environment_.add(document.workflow_env, out.contexts()); !ok)
        return ok.error();
    if (auto ok = out.environment_.add(document.job.env, out.contexts()); !ok) return ok.error();
    return out;
}

void JobContexts::set_folders(const JobFolders& folders) {
    add_github(folders);
    add_runner(folders);
}

Value JobContexts::github() const {
    return base_.find("github").value_or(Value{});
}

expression::Contexts JobContexts::contexts() const {
    return contexts_with(environment_);
}

expression::Contexts JobContexts::contexts_with(const Environment& step) const {
    auto out = base_;
    out.set("env", step.as_value());
    return out;
}

void JobContexts::set_job_status(std::string_view status) {
    set_job_member("status", Value::string(status));
}

void JobContexts::set_job_member(std::string_view name, Value value) {
    job_.set(std::string{name}, std::move(value));
    base_.set("job", Value::object(job_));
}

/// Where the file stands that defines the job: OWNER/REPO/path@ref. Of a called one the daemon says
/// it; else it is that of the run.
void JobContexts::add_job(const model::JobDocument& document) {
    const auto given = base_.find("job").value_or(Value{});
    const auto origin = given.member("workflow_ref").is_null() ? github() : given;
    const auto reference = origin.member("workflow_ref").to_text();
    const auto path = reference.substr(0, reference.find('@'));
    const auto repository = path.find('/', path.find('/') + 1);
    job_.set("workflow_ref", Value::string(reference));
    job_.set("workflow_sha", origin.member("workflow_sha"));
    if (repository != std::string::npos) {
        job_.set("workflow_repository", Value::string(path.substr(0, repository)));
        job_.set("workflow_file_path", Value::string(path.substr(repository + 1)));
    }
    const auto token = std::find_if(
        document.secrets.begin(),
        document.secrets.end(),
        [](const model::NamedSecret& secret) {
            return equal_ignoring_case(secret.name, "GITHUB_TOKEN");
        }
    );
    has_token_ = token != document.secrets.end();
    if (document.token_expires_at > 0) token_end_ = from_unix_ms(document.token_expires_at);
    auto members = github().as_object();
    members.set("token", Value::string(has_token_ ? token->value.reveal() : ""));
    members.set("secret_source", Value::string(document.secrets.empty() ? "None" : "Actions"));
    base_.set("github", Value::object(std::move(members)));
}

void JobContexts::set_token(const std::string& token, TimePoint end) {
    token_end_ = end;
    auto members = github().as_object();
    members.set("token", Value::string(token));
    base_.set("github", Value::object(std::move(members)));
    auto secrets = base_.find("secrets").value_or(Value{}).as_object();
    secrets.set("GITHUB_TOKEN", Value::string(token));
    base_.set("secrets", Value::object(std::move(secrets)));
}

/// A job without a matrix is the only one of its kind.
void JobContexts::add_strategy() {
    if (base_.find("strategy").value_or(Value{}).is_collection()) return;
    base_.set(
        "strategy",
        Value::object(
            {{"fail-fast", Value::boolean(true)},
             {"job-index", Value::number(0)},
             {"job-total", Value::number(1)},
             {"max-parallel", Value::number(1)}}
        )
    );
}

void JobContexts::set_place(const JobPlace& place) {
    Object services;
    for (const auto& service : place.services) {
        services.set(service.name, value_of(service, place.network));
    }
    Object container;
    container.set("id", Value::string(place.container_id));
    container.set("network", Value::string(place.network));
    if (!place.network.empty()) set_job_member("container", Value::object(std::move(container)));
    if (!services.empty()) set_job_member("services", Value::object(std::move(services)));
}

void JobContexts::add_github(const JobFolders& folders) {
    const auto known = github();
    Object members = known.kind() == expression::Kind::object ? known.as_object() : Object{};
    members.set("workspace", Value::string(folders.workspace.inside));
    members.set("event_path", Value::string(folders.temp.inside + "/" + kEventFile));
    for (const auto& [name, value] : members) {
        if (is_exported(name) && !value.is_collection()) {
            reserved_.set("GITHUB_" + upper(name), value.to_text());
        }
    }
    base_.set("github", Value::object(std::move(members)));
}

void JobContexts::add_runner(const JobFolders& folders) {
    Object runner;
    const auto add = [&](const char* name, const std::string& value) {
        runner.set(name, Value::string(value));
        reserved_.set("RUNNER_" + upper(name), value);
    };
    add("os", "Linux");
#if defined(__aarch64__)
    add("arch", "ARM64");
#else
    add("arch", "X64");
#endif
    add("name", host_name());
    add("temp", folders.temp.inside);
    add("tool_cache", folders.temp.inside + "/" + kToolsFolder);
    const auto& workspace = folders.workspace.inside;
    add("workspace", workspace.substr(0, workspace.rfind('/')));
    add("environment", "self-hosted");
    if (debugging_) add("debug", "1");
    base_.set("runner", Value::object(std::move(runner)));
}

}  // namespace triphammer::runner
