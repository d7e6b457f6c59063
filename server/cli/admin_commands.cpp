#include "cli/admin_commands.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/admin.hpp"
#include "http/url.hpp"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <iterator>

namespace triphammer::cli {

namespace {

using nlohmann::json;

/// One call; shows an error itself. Nothing: it failed, `status` says how.
std::optional<json> call(const Invocation& invocation, const AdminCall& request, int& status) {
    const auto config = load_config(invocation);
    if (!config) {
        status = complain(config.error(), kUsage);
        return {};
    }
    const auto answer = send(*config, request);
    if (!answer) {
        status = complain(answer.error(), kFailed);
        return {};
    }
    if (!answer->ok()) {
        status = complain(message_of(*answer), kFailed);
        return {};
    }
    status = kDone;
    auto body = json::parse(answer->body, nullptr, false);
    return body.is_discarded() ? json::object() : std::move(body);
}

/// A call whose answer needs no showing but in JSON.
int call_quietly(const Invocation& invocation, const AdminCall& request) {
    int status = kDone;
    (void)call(invocation, request, status);
    return status;
}

std::optional<std::string> word(const Invocation& invocation, std::size_t index) {
    const auto& words = invocation.arguments.words();
    if (index >= words.size()) return {};
    return words[index];
}

int need(std::string_view what) {
    return complain("missing: " + std::string{what} + " (see --help)", kUsage);
}

/// A value from --file, or from standard input: never from the command line, where `ps` shows it.
Result<std::string> read_value(const Invocation& invocation, std::string_view option) {
    if (const auto file = invocation.arguments.value(option)) {
        auto text = read_file(*file, 64 * 1024);
        if (!text) return text.error();
        return *text;
    }
    return std::string{std::istreambuf_iterator<char>{std::cin}, {}};
}

std::string without_newline(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
}

void add_option(json& body, const Invocation& invocation, const char* field, const char* option) {
    if (const auto value = invocation.arguments.value(option)) body[field] = *value;
}

std::string text_of(const json& item, const char* field) {
    const auto found = item.find(field);
    if (found == item.end() || found->is_null()) return "-";
    return found->is_string() ? found->get<std::string>() : found->dump();
}

int show_list(
    const Invocation& invocation, const std::string& target, const std::vector<const char*>& fields
) {
    int status = kDone;
    const auto body = call(invocation, {"GET", target, ""}, status);
    if (!body) return status;
    if (invocation.arguments.has("json")) {
        print(body->dump(2) + "\n");
        return kDone;
    }
    for (const auto& item : body->value("items", json::array())) {
        std::vector<std::string> columns;
        columns.reserve(fields.size());
        for (const auto* field : fields) columns.push_back(text_of(item, field));
        print(join(columns, "\t") + "\n");
    }
    return kDone;
}

std::string query_of(const Invocation& invocation) {
    std::vector<std::string> parts;
    for (const auto* option : {"repository", "environment"}) {
        if (const auto value = invocation.arguments.value(option)) {
            parts.push_back(std::string{option} + "=" + percent_encode(*value));
        }
    }
    return parts.empty() ? "" : "?" + join(parts, "&");
}

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
        auto text = read_file(*file, 64 * 1024);
        if (!text) return text.error();
        body[field] = std::string{trim(*text)};
    }
    if (const auto id = invocation.arguments.value("id")) {
        const auto number = parse_integer(*id);
        if (!number) return invalid("--id must be the repository's numeric id");
        body["forge_id"] = *number;
    }
    return Result<json>{boost::system::in_place_value, std::move(body)};
}

/// How a browser of another machine gets to an address of loopback; empty for any other address.
std::string tunnel_hint(const std::string& link) {
    const auto url = http::parse_url(link);
    if (!url || (url->host != "127.0.0.1" && url->host != "localhost")) return {};
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    const auto* user = std::getenv("SUDO_USER");
    if (user == nullptr) user = std::getenv("USER");
    const auto port = std::to_string(url->port);
    return "On a machine without a browser, run this on yours first:\n  ssh -L " + port + ":" +
           url->host + ":" + port + " " + (user == nullptr ? "root" : user) + "@" + host.data() +
           "\n";
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
    print(
        "registered " + *name + "\n\nAt GitHub, under Settings → Webhooks → Add webhook, enter:\n"
    );
    print("  Payload URL    " + text_of(*made, "url") + "\n  Content type   application/json\n");
    if (made->contains("secret")) print("  Secret         " + text_of(*made, "secret") + "\n");
    print("  Events         Send me everything, or those your workflows name\n");
    return kDone;
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

int secret_set(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name) return need("NAME");
    auto value = read_value(invocation, "file");
    if (!value) return complain(value.error(), kUsage);
    json body{{"value", without_newline(std::move(*value))}};
    add_option(body, invocation, "repository", "repository");
    add_option(body, invocation, "environment", "environment");
    return call_quietly(
        invocation, {"PUT", "/api/v1/secrets/" + percent_encode(*name), body.dump()}
    );
}

int secret_list(const Invocation& invocation) {
    return show_list(
        invocation,
        "/api/v1/secrets",
        {"name", "repository", "environment", "updated_at", "updated_by"}
    );
}

int secret_remove(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name) return need("NAME");
    return call_quietly(
        invocation,
        {"DELETE", "/api/v1/secrets/" + percent_encode(*name) + query_of(invocation), ""}
    );
}

int token_create(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name) return need("NAME");
    json body{{"name", *name}};
    add_option(body, invocation, "role", "role");
    add_option(body, invocation, "repository", "repository");
    if (const auto days = invocation.arguments.value("expires")) {
        const auto number = parse_integer(*days);
        if (!number) return complain("--expires must be a number of days", kUsage);
        body["expires_days"] = *number;
    }
    int status = kDone;
    const auto made = call(invocation, {"POST", "/api/v1/tokens", body.dump()}, status);
    if (!made) return status;
    print(invocation.arguments.has("json") ? made->dump() + "\n" : text_of(*made, "token") + "\n");
    return kDone;
}

int token_list(const Invocation& invocation) {
    return show_list(
        invocation, "/api/v1/tokens", {"name", "role", "created_at", "expires_at", "revoked_at"}
    );
}

int token_revoke(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name) return need("NAME");
    return call_quietly(invocation, {"DELETE", "/api/v1/tokens/" + percent_encode(*name), ""});
}

int setup_link(const Invocation& invocation) {
    int status = kDone;
    const auto made = call(invocation, {"POST", "/api/v1/setup-links", "{}"}, status);
    if (!made) return status;
    print(text_of(*made, "url") + "\n");
    const auto hint = "It opens an admin's session once, until " + text_of(*made, "expires_at") +
                      ".\n" + tunnel_hint(text_of(*made, "url"));
    // A program that reads the link gets the link alone.
    (void)write_all(::isatty(STDOUT_FILENO) != 0 ? STDOUT_FILENO : STDERR_FILENO, hint);
    return kDone;
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
    print(*name + " version " + text_of(*saved, "version") + "\n");
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
