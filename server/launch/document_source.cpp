#include "launch/document_source.hpp"

#include "access/secrets.hpp"
#include "base/text.hpp"
#include "launch/deploy_lock.hpp"
#include "launch/passed_secrets.hpp"
#include "model/job_document.hpp"
#include "store/repository_store.hpp"
#include "workflow/expression/evaluator.hpp"
#include "workflow/reader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace triphammer::launch {

namespace {

using nlohmann::json;

constexpr double kMostMinutes = 365.0 * 24 * 60;

/// Half a frame: on its way the text is quoted once more (protocol::kMaxWelcomeBytes).
constexpr std::size_t kMostBytes = std::size_t{30} << 20U;

/// What an input of type number is that nobody gave: GitHub takes the usual limit then.
bool is_zero(const workflow::expression::Value& value) {
    return value.kind() == workflow::expression::Kind::number && value.to_number() == 0;
}

/// The job's `timeout-minutes`, at least a second; what it may use is in its contexts.
Result<std::int64_t> make_timeout(const model::JobDefinition& job, const std::string& contexts) {
    if (job.timeout_minutes.empty()) return model::JobDocument{}.timeout_seconds;
    workflow::expression::Contexts known;
    if (auto read = known.add_json(contexts); !read) return read.error();
    auto value = workflow::expression::evaluate_template(job.timeout_minutes.text, known);
    if (!value) return with_context("timeout-minutes", value.error());
    const double minutes = value->to_number();
    if (is_zero(*value)) return model::JobDocument{}.timeout_seconds;
    if (!(minutes > 0) || minutes > kMostMinutes) {
        return invalid("timeout-minutes: '" + value->to_text() + "' is no usable number");
    }
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(minutes * 60));
}

std::string known_labels(const DocumentSettings& settings) {
    std::vector<std::string> names{"host", "self-hosted", "ubuntu-*"};
    for (const auto& [label, target] : settings.runs_on) names.push_back(label);
    return join(names, ", ");
}

WorkflowPart read_part(store::Connection& db, const store::RunRow& run) {
    const auto text = store::find_definition(db, run.definition_sha256);
    if (!text) return {};
    auto read = workflow::read_workflow(run.workflow_path, *text);
    if (!read.workflow) return {};
    return {std::move(read.workflow->env), std::move(read.workflow->defaults)};
}

// What labels call this machine's processor, and what others.
#if defined(__x86_64__)
constexpr std::string_view kArchitecture = "x64";
constexpr std::array<std::string_view, 3> kOtherArchitectures{"arm", "arm64", "aarch64"};
#else
constexpr std::string_view kArchitecture = "arm64";
constexpr std::array<std::string_view, 4> kOtherArchitectures{"x64", "x86", "x86_64", "amd64"};
#endif

bool is_of_this_machine(std::string_view label) {
    return equal_ignoring_case(label, "self-hosted") || equal_ignoring_case(label, "linux") ||
           equal_ignoring_case(label, kArchitecture);
}

/// As ubuntu-24.04-arm does.
bool is_of_other_processor(std::string_view label) {
    const auto lower = to_lower(label);
    const auto words = split(lower, '-');
    return std::find_first_of(
               words.begin(), words.end(), kOtherArchitectures.begin(), kOtherArchitectures.end()
           ) != words.end();
}

Error no_executor(const DocumentSettings& settings, const std::string& label) {
    if (!is_of_other_processor(label)) {
        return invalid(
            "no executor for the label '" + label + "'; there are: " + known_labels(settings)
        );
    }
    return invalid(
        "the label '" + label + "' asks for another processor than this machine has (" +
        std::string{kArchitecture} + "): say in the configuration what it means here (runs_on: { " +
        label + ": host } or docker:IMAGE)"
    );
}

/// Where a job with this label runs: empty for one that leaves it open, nothing for an unknown one.
std::optional<std::string> target_of(const DocumentSettings& settings, std::string_view label) {
    for (const auto& [known, target] : settings.runs_on) {
        if (equal_ignoring_case(known, label)) return target;
    }
    if (label.empty() || is_of_this_machine(label)) return "";
    const bool is_ubuntu = to_lower(label).starts_with("ubuntu-") && !is_of_other_processor(label);
    if (is_ubuntu || equal_ignoring_case(label, "host")) return "host";
    return std::nullopt;
}

}  // namespace

Result<model::ExecutorSpec> find_executor(
    const DocumentSettings& settings, const std::string& labels
) {
    std::string target;
    for (const auto label : split(labels, ',')) {
        const auto named = target_of(settings, label);
        if (!named) return no_executor(settings, std::string{label});
        if (!named->empty() && !target.empty() && *named != target) {
            return invalid("no executor has all the labels '" + labels + "'");
        }
        if (!named->empty()) target = *named;
    }
    model::ExecutorSpec executor;
    executor.label = labels;
    executor.docker_host = settings.docker_host;
    executor.keep_images = settings.keep_images;
    executor.open_builds = settings.open_builds;
    if (target.starts_with("docker:")) {
        executor.kind = "docker";
        executor.image = target.substr(7);
    }
    return executor;
}

