// Secrets, variables, tokens and the set-up link.

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/admin_calls.hpp"
#include "cli/admin_commands.hpp"
#include "http/url.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>

namespace triphammer::cli {

using nlohmann::json;

namespace {

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

/// `kind`: secrets or variables, which are set and removed alike.
int set_key(const Invocation& invocation, const std::string& kind) {
    const auto name = word(invocation, 0);
    if (!name) return need("NAME");
    auto value = read_value(invocation, "file");
    if (!value) return complain(value.error(), kUsage);
    json body{{"value", without_newline(std::move(*value))}};
    add_option(body, invocation, "repository", "repository");
    add_option(body, invocation, "environment", "environment");
    const auto target = "/api/v1/" + kind + "/" + percent_encode(*name);
    return call_quietly(invocation, {"PUT", target, body.dump()});
}

int remove_key(const Invocation& invocation, const std::string& kind) {
    const auto name = word(invocation, 0);
    if (!name) return need("NAME");
    const auto target = "/api/v1/" + kind + "/" + percent_encode(*name) + query_of(invocation);
    return call_quietly(invocation, {"DELETE", target, ""});
}

}  // namespace

int secret_set(const Invocation& invocation) {
    return set_key(invocation, "secrets");
}

int secret_list(const Invocation& invocation) {
    return show_list(
        invocation,
        "/api/v1/secrets",
        {"name", "repository", "environment", "updated_at", "updated_by", "used_at"}
    );
}

int secret_remove(const Invocation& invocation) {
    return remove_key(invocation, "secrets");
}

int variable_set(const Invocation& invocation) {
    return set_key(invocation, "variables");
}

int variable_list(const Invocation& invocation) {
    return show_list(
        invocation, "/api/v1/variables", {"name", "value", "repository", "environment"}
    );
}

int variable_remove(const Invocation& invocation) {
    return remove_key(invocation, "variables");
}

int token_create(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name) return need("NAME");
    if (!invocation.arguments.value("role"))
        return need("--role viewer, developer, approver or admin");
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
    print(
        invocation.arguments.has("json") ? made->dump() + "\n" : field_text(*made, "token") + "\n"
    );
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

int key_rotate(const Invocation& invocation) {
    int status = kDone;
    const auto done = call(invocation, {"POST", "/api/v1/master-key/rotate", "{}"}, status);
    if (!done) return status;
    if (invocation.arguments.has("json")) {
        print(done->dump() + "\n");
        return kDone;
    }
    print(
        std::to_string(done->value("values", 0)) +
        " values are sealed with another master key now. Keep a copy of it elsewhere; backups of "
        "before need the old one.\n"
    );
    return kDone;
}

int setup_link(const Invocation& invocation) {
    int status = kDone;
    const auto made = call(invocation, {"POST", "/api/v1/setup-links", "{}"}, status);
    if (!made) return status;
    print(field_text(*made, "url") + "\n");
    const auto hint = "It opens an admin's session once, until " + field_text(*made, "expires_at") +
                      ".\n" + tunnel_hint(field_text(*made, "url"));
    // A program that reads the link gets the link alone.
    (void)write_all(::isatty(STDOUT_FILENO) != 0 ? STDOUT_FILENO : STDERR_FILENO, hint);
    return kDone;
}

}  // namespace triphammer::cli
