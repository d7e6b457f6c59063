#include "access/deploy_key.hpp"
#include "access/repository_keys.hpp"
#include "access/secrets.hpp"
#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/github/connecting.hpp"
#include "api/repositories/handlers.hpp"
#include "api/repositories/scope.hpp"
#include "base/text.hpp"
#include "history/history.hpp"
#include "store/people/secret_store.hpp"
#include "store/repository_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::api {

using nlohmann::json;

namespace {

bool is_name_part(std::string_view part) {
    const auto is_good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    return !part.empty() && part.size() <= 100 && part[0] != '-' && part[0] != '.' &&
           std::all_of(part.begin(), part.end(), is_good);
}

bool is_full_name(std::string_view name) {
    const auto parts = split(name, '/');
    return parts.size() == 2 && is_name_part(parts[0]) && is_name_part(parts[1]);
}

bool is_relative_folder(std::string_view folder) {
    if (folder.empty() || folder.front() == '/') return false;
    const auto parts = split(folder, '/');
    return std::none_of(parts.begin(), parts.end(), [](std::string_view part) {
        return part.empty() || part == "." || part == "..";
    });
}

/// `workflow_files`: names or patterns of files in the workflows' folder.
Result<std::vector<std::string>> files_field(const json& body) {
    constexpr std::size_t kMaxPatterns = 100;
    const auto found = body.find("workflow_files");
    if (found == body.end()) return std::vector<std::string>{};
    const auto is_pattern = [](const json& one) {
        if (!one.is_string()) return false;
        const auto& text = one.get_ref<const std::string&>();
        return !text.empty() && text.find_first_of("/\n") == std::string::npos;
    };
    const bool is_list = found->is_array() && found->size() <= kMaxPatterns &&
                         std::all_of(found->begin(), found->end(), is_pattern);
    if (is_list) return found->get<std::vector<std::string>>();
    return invalid("workflow_files must be a list of file names or patterns, ci.yml say");
}

Result<> read_secrets_of(const json& body, Random& random, Wanted& wanted) {
    auto given = text_field(body, "webhook_secret", "");
    if (!given) return given.error();
    wanted.made_secret = given->empty();
    if (!wanted.made_secret && given->size() < 16) {
        return invalid(
            "the webhook's secret is shorter than 16 characters; leave it out to have one made"
        );
    }
    wanted.hook_secret = Secret{wanted.made_secret ? random_hex(random, 32) : std::move(*given)};
    auto token = text_field(body, "token", "");
    if (!token) return token.error();
    wanted.clone_token = Secret{std::move(*token)};
    return {};
}

/// `deploy_key: true`: a pair is made, and the repository fetched with it.
Result<> read_key(const json& body, const Services& services, Wanted& wanted) {
    const auto found = body.find("deploy_key");
    if (found == body.end() || *found == false) return {};
    if (*found != true) return invalid("deploy_key must be true or false");
    auto& repository = wanted.repository;
    if (!body.contains("clone_url")) {
        repository.clone_url = ssh_address(repository.clone_url, repository.full_name);
    }
    if (!repository.clone_url.starts_with("ssh://")) {
        return invalid("a deploy key is for SSH: clone_url must be ssh://git@HOST/OWNER/NAME.git");
    }
    const auto key = access::make_deploy_key(services.random, "triphammer:" + repository.full_name);
    if (!key) return key.error();
    repository.deploy_key_public = key->public_half;
    repository.deploy_key =
        access::seal_deploy_key(services.sealer, repository.hook, key->private_half);
    wanted.wants_key = true;
    return {};
}

/// Whether the hook is made through GitHub's API: with a token, unless the repository lies
/// elsewhere.
Result<bool> read_connects(const json& body) {
    const auto found = body.find("connect");
    if (found == body.end()) return body.contains("token") && !body.contains("clone_url");
    if (!found->is_boolean()) return invalid("connect must be true or false");
    return found->get<bool>();
}

Result<Wanted> read_wanted(const Services& services, const json& body) {
    Wanted wanted;
    auto& repository = wanted.repository;
    auto name = text_field(body, "full_name");
    if (!name) return name.error();
    if (!is_full_name(*name)) return invalid("'" + *name + "' is not OWNER/NAME");
    repository.full_name = std::move(*name);
    auto url =
        text_field(body, "clone_url", services.github_url + "/" + repository.full_name + ".git");
    if (!url) return url.error();
    const auto checked = git::check_url(*url, services.url_rules);
    if (!checked) return checked.error();
    repository.clone_url = checked->text();
    auto folder = text_field(body, "workflows_dir", ".triphammer");
    if (!folder) return folder.error();
    if (!is_relative_folder(*folder)) {
        return invalid("workflows_dir must be a folder inside the repository, .triphammer say");
    }
    repository.workflows_dir = std::move(*folder);
    auto files = files_field(body);
    if (!files) return files.error();
    repository.workflow_files = std::move(*files);
    const auto forge_id = number_field(body, "forge_id", 0);
    if (!forge_id) return forge_id.error();
    repository.forge_id = *forge_id;
    repository.hook = random_hex(services.random, 16);
    if (auto read = read_secrets_of(body, services.random, wanted); !read) return read.error();
    if (auto read = read_key(body, services, wanted); !read) return read.error();
    const auto connects = read_connects(body);
    if (!connects) return connects.error();
    wanted.connects = *connects;
    return wanted;
}

json secret_json(store::Connection& connection, const access::SecretEntry& entry) {
    const auto repository = store::find_repository(connection, entry.scope.repository);
    return {
        {"name", entry.name},
        {"repository", repository ? json(repository->full_name) : json{}},
        {"environment", entry.scope.environment.empty() ? json{} : json(entry.scope.environment)},
        {"updated_at", to_rfc3339(entry.updated_at)},
        {"updated_by", entry.updated_by},
        {"used_at", entry.used_at ? json(to_rfc3339(*entry.used_at)) : json{}},
    };
}

json secret_stamp(const store::SecretRow& row) {
    return {{"updated_at", to_rfc3339(row.updated_at)}, {"updated_by", row.updated_by}};
}

}  // namespace

