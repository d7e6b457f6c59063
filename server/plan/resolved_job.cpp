#include "plan/resolved_job.hpp"

#include "model/job_document.hpp"
#include "workflow/expression/segments.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::plan {

namespace {

namespace expression = workflow::expression;
using model::Template;
using nlohmann::ordered_json;

bool is_empty(const ordered_json& value) {
    return value.is_null() || (value.is_structured() && value.empty()) ||
           (value.is_string() && value.get_ref<const std::string&>().empty());
}

/// Values in the shapes in which the language has them; what is empty is left out.
class Part {
  public:
    explicit Part(const Known& known) : known_{known} {}

    ordered_json take() && { return std::move(out_); }

    Part& put(const char* key, ordered_json value) {
        if (!is_empty(value)) out_[key] = std::move(value);
        return *this;
    }

    Part& put(const char* key, const Template& value) { return put(key, value_of(value)); }

    Part& put(const char* key, const std::vector<Template>& values) {
        return put(key, values_of(values));
    }

    Part& put(const char* key, const model::Pairs& pairs) { return put(key, map_of(pairs)); }

    Part& put(const char* key, Part&& part) { return put(key, std::move(part).take()); }

    Part& put_flag(const char* key, bool value) {
        if (value) out_[key] = true;
        return *this;
    }

    Part sub() const { return Part{known_}; }

    /// One expression alone keeps its value's kind.
    ordered_json value_of(const Template& text) const {
        const auto bare = expression::strip_braces(text.text);
        const bool is_one = bare.size() != text.text.size();
        const auto value = is_one ? find_value(bare, known_) : std::nullopt;
        if (value && value->is_collection()) {
            const auto written = expression::to_compact_json(*value);
            spend(known_, written.size());
            if (written.size() <= kLongestShown) return ordered_json::parse(written);
        }
        return fill_known(text.text, known_);
    }

    ordered_json values_of(const std::vector<Template>& values) const {
        auto list = ordered_json::array();
        for (const auto& value : values) {
            auto one = value_of(value);
            if (one.is_array()) {
                list.insert(list.end(), one.begin(), one.end());
            } else {
                list.push_back(std::move(one));
            }
        }
        return list;
    }

    /// A pair without a name is a whole map, merged where it is known.
    ordered_json map_of(const model::Pairs& pairs) const {
        auto map = ordered_json::object();
        for (const auto& [name, text] : pairs) {
            auto value = value_of(text);
            if (!name.empty()) {
                map[name] = std::move(value);
            } else if (value.is_object()) {
                map.update(value);
            } else {
                map["<<"] = std::move(value);
            }
        }
        return map;
    }

    /// `if`, which has no braces of its own: true or false where that is sure.
    ordered_json condition_of(const Template& condition) const {
        if (condition.empty()) return {};
        const auto value = find_value(expression::strip_condition(condition.text), known_);
        if (value) return value->is_truthy();
        return condition.text;
    }

    ordered_json data_of(const model::Data& data) const {
        using Kind = model::Data::Kind;
        if (data.kind == Kind::null) return {};
        if (data.kind == Kind::boolean) return data.text == "true";
        if (data.kind == Kind::list) {
            auto list = ordered_json::array();
            for (const auto& item : data.items) list.push_back(data_of(item));
            return list;
        }
        if (data.kind == Kind::map) {
            auto map = ordered_json::object();
            for (const auto& [key, value] : data.entries) map[key] = data_of(value);
            return map;
        }
        return value_of({data.text, data.at});
    }

