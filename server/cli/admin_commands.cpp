#include "cli/admin_commands.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/admin_calls.hpp"
#include "cli/await_ping.hpp"

#include <algorithm>

namespace triphammer::cli {

namespace {

using nlohmann::json;

/// "a,b" as a list; nothing for an empty text.
std::vector<std::string> list_of(std::string_view text) {
    std::vector<std::string> out;
    for (const auto part : split(text, ',')) {
        if (!trim(part).empty()) out.emplace_back(trim(part));
    }
    return out;
}

Result<json> repository_body(const Invocation& invocation, const std::string& name) {
    json body{{"full_name", name}};
    add_option(body, invocation, "clone_url", "clone-url");
    add_option(body, invocation, "workflows_dir", "workflows");
    if (const auto files = invocation.arguments.value("files")) {
        body["workflow_files"] = list_of(*files);
    }
    for (const auto& [option, field] :
         {std::pair{"webhook-secret-file", "webhook_secret"}, {"token-file", "token"}}) {
        const auto file = invocation.arguments.value(option);
        if (!file) continue;
        auto text = read_file(*file == "-" ? "/dev/stdin" : *file, 64 * 1024);
        if (!text) return text.error();
        body[field] = std::string{trim(*text)};
    }
    if (const auto id = invocation.arguments.value("id")) {
        const auto number = parse_integer(*id);
        if (!number) return invalid("--id must be the repository's numeric id");
        body["forge_id"] = *number;
    }
    if (invocation.arguments.has("deploy-key")) body["deploy_key"] = true;
    return Result<json>{boost::system::in_place_value, std::move(body)};
}

/// The public half of a key that was made.
void show_deploy_key(const json& made) {
    const auto key = made.find("deploy_key");
    if (key == made.end() || !key->is_string()) return;
    print("\nAt GitHub, under Settings → Deploy keys → Add deploy key, without write access:\n");
    print("  " + key->get<std::string>() + "\n\n");
}

/// The guard against deploying twice leaves these files alone (docs/adr/0037).
void warn_of_github(const json& registered) {
    if (registered.value("workflows_dir", "") != ".github/workflows") return;
    print(
        "\nGitHub runs .github/workflows, too, deployments included, unless Actions are off "
        "there:\n"
        "Settings → Actions → General\n"
    );
}

/// Values to paste that GitHub would not take are none.
void warn_of_reach(const std::string& url) {
    const auto host = url.substr(std::min(url.find("://"), url.size()));
    const bool is_here = host.starts_with("://127.") || host.starts_with("://localhost") ||
                         host.starts_with("://[::1]");
    if (!is_here) return;
    print(
        "\nGitHub cannot reach this address. Set public_url to one that it can, or have this "
        "server "
        "ask for deliveries:\n"
        "github.mode: poll, and `repo add` with --token-file (after `repo remove`)\n"
    );
}

}  // namespace

int repo_add(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name) return need("OWNER/NAME");
    const auto body = repository_body(invocation, *name);
    if (!body) return complain(body.error(), kUsage);
    int status = kDone;
    const auto made = call(invocation, {"POST", "/api/v1/repositories", body->dump()}, status);
    if (!made) return status;
    if (invocation.arguments.has("json")) {
        print(made->dump() + "\n");
        return kDone;
    }
    if (made->contains("hook_id")) {
        print("registered " + field_text(*made, "full_name") + " with its hook at GitHub\n");
        show_deploy_key(*made);
        warn_of_github(*body);
        return await_ping(invocation, *made);
    }
    print("registered " + *name + "\n");
    show_deploy_key(*made);
    print("\nAt GitHub, under Settings → Webhooks → Add webhook, enter:\n");
    print("  Payload URL    " + field_text(*made, "url") + "\n  Content type   application/json\n");
    if (made->contains("secret")) print("  Secret         " + field_text(*made, "secret") + "\n");
    print("  Events         Send me everything, or those your workflows name\n");
    warn_of_reach(field_text(*made, "url"));
    warn_of_github(*body);
    return kDone;
}

int repo_ping(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name || name->find('/') == std::string::npos) return need("OWNER/NAME");
    int status = kDone;
    const auto target = "/api/v1/repositories/" + *name + "/hook/ping";
    const auto asked = call(invocation, {"POST", target, "{}"}, status);
    return asked ? await_ping(invocation, *asked) : status;
}

int repo_list(const Invocation& invocation) {
    return show_list(invocation, "/api/v1/repositories", {"full_name", "hook", "clone_url"});
}

int repo_files(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name || name->find('/') == std::string::npos) return need("OWNER/NAME");
    const json body{{"workflow_files", list_of(word(invocation, 1).value_or(""))}};
    return call_quietly(
        invocation, {"PUT", "/api/v1/repositories/" + *name + "/workflow-files", body.dump()}
    );
}

int repo_access(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name || name->find('/') == std::string::npos) return need("OWNER/NAME");
    const auto access = word(invocation, 1);
    if (!access) return need("none, owner or everyone");
    const json body{{"workflow_access", *access}};
    return call_quietly(
        invocation, {"PUT", "/api/v1/repositories/" + *name + "/workflow-access", body.dump()}
    );
}

int repo_remove(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name || name->find('/') == std::string::npos) return need("OWNER/NAME");
    return call_quietly(invocation, {"DELETE", "/api/v1/repositories/" + *name, ""});
}

