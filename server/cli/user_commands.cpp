// People's accounts.

#include "base/text.hpp"
#include "cli/admin_calls.hpp"
#include "cli/admin_commands.hpp"
#include "http/url.hpp"

namespace triphammer::cli {

using nlohmann::json;

namespace {

std::string target_of(const std::string& name) {
    return "/api/v1/users/" + percent_encode(name);
}

int print_link(const Invocation& invocation, const AdminCall& request) {
    int status = kDone;
    const auto made = call(invocation, request, status);
    if (!made) return status;
    const bool wants_json = invocation.arguments.has("json");
    print(wants_json ? made->dump() + "\n" : field_text(*made, "url") + "\n");
    return kDone;
}

int set_disabled(const Invocation& invocation, bool disabled) {
    const auto name = word(invocation, 0);
    if (!name) return need("NAME");
    const json body{{"disabled", disabled}};
    return call_quietly(invocation, {"PUT", target_of(*name), body.dump()});
}

}  // namespace

int user_add(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name) return need("NAME");
    if (!invocation.arguments.has("role")) return need("--role ROLE");
    json body{{"name", *name}};
    add_option(body, invocation, "role", "role");
    return print_link(invocation, {"POST", "/api/v1/users", body.dump()});
}

int user_list(const Invocation& invocation) {
    return show_list(
        invocation,
        "/api/v1/users",
        {"name", "role", "created_at", "disabled_at", "invited", "repositories"}
    );
}

int user_change(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name) return need("NAME");
    if (!invocation.arguments.has("role")) return need("--role ROLE");
    json body = json::object();
    add_option(body, invocation, "role", "role");
    return call_quietly(invocation, {"PUT", target_of(*name), body.dump()});
}

int user_grant(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    const auto repository = word(invocation, 1);
    if (!name || !repository) return need("NAME OWNER/NAME");
    if (!invocation.arguments.has("role")) return need("--role ROLE");
    json body = json::object();
    add_option(body, invocation, "role", "role");
    const auto target = target_of(*name) + "/repositories/" + *repository;
    return call_quietly(invocation, {"PUT", target, body.dump()});
}

int user_revoke(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    const auto repository = word(invocation, 1);
    if (!name || !repository) return need("NAME OWNER/NAME");
    return call_quietly(
        invocation, {"DELETE", target_of(*name) + "/repositories/" + *repository, ""}
    );
}

int user_disable(const Invocation& invocation) {
    return set_disabled(invocation, true);
}

int user_enable(const Invocation& invocation) {
    return set_disabled(invocation, false);
}

int user_unlink(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name) return need("NAME");
    return call_quietly(invocation, {"DELETE", target_of(*name) + "/github", ""});
}

int user_reset(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name) return need("NAME");
    return print_link(invocation, {"POST", target_of(*name) + "/invitation", "{}"});
}

}  // namespace triphammer::cli
