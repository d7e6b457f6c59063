#pragma once
// Where an expression stands: which contexts and special functions it may use there. The rows are
// GitHub's ("Contexts reference", table of context availability), in its order, and then our own.

#include <array>
#include <string_view>

namespace triphammer::workflow {

inline constexpr std::array<std::string_view, 12> kContextNames{
    "github",
    "needs",
    "strategy",
    "matrix",
    "job",
    "runner",
    "env",
    "vars",
    "secrets",
    "steps",
    "inputs",
    "jobs"};

struct Place {
    std::string_view key;        // the documentation's name of the place
    std::string_view contexts;   // as the documentation lists them
    std::string_view functions;  // success failure … hashFiles; all others are allowed everywhere
    unsigned mask = 0;           // bits of kContextNames

    /// Name in any case; false for one that is no context.
    bool allows(std::string_view context) const;
};

/// The bit of a context's name, in any case; 0 for another name.
unsigned context_bit(std::string_view name);

namespace places {

constexpr Place place(
    std::string_view key, std::string_view contexts, std::string_view functions = {}
) {
    Place out{key, contexts, functions, 0};
    while (!contexts.empty()) {
        const auto comma = contexts.find(", ");
        for (std::size_t i = 0; i < kContextNames.size(); ++i) {
            if (kContextNames[i] == contexts.substr(0, comma)) out.mask |= 1U << i;
        }
        contexts = comma == std::string_view::npos ? "" : contexts.substr(comma + 2);
    }
    return out;
}

inline constexpr std::string_view kStatus = "always, cancelled, success, failure";
inline constexpr std::string_view kStatusAndHash = "always, cancelled, success, failure, hashFiles";
inline constexpr std::string_view kHash = "hashFiles";

inline constexpr Place kRunName = place("run-name", "github, inputs, vars");
inline constexpr Place kConcurrency = place("concurrency", "github, inputs, vars");
inline constexpr Place kEnv = place("env", "github, secrets, inputs, vars");
inline constexpr Place kJobConcurrency =
    place("jobs.<job_id>.concurrency", "github, needs, strategy, matrix, inputs, vars");
inline constexpr Place kContainer =
    place("jobs.<job_id>.container", "github, needs, strategy, matrix, vars, inputs");
inline constexpr Place kContainerCredentials = place(
    "jobs.<job_id>.container.credentials",
    "github, needs, strategy, matrix, env, vars, secrets, inputs"
);
inline constexpr Place kContainerEnv = place(
    "jobs.<job_id>.container.env.<env_id>",
    "github, needs, strategy, matrix, job, runner, env, vars, secrets, inputs"
);
inline constexpr Place kContainerImage =
    place("jobs.<job_id>.container.image", "github, needs, strategy, matrix, vars, inputs");
inline constexpr Place kJobContinueOnError =
    place("jobs.<job_id>.continue-on-error", "github, needs, strategy, vars, matrix, inputs");
inline constexpr Place kJobDefaults =
    place("jobs.<job_id>.defaults.run", "github, needs, strategy, matrix, env, vars, inputs");
inline constexpr Place kJobEnv =
    place("jobs.<job_id>.env", "github, needs, strategy, matrix, vars, secrets, inputs");
inline constexpr Place kJobEnvironment =
    place("jobs.<job_id>.environment", "github, needs, strategy, matrix, vars, inputs");
inline constexpr Place kJobEnvironmentUrl = place(
    "jobs.<job_id>.environment.url",
    "github, needs, strategy, matrix, job, runner, env, vars, steps, inputs"
);
inline constexpr Place kJobIf = place("jobs.<job_id>.if", "github, needs, vars, inputs", kStatus);
inline constexpr Place kJobName =
    place("jobs.<job_id>.name", "github, needs, strategy, matrix, vars, inputs");
inline constexpr Place kJobOutputs = place(
    "jobs.<job_id>.outputs.<output_id>",
    "github, needs, strategy, matrix, job, runner, env, vars, secrets, steps, inputs"
);
inline constexpr Place kJobRunsOn =
    place("jobs.<job_id>.runs-on", "github, needs, strategy, matrix, vars, inputs");
inline constexpr Place kJobSecrets = place(
    "jobs.<job_id>.secrets.<secrets_id>", "github, needs, strategy, matrix, secrets, inputs, vars"
);
inline constexpr Place kServices =
    place("jobs.<job_id>.services", "github, needs, strategy, matrix, vars, inputs");
inline constexpr Place kServiceCredentials = place(
    "jobs.<job_id>.services.<service_id>.credentials",
    "github, needs, strategy, matrix, env, vars, secrets, inputs"
);
inline constexpr Place kServiceEnv = place(
    "jobs.<job_id>.services.<service_id>.env.<env_id>",
    "github, needs, strategy, matrix, job, runner, env, vars, secrets, inputs"
);
inline constexpr Place kStepIf = place(
    "jobs.<job_id>.steps.if",
    "github, needs, strategy, matrix, job, runner, env, vars, steps, inputs",
    kStatusAndHash
);
/// continue-on-error, env, name, run, timeout-minutes, with and working-directory: seven rows
/// alike.
inline constexpr Place kStep = place(
    "jobs.<job_id>.steps",
    "github, needs, strategy, matrix, job, runner, env, vars, secrets, steps, inputs",
    kHash
);
inline constexpr Place kStrategy = place("jobs.<job_id>.strategy", "github, needs, vars, inputs");
inline constexpr Place kJobTimeout =
    place("jobs.<job_id>.timeout-minutes", "github, needs, strategy, matrix, vars, inputs");
inline constexpr Place kJobWith =
    place("jobs.<job_id>.with.<with_id>", "github, needs, strategy, matrix, inputs, vars");
inline constexpr Place kCallDefault =
    place("on.workflow_call.inputs.<inputs_id>.default", "github, inputs, vars");
inline constexpr Place kCallOutput =
    place("on.workflow_call.outputs.<output_id>.value", "github, jobs, vars, inputs");

// Ours. The values of image, deploy and terraform are evaluated by the runner, before anything is
// built or deployed; those of the others by the planner.
inline constexpr Place kImage = place(
    "jobs.<job_id>.image",
    "github, needs, strategy, matrix, job, runner, env, vars, secrets, inputs"
);
inline constexpr Place kDeploy = place(
    "jobs.<job_id>.deploy",
    "github, needs, strategy, matrix, job, runner, env, vars, secrets, inputs"
);
inline constexpr Place kTerraform = place(
    "jobs.<job_id>.terraform",
    "github, needs, strategy, matrix, job, runner, env, vars, secrets, inputs"
);
inline constexpr Place kTerraformPlace =
    place("jobs.<job_id>.terraform", "github, needs, strategy, matrix, vars, inputs");
inline constexpr Place kApprove =
    place("jobs.<job_id>.approve", "github, needs, strategy, matrix, vars, inputs");
inline constexpr Place kJobKeys =
    place("jobs.<job_id>", "github, needs, strategy, matrix, vars, inputs");

}  // namespace places

}  // namespace triphammer::workflow