int pipeline_put(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name) return need("NAME");
    auto text = read_value(invocation, "file");
    if (!text) return complain(text.error(), kUsage);
    json body{{"text", *text}, {"note", invocation.arguments.value("note").value_or("")}};
    int status = kDone;
    const auto target = "/api/v1/pipelines/" + percent_encode(*name);
    std::int64_t base = 0;
    if (const auto given = invocation.arguments.value("base"))
        base = parse_integer(*given).value_or(0);
    body["base_version"] = base;
    const auto saved = call(invocation, {"PUT", target, body.dump()}, status);
    if (!saved) return status;
    print(*name + " version " + field_text(*saved, "version") + "\n");
    const auto repositories = invocation.arguments.values("repository");
    if (repositories.empty()) return kDone;
    const json bindings{{"repositories", repositories}};
    return call_quietly(invocation, {"PUT", target + "/repositories", bindings.dump()});
}

int pipeline_get(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name) return need("NAME");
    auto target = "/api/v1/pipelines/" + percent_encode(*name);
    if (const auto version = invocation.arguments.value("version"))
        target += "/versions/" + percent_encode(*version);
    int status = kDone;
    const auto found = call(invocation, {"GET", target, ""}, status);
    if (!found) return status;
    print(invocation.arguments.has("json") ? found->dump(2) + "\n" : found->value("text", ""));
    return kDone;
}

int pipeline_list(const Invocation& invocation) {
    return show_list(
        invocation, "/api/v1/pipelines", {"name", "version", "author", "updated_at", "repositories"}
    );
}

int pipeline_history(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name) return need("NAME");
    return show_list(
        invocation,
        "/api/v1/pipelines/" + percent_encode(*name) + "/versions",
        {"version", "author", "created_at", "note"}
    );
}

int deployment_list(const Invocation& invocation) {
    return show_list(
        invocation,
        "/api/v1/deployments",
        {"id", "environment", "target", "state", "digest", "finished_at"}
    );
}

int deployment_settle(const Invocation& invocation) {
    const auto id = word(invocation, 0);
    const auto state = word(invocation, 1);
    if (!id || !state) return need("ID succeeded|failed|rolled_back");
    const json body{
        {"state", *state}, {"comment", invocation.arguments.value("comment").value_or("")}};
    return call_quietly(
        invocation, {"POST", "/api/v1/deployments/" + *id + "/settle", body.dump()}
    );
}

namespace {

/// "deployment 3, sha256:1234…, commit 6dcb09b5".
std::string name_side(const json& side) {
    if (side.is_null()) return "nothing";
    const auto digest = field_text(side, "digest").substr(0, 19);
    return "deployment " + field_text(side, "deployment") + " (" + digest + ", commit " +
           field_text(side, "sha").substr(0, 8) + ")";
}

int deploy_again(const Invocation& invocation, const std::string& repository, const json& body) {
    const auto target = "/api/v1/repositories/" + repository + "/deployments";
    int status = kDone;
    const auto made = call(invocation, {"POST", target, body.dump()}, status);
    if (!made) return status;
    if (invocation.arguments.has("json")) {
        print(made->dump() + "\n");
        return kDone;
    }
    print(
        "run " + field_text(*made, "run") + ": " + field_text(*made, "environment") + " (" +
        field_text(*made, "target") + ") from " + name_side(made->at("from")) + " to " +
        name_side(made->at("to")) + "\n"
    );
    return kDone;
}

}  // namespace

int deployment_rollback(const Invocation& invocation) {
    const auto repository = word(invocation, 0);
    const auto environment = word(invocation, 1);
    if (!repository || !environment) return need("OWNER/NAME ENVIRONMENT");
    json body{{"kind", "rollback"}, {"environment", *environment}};
    add_option(body, invocation, "deployment", "to");
    add_option(body, invocation, "target", "target");
    return deploy_again(invocation, *repository, body);
}

int deployment_promote(const Invocation& invocation) {
    const auto repository = word(invocation, 0);
    const auto from = word(invocation, 1);
    const auto environment = word(invocation, 2);
    if (!repository || !from || !environment) return need("OWNER/NAME FROM TO");
    json body{{"kind", "promotion"}, {"from", *from}, {"environment", *environment}};
    add_option(body, invocation, "deployment", "deployment");
    add_option(body, invocation, "target", "target");
    return deploy_again(invocation, *repository, body);
}

int replay(const Invocation& invocation) {
    const auto guid = word(invocation, 0);
    if (!guid) return need("GUID");
    const bool dry = invocation.arguments.has("dry-run");
    const auto target =
        "/api/v1/deliveries/" + percent_encode(*guid) + "/replay" + (dry ? "?dry_run=true" : "");
    int status = kDone;
    const auto answer = call(invocation, {"POST", target, "{}"}, status);
    if (!answer) return status;
    print(answer->dump(2) + "\n");
    return kDone;
}

int backup(const Invocation& invocation) {
    const auto file = word(invocation, 0);
    if (!file) return need("FILE");
    const json body{{"file", std::filesystem::absolute(*file).string()}};
    return call_quietly(invocation, {"POST", "/api/v1/backup", body.dump()});
}

}  // namespace triphammer::cli