Answer list_repositories(Services& services, Call call) {
    auto list = [&](store::Connection& connection) -> Result<std::string> {
        const auto listed = find_listed_repositories(connection, call);
        if (!listed) return listed.error();
        return history::list_repositories(connection, listed->among);
    };
    auto listed = services.database.read(list);
    const auto found = co_await std::move(listed);
    co_return reply(found);
}

Answer create_repository(Services& services, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    auto wanted = read_wanted(services, *body);
    if (!wanted) co_return http::make_error(wanted.error());
    seal_into(services.sealer, *wanted);
    if (wanted->connects) {
        auto connecting = connect_repository(services, std::move(*wanted), auditor_of(call));
        co_return co_await std::move(connecting);
    }
    auto add = [&](store::Transaction& transaction) -> Result<model::RepositoryId> {
        const auto id = store::add_repository(transaction, wanted->repository);
        if (!id) return id.error();
        const auto after = fields(json{{"clone_url", wanted->repository.clone_url}});
        const auto& name = wanted->repository.full_name;
        record(transaction, call, {"repository.add", name, *id, {}, after});
        return id;
    };
    auto added = services.database.write(add);
    const auto id = co_await std::move(added);
    if (!id) co_return http::make_error(id.error());
    json out{
        {"id", model::to_text(*id)},
        {"full_name", wanted->repository.full_name},
        {"hook", "/webhooks/github/" + wanted->repository.hook},
        {"url", hook_url(services, wanted->repository.hook)},
    };
    if (wanted->wants_key) out["deploy_key"] = wanted->repository.deploy_key_public;
    // Shown this once, and only where it was made here.
    if (wanted->made_secret) out["secret"] = wanted->hook_secret.reveal();
    co_return reply(201, out);
}

Answer set_workflow_files(Services& services, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    const auto files = files_field(*body);
    if (!files) co_return http::make_error(files.error());
    const auto name = call.parameter(0) + "/" + call.parameter(1);
    auto set = [&](store::Transaction& transaction) -> Result<> {
        const auto found = find_reached_repository(transaction, call, name);
        if (!found) return found.error();
        const json before{{"workflow_files", found->workflow_files}};
        const json after{{"workflow_files", *files}};
        const store::NewAudit entry{
            "repository.set-workflow-files", name, found->id, fields(before), fields(after)};
        record(transaction, call, entry);
        return store::set_workflow_files(transaction, found->id, *files);
    };
    auto setting = services.database.write(set);
    const auto done = co_await std::move(setting);
    co_return reply_empty(done);
}