  private:
    const Known& known_;
    ordered_json out_ = ordered_json::object();
};

Part credentials(const Part& part, const Template& username, const Template& password) {
    auto out = part.sub();
    out.put("username", username).put("password", password);
    return out;
}

Part health(const Part& part, const model::HealthSpec& spec) {
    auto out = part.sub();
    out.put("http", spec.http)
        .put("tcp", spec.tcp)
        .put("command", spec.command)
        .put("port", spec.port);
    out.put("interval", spec.interval).put("timeout", spec.timeout).put("for", spec.hold);
    return out;
}

Part container(const Part& part, const model::Container& one) {
    auto out = part.sub();
    out.put("image", one.image).put("credentials", credentials(part, one.username, one.password));
    out.put("env", one.env).put("ports", one.ports).put("volumes", one.volumes);
    out.put("options", one.options).put("entrypoint", one.entrypoint).put("command", one.command);
    out.put("ready", health(part, one.ready));
    return out;
}

ordered_json services(const Part& part, const model::Services& services) {
    auto map = ordered_json::object();
    for (const auto& [name, service] : services) {
        if (name.empty()) return part.value_of(service.image);
        map[name] = container(part, service).take();
    }
    return map;
}

Part image(const Part& part, const model::ImageSpec& spec) {
    auto out = part.sub();
    auto logins = ordered_json::object();
    for (const auto& login : spec.logins) {
        auto one = credentials(part, login.username, login.password);
        logins[login.registry] = std::move(one.put("token", login.token)).take();
    }
    if (spec.ecr) {
        auto ecr = part.sub();
        ecr.put("region", spec.ecr->region)
            .put("account", spec.ecr->account)
            .put("create", spec.ecr->create);
        ecr.put("lifecycle", spec.ecr->lifecycle).put("immutable", spec.ecr->immutable);
        logins["ecr"] = std::move(ecr.put("scan", spec.ecr->scan)).take();
    }
    auto keep = part.sub();
    keep.put("count", spec.keep_count).put("days", spec.keep_days);
    out.put("context", spec.context).put("file", spec.file).put("target", spec.target);
    out.put("tags", spec.tags).put("build-args", spec.build_args).put("labels", spec.labels);
    out.put("push", spec.push).put("login", std::move(logins));
    out.put("credentials", credentials(part, spec.registry_username, spec.registry_password));
    out.put("builder", ordered_json(spec.builder)).put("platforms", spec.platforms);
    out.put("cache-from", spec.cache_from).put("no-cache", spec.no_cache).put("pull", spec.pull);
    out.put("smoke", spec.smoke).put("keep", std::move(keep));
    return out;
}

/// The keys that belong to one driver each.
void put_driver(Part& out, const model::DeploySpec& spec) {
    out.put("file", spec.file).put("host", spec.host).put("known-hosts", spec.known_hosts);
    out.put("key", spec.key)
        .put("cluster", spec.cluster)
        .put("task-definition", spec.task_definition);
    out.put("container", spec.container).put("bake", spec.bake).put("listener", spec.listener);
    out.put("weights", spec.weights).put("run", spec.run);
}

Part deploy(const Part& part, const model::DeploySpec& spec) {
    auto out = part.sub();
    const bool is_own = spec.retire.empty() && spec.to != "alb";  // else the lock's other name
    out.put("to", ordered_json(spec.to)).put("retire", spec.retire);
    if (is_own) out.put("service", spec.service);
    out.put("image", spec.image).put("strategy", ordered_json(spec.strategy));
    out.put("on-failure", ordered_json(spec.on_failure)).put("before", spec.before);
    out.put("health", health(part, spec.health)).put("verify", health(part, spec.verify));
    out.put("ports", spec.ports).put("env", spec.env).put("secrets", spec.secrets);
    out.put("volumes", spec.volumes).put("networks", spec.networks).put("command", spec.command);
    out.put("replicas", spec.replicas).put("switch", ordered_json(spec.switch_by));
    out.put("keep-previous", spec.keep_previous).put("drain", spec.drain);
    out.put("credentials", credentials(part, spec.registry_username, spec.registry_password));
    put_driver(out, spec);
    return out;
}

Part terraform(const Part& part, const model::TerraformSpec& spec) {
    auto out = part.sub();
    out.put("directory", spec.directories).put("command", ordered_json(spec.command));
    out.put("variables", spec.variables).put("workspace", spec.workspace);
    out.put("backend", spec.backend).put("comment", spec.comment);
    return out;
}

Part approve(const Part& part, const model::ApproveSpec& spec) {
    auto out = part.sub();
    out.put("subject", spec.subject).put("by", spec.by).put("min", spec.min);
    out.put("not", spec.not_by).put("timeout", spec.timeout);
    return out;
}

ordered_json permissions(const model::Permissions& value) {
    if (!value.all.empty()) return value.all + "-all";
    auto map = ordered_json::object();
    for (const auto& [scope, level] : value.scopes) map[scope] = level;
    return map;
}

Part concurrency(const Part& part, const model::Concurrency& value) {
    auto out = part.sub();
    out.put("group", value.group).put("cancel-in-progress", value.cancel_in_progress);
    out.put("queue", ordered_json(value.queue));
    return out;
}

/// A call ends with its jobs.
ordered_json timeout(const Part& part, const model::JobDefinition& job) {
    if (!job.timeout_minutes.empty()) return part.value_of(job.timeout_minutes);
    return job.kind == "call" ? ordered_json{}
                              : ordered_json(model::JobDocument{}.timeout_seconds / 60);
}

ordered_json environment(const Part& part, const model::JobDefinition& job) {
    auto out = part.sub();
    out.put("name", job.environment).put("url", job.environment_url);
    out.put("deployment", job.environment_deployment);
    return std::move(out).take();
}

ordered_json steps(
    const Part& part, const std::vector<model::Step>& list, const model::Defaults& defaults
) {
    auto out = ordered_json::array();
    for (const auto& step : list) {
        const bool is_script = !step.run.empty();
        const auto& shell = step.shell.empty() && is_script ? defaults.shell : step.shell;
        const auto& folder = step.working_directory.empty() && is_script
                                 ? defaults.working_directory
                                 : step.working_directory;
        auto one = part.sub();
        one.put("id", ordered_json(step.id))
            .put("name", step.name)
            .put("if", part.condition_of(step.condition));
        one.put("uses", ordered_json(step.uses)).put("with", step.with).put("run", step.run);
        one.put("shell", shell).put("working-directory", folder).put("env", step.env);
        one.put("continue-on-error", step.continue_on_error)
            .put("timeout-minutes", step.timeout_minutes);
        one.put_flag("background", step.background).put("wait", ordered_json(step.wait));
        one.put_flag("wait-all", step.wait_all).put("cancel", ordered_json(step.cancel));
        one.put("parallel", steps(part, step.parallel, defaults));
        out.push_back(std::move(one).take());
    }
    return out;
}

void put_call(Part& out, const model::JobDefinition& job) {
    auto with = ordered_json::object();
    for (const auto& [name, value] : job.with) with[name] = out.data_of(value);
    out.put("uses", ordered_json(job.uses)).put("with", std::move(with));
    if (job.inherits_secrets) {
        out.put("secrets", ordered_json("inherit"));
    } else {
        out.put("secrets", job.secrets);
    }
}

void put_extras(Part& out, const model::JobDefinition& job) {
    if (job.retry) {
        auto retry = out.sub();
        retry.put("max", job.retry->max)
            .put("on", job.retry->on)
            .put("backoff", job.retry->backoff);
        out.put("retry", std::move(retry));
    }
    auto resources = out.sub();
    resources.put("cpu", job.resources.cpu).put("memory", job.resources.memory);
    resources.put("disk", job.resources.disk).put("pids", job.resources.pids);
    resources.put("network", job.resources.network);
    auto reports = out.sub();
    reports.put("junit", job.reports.junit).put("coverage", job.reports.coverage);
    reports.put("sarif", job.reports.sarif).put("text", job.reports.text);
    out.put("resources", std::move(resources)).put("reports", std::move(reports));
    out.put("hold-on-failure", job.hold_on_failure);
}

/// What the job does.
void put_kind(Part& out, const model::JobDefinition& job, const model::Defaults& defaults) {
    if (job.kind == "call") put_call(out, job);
    if (job.image) out.put("image", image(out, *job.image));
    if (job.deploy) out.put("deploy", deploy(out, *job.deploy));
    if (job.terraform) out.put("terraform", terraform(out, *job.terraform));
    if (job.approve) out.put("approve", approve(out, *job.approve));
    out.put("steps", steps(out, job.steps, defaults));
}

/// The inner one of two of the same name counts, in the outer one's place.
model::Pairs merge(model::Pairs outer, const model::Pairs& inner) {
    for (const auto& pair : inner) {
        const auto same = std::find_if(outer.begin(), outer.end(), [&pair](const auto& one) {
            return !pair.first.empty() && one.first == pair.first;
        });
        if (same == outer.end()) {
            outer.push_back(pair);
        } else {
            same->second = pair.second;
        }
    }
    return outer;
}

}  // namespace

