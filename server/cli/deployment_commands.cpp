// A digest of the ledger, deployed again without a build.

#include "cli/admin_calls.hpp"
#include "cli/admin_commands.hpp"

#include <utility>

namespace triphammer::cli {

using nlohmann::json;

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

}  // namespace triphammer::cli