Answer set_workflow_access(Services& services, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    const auto access = text_field(*body, "workflow_access");
    if (!access) co_return http::make_error(access.error());
    if (*access != "none" && *access != "owner" && *access != "everyone") {
        co_return http::make_error(invalid("workflow_access must be none, owner or everyone"));
    }
    const auto name = call.parameter(0) + "/" + call.parameter(1);
    auto set = [&](store::Transaction& transaction) -> Result<> {
        const auto found = find_reached_repository(transaction, call, name);
        if (!found) return found.error();
        const json before{{"workflow_access", found->workflow_access}};
        const json after{{"workflow_access", *access}};
        const store::NewAudit entry{
            "repository.set-workflow-access", name, found->id, fields(before), fields(after)};
        record(transaction, call, entry);
        return store::set_workflow_access(transaction, found->id, *access, call.who.actor);
    };
    auto setting = services.database.write(set);
    const auto done = co_await std::move(setting);
    co_return reply_empty(done);
}

Answer remove_repository(Services& services, Call call) {
    const auto name = call.parameter(0) + "/" + call.parameter(1);
    std::optional<store::RepositoryRow> found;
    auto remove = [&](store::Transaction& transaction) -> Result<> {
        auto reached = find_reached_repository(transaction, call, name);
        if (!reached) return reached.error();
        found = std::move(*reached);
        const json before{{"clone_url", found->clone_url}};
        record(transaction, call, {"repository.remove", name, found->id, fields(before)});
        return store::remove_repository(transaction, found->id, call.who.actor);
    };
    auto removed = services.database.write(remove);
    const auto done = co_await std::move(removed);
    if (!done || found->forge_hook == 0) co_return reply_empty(done);
    auto disconnecting = disconnect_repository(services, std::move(*found));
    co_return reply_empty(co_await std::move(disconnecting));
}

Answer list_secrets(Services& services, Call call) {
    auto list = [&](store::Connection& connection) -> Result<json> {
        const auto entries = access::list_secrets(connection);
        if (!entries) return entries.error();
        auto items = json::array();
        for (const auto& entry : *entries) {
            if (!access::is_allowed(call.who, call.needed, entry.scope.repository)) continue;
            items.push_back(secret_json(connection, entry));
        }
        return value_of({{"items", items}, {"next", nullptr}});
    };
    auto listed = services.database.read(list);
    const auto found = co_await std::move(listed);
    co_return reply(found);
}

Answer set_secret(Services& services, Call call) {
    auto given = read_new_key(call);
    if (!given) co_return http::make_error(given.error());
    access::NewSecret secret;
    secret.name = call.parameter(0);
    secret.value = Secret{std::move(given->value)};
    secret.actor = call.who.actor;
    auto set = [&](store::Transaction& transaction) -> Result<> {
        auto scope = find_scope(transaction, call, given->repository, given->environment);
        if (!scope) return scope.error();
        secret.scope = *scope;
        const store::SecretScope row{scope->repository, scope->environment};
        const auto before = store::find_secret(transaction, row, secret.name);
        const store::NewAudit entry{
            .action = "secret.set",
            .object = key_name(secret.name, *scope),
            .repository = scope->repository,
            .before = before ? fields(secret_stamp(*before)) : std::string{},
            .after = fields({{"updated_at", to_rfc3339(transaction.now())}})};
        record(transaction, call, entry);
        return access::set_secret(transaction, services.sealer, secret);
    };
    auto stored = services.database.write(set);
    const auto done = co_await std::move(stored);
    co_return reply_empty(done);
}

Answer remove_secret(Services& services, Call call) {
    const auto repository = query_text(call, "repository");
    const auto environment = query_text(call, "environment");
    auto remove = [&](store::Transaction& transaction) -> Result<> {
        const auto scope = find_scope(transaction, call, repository, environment);
        if (!scope) return scope.error();
        const auto name = key_name(call.parameter(0), *scope);
        record(transaction, call, {"secret.remove", name, scope->repository});
        return access::remove_secret(transaction, *scope, call.parameter(0), call.who.actor);
    };
    auto removed = services.database.write(remove);
    const auto done = co_await std::move(removed);
    co_return reply_empty(done);
}

}  // namespace triphammer::api