ordered_json make_job_tree(
    const model::JobDefinition& job, const WorkflowPart& whole, const Known& known
) {
    auto defaults = job.defaults;
    if (defaults.shell.empty()) defaults.shell = whole.defaults.shell;
    if (defaults.working_directory.empty()) {
        defaults.working_directory = whole.defaults.working_directory;
    }
    Part out{known};
    out.put("stage", ordered_json(job.stage)).put("if", out.condition_of(job.condition));
    out.put("runs-on", job.runs_on).put("environment", environment(out, job));
    if (job.concurrency) out.put("concurrency", concurrency(out, *job.concurrency));
    if (job.permissions) out.put("permissions", permissions(*job.permissions));
    out.put("timeout-minutes", timeout(out, job));
    out.put("continue-on-error", job.continue_on_error).put("env", merge(whole.env, job.env));
    if (job.container) out.put("container", container(out, *job.container));
    out.put("services", services(out, job.services));
    put_extras(out, job);
    put_kind(out, job, defaults);
    out.put("outputs", job.outputs);
    return std::move(out).take();
}

ordered_json make_strategy_tree(const model::JobDefinition& job, const Known& known) {
    if (!job.strategy) return {};
    Part out{known};
    if (!job.strategy->whole.empty()) return out.value_of(job.strategy->whole);
    out.put("fail-fast", job.strategy->fail_fast).put("max-parallel", job.strategy->max_parallel);
    out.put("matrix", out.data_of(job.strategy->matrix));
    return std::move(out).take();
}

}  // namespace triphammer::plan
