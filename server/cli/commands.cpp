#include "cli/admin_commands.hpp"
#include "cli/command.hpp"
#include "cli/doctor_command.hpp"
#include "cli/language_commands.hpp"
#include "cli/restore_command.hpp"
#include "cli/serve_commands.hpp"

namespace triphammer::cli {

namespace {

const OptionSpec kConfig{"config", "FILE", "the configuration (default: a package's, in /etc)"};
const OptionSpec kData{"data", "DIR", "the data directory (default: ./data)"};
const OptionSpec kJson{"json", "", "for programs"};
const OptionSpec kRepository{"repository", "OWNER/NAME", "of this repository only"};
const OptionSpec kEnvironment{"environment", "NAME", "of this environment only"};
const OptionSpec kAllow{"allow", "CODE", "lowers that error to a warning; may repeat"};

/// Options of every administrative command, and its own.
std::vector<OptionSpec> with_admin(std::vector<OptionSpec> own) {
    own.push_back(kData);
    own.push_back(kConfig);
    own.push_back(kJson);
    return own;
}

// NOLINTNEXTLINE(readability-function-size): a table
std::vector<Command> make_commands() {
    return {
        {"serve",
         "",
         "the daemon; 127.0.0.1:7707 unless told otherwise",
         {kConfig,
          kData,
          {"listen", "ADDRESS:PORT", "where to listen"},
          {"drain-jobs", "", "on SIGTERM wait for running jobs too"}},
         serve},
        {"launcher",
         "",
         "starts runners for the daemon; run by its unit",
         {kConfig,
          kData,
          {"run", "DIR", "the run directory (default: beside the data, with -run)"},
          {"once", "", "for one run: makes nothing ahead on the engine"}},
         launcher},
        {"run",
         "[FILE]",
         "runs a workflow on the working tree, without a server",
         {{"event", "NAME", "default: what the workflow waits for"},
          {"payload", "FILE", "the webhook's body (default: made up from the tree)"},
          {"job", "ID", "only this job, and those that it needs"},
          {"input", "NAME=VALUE", "an input of workflow_dispatch; may repeat"},
          {"secret", "NAME", "a secret, its value from the variable of that name; may repeat"},
          {"secret-file", "FILE", "secrets as NAME=VALUE lines"},
          {"var", "NAME=VALUE", "of the vars context; may repeat"},
          {"runs-on", "LABEL=EXECUTOR", "host or docker:IMAGE; may repeat"},
          {"action", "OWNER/REPO", "an action that may be fetched, or OWNER/*; may repeat"},
          {"replay", "FILE", "a run's export: its workflow, event and variables once more"},
          {"caches", "DIR", "keep caches there (default: ~/.cache/triphammer/run)"},
          {"artifacts", "DIR", "put what jobs upload there, as NAME.zip"},
          {"dry-run", "", "only say what would run"},
          kJson,
          kAllow},
         run_workflow},
        {"lint", "FILE…", "checks workflow files", {kJson, kAllow}, lint},
        {"eval",
         "EXPRESSION",
         "evaluates one expression, without ${{ }}",
         {{"context", "FILE", "JSON: context names to values"},
          {"batch", "", "JSON lines on standard input"},
          kJson},
         eval},
        {"plan",
         "FILE",
         "says whether an event starts a workflow, and why",
         {{"event", "NAME", "push, pull_request, …"},
          {"payload", "FILE", "the webhook's body"},
          kJson,
          kAllow},
         plan_command},
        {"import",
         "FILE…",
         "carries GitHub workflows and declarative Jenkinsfiles over",
         {{"to", "DIR", "where to write (default: .triphammer)"}, kJson},
         import_files},
        {"doctor",
         "",
         "says what is wrong with this installation, and what mends it",
         {kConfig,
          kData,
          kJson,
          {"machine", "", "only what jobs find; answers a question on standard input"}},
         doctor_command},
        {"setup-link", "", "a fresh one-time link for the first admin", with_admin({}), setup_link},
        {"repo add",
         "OWNER/NAME",
         "registers a repository; with a token makes its hook at GitHub, too, and waits for its "
         "ping",
         with_admin(
             {{"clone-url", "URL", "where to clone from (default: GitHub)"},
              {"webhook-secret-file", "FILE", "use this secret instead of making one"},
              {"id", "N", "GitHub's numeric id (else learned from the first delivery)"},
              {"workflows", "DIR", "where its workflows are (default: .triphammer)"},
              {"files", "A,B", "the workflow files that count, names or patterns (default: all)"},
              {"deploy-key",
               "",
               "make a key pair to fetch with over SSH, and print its public half"},
              {"token-file",
               "FILE",
               "a token for cloning; without --clone-url the hook is made with it, too"}}
         ),
         repo_add},
        {"repo ping",
         "OWNER/NAME",
         "has GitHub ping the hook that repo add made, and says what is in the way",
         with_admin({}),
         repo_ping},
        {"repo rotate-secret",
         "OWNER/NAME",
         "makes another secret for the hook; the old one signs, too, for a while",
         with_admin(
             {{"keep", "HOURS", "how long (default: 24)"},
              {"webhook-secret-file", "FILE", "use this secret instead of making one"}}
         ),
         repo_rotate_secret},
        {"repo list", "", "registered repositories", with_admin({}), repo_list},
        {"repo files",
         "OWNER/NAME [A,B]",
         "names the workflow files that count; without any all do",
         with_admin({}),
         repo_files},
        {"repo access",
         "OWNER/NAME none|owner|everyone",
         "says who may call its workflows and check it out (at first: its owner's repositories)",
         with_admin({}),
         repo_access},
        {"repo remove",
         "OWNER/NAME",
         "removes one, and its hook at GitHub if that was made here; its history stays",
         with_admin({}),
         repo_remove},
        {"secret set",
         "NAME",
         "sets a secret, from --file or standard input",
         with_admin({kRepository, kEnvironment, {"file", "FILE", "where the value is"}}),
         secret_set},
        {"secret list", "", "names and scopes; never values", with_admin({}), secret_list},
        {"secret remove",
         "NAME",
         "removes a secret",
         with_admin({kRepository, kEnvironment}),
         secret_remove},
        {"variable set",
         "NAME",
         "sets a variable (`vars` in workflows), from --file or standard input",
         with_admin({kRepository, kEnvironment, {"file", "FILE", "where the value is"}}),
         variable_set},
        {"variable list", "", "variables with their values", with_admin({}), variable_list},
        {"variable remove",
         "NAME",
         "removes a variable",
         with_admin({kRepository, kEnvironment}),
         variable_remove},
        {"token create",
         "NAME",
         "makes an API token and prints it once",
         with_admin(
             {{"role", "ROLE", "viewer, developer, approver or admin"},
              kRepository,
              {"expires", "DAYS", "when it ends"}}
         ),
         token_create},
        {"token list", "", "tokens; never their texts", with_admin({}), token_list},
        {"token revoke", "NAME", "ends a token", with_admin({}), token_revoke},
        {"pipeline put",
         "NAME",
         "saves a workflow that the server holds, from --file or standard input",
         with_admin(
             {{"file", "FILE", "the workflow"},
              {"base", "VERSION", "the version it was made from"},
              {"note", "TEXT", "what changed"},
              {"repository", "OWNER/NAME", "bind it to; may repeat"}}
         ),
         pipeline_put},
        {"pipeline get",
         "NAME",
         "prints a workflow",
         with_admin({{"version", "N", "an older one"}}),
         pipeline_get},
        {"pipeline list", "", "workflows that the server holds", with_admin({}), pipeline_list},
        {"pipeline history", "NAME", "versions, newest first", with_admin({}), pipeline_history},
        {"deployment list", "", "the ledger, newest first", with_admin({}), deployment_list},
        {"deployment settle",
         "ID STATE",
         "says how an unknown one ended: succeeded, failed or rolled_back",
         with_admin({{"comment", "TEXT", "what was found"}}),
         deployment_settle},
        {"replay",
         "GUID",
         "plans a delivery again",
         with_admin({{"dry-run", "", "only say what would come of it"}}),
         replay},
        {"backup", "FILE", "copies the database while the daemon runs", with_admin({}), backup},
        {"export",
         "FOLDER",
         "writes repositories, pipelines, history with logs, and secrets' names to files",
         with_admin({}),
         export_all},
        {"restore",
         "FILE",
         "puts a backup in the place of the database; the daemon is stopped",
         {kData, kConfig, {"check", "", "only say whether it could be"}},
         restore},
        {"config check",
         "",
         "the effective configuration, without secrets",
         {kConfig, kData},
         config_check},
        {"routes", "", "every HTTP route with the role it needs", {kJson}, show_routes},
        {"version", "", "the version", {}, show_version},
    };
}

}  // namespace

std::span<const Command> commands() {
    static const auto kCommands = make_commands();
    return kCommands;
}

}  // namespace triphammer::cli