DocumentSource::DocumentSource(DocumentSettings settings, const access::Sealer& sealer)
    : settings_{std::move(settings)}, sealer_{sealer} {}

/// From the definition that the run was made from.
const WorkflowPart& DocumentSource::part_of(store::Connection& db, const store::RunRow& run) const {
    const auto known = parts_.find(run.definition_sha256);
    if (known != parts_.end()) return known->second;
    if (parts_.size() >= kMostParts) parts_.clear();
    return parts_.emplace(run.definition_sha256, read_part(db, run)).first->second;
}

namespace {

Result<> add_secrets(
    store::Connection& db,
    const access::Sealer& sealer,
    const store::RunRow& run,
    const store::JobRow& job,
    model::JobDocument& document
) {
    access::JobScope scope;
    scope.repository = run.repository;
    scope.environment = job.environment;
    scope.from_fork = run.from_fork;
    auto secrets = access::resolve_secrets(db, sealer, scope);
    if (!secrets) return secrets.error();
    auto passed = pass_secrets(db, run, job, std::move(*secrets));
    if (!passed) return passed.error();
    document.secrets = std::move(*passed);
    return {};
}

/// Every job has it, also that of a workflow which was called without secrets.
void put_token(const JobToken& token, model::JobDocument& document) {
    const auto is_token = [](const model::NamedSecret& secret) {
        return equal_ignoring_case(secret.name, "GITHUB_TOKEN");
    };
    auto& secrets = document.secrets;
    if (!token.value.empty()) {
        std::erase_if(secrets, is_token);
        secrets.push_back({"GITHUB_TOKEN", token.value});
        document.token_note = token.note;
        document.token_expires_at = to_unix_ms(token.expires_at);
    } else if (std::none_of(secrets.begin(), secrets.end(), is_token)) {
        document.token_note = token.note;
    }
}

/// The claim took the lock; an attempt that was claimed without it goes no further.
Result<> add_deployment(
    store::Transaction& tx,
    const store::RunRow& run,
    const store::JobRow& job,
    model::JobDocument& document
) {
    auto deploy = deploy_spec_of(document.job);
    if (!deploy) return {};
    const auto evaluated = evaluate_target(tx, run, job, document.job, *deploy);
    if (!evaluated) return evaluated.error();
    const auto opened = open_deployment(tx, run, job, *deploy);
    // The runner touches what the lock is about, whatever it would evaluate itself.
    if (document.job.deploy) document.job.deploy = std::move(deploy);
    if (!opened) return opened.error();
    if (opened->blocker) {
        return conflict(
            "deployment " + model::to_text(opened->blocker->id) + " holds the lock of " +
            opened->blocker->target
        );
    }
    auto spec = deployments::make_spec(tx, opened->id);
    if (!spec) return spec.error();
    document.deployment = std::move(*spec);
    return {};
}

}  // namespace

Result<std::string> DocumentSource::make_document(
    store::Transaction& tx, const AttachedRunner& runner, const JobToken& token
) const {
    const auto& job = runner.job;
    const auto run = store::find_run(tx, job.run);
    const auto repository = store::find_repository(tx, job.repository);
    if (!run || !repository) return not_found("the job's run or repository is gone");
    model::JobDocument document;
    document.fence = runner.attempt.fence.value;
    document.server_id = settings_.server_id;
    document.run_id = model::to_text(run->id);
    document.run_number = run->number;
    document.run_attempt = job.run_attempt;
    document.job_id = model::to_text(job.id);
    document.workflow = run->workflow;
    document.job = json::parse(job.definition_json).get<model::JobDefinition>();
    document.source = {repository->full_name, run->sha, run->ref};
    document.from_fork = run->from_fork;
    document.log_limit_bytes = settings_.log_limit_bytes;
    auto executor = find_executor(settings_, job.label);
    if (!executor) return executor.error();
    document.executor = std::move(*executor);
    auto contexts = make_contexts(tx, *run, job, planned_);
    if (!contexts) return contexts.error();
    document.contexts_json = std::move(*contexts);
    const auto timeout = make_timeout(document.job, document.contexts_json);
    if (!timeout) return timeout.error();
    document.timeout_seconds = *timeout;
    // A called workflow's env and defaults stand in its jobs; the caller's do not count there.
    if (job.parent.empty()) {
        const auto& workflow = part_of(tx, *run);
        document.workflow_env = workflow.env;
        document.workflow_defaults = workflow.defaults;
    }
    if (auto added = add_secrets(tx, sealer_, *run, job, document); !added) return added.error();
    put_token(token, document);
    access::record_use(tx, run->id, runner.attempt.fence, document.secrets);
    if (auto added = add_deployment(tx, *run, job, document); !added) return added.error();
    document.deployment.switch_image = settings_.switch_image;
    auto text = json(document).dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() > kMostBytes) {
        return invalid("what the job needs is larger than 30 MB: outputs of other jobs, the event");
    }
    return text;
}

}  // namespace triphammer::launch
