#pragma once
// A repository and its webhook at the forge (GitHub: "REST API endpoints for repository webhooks").
// Every refusal names what is missing: the token, a scope or permission, the repository.

#include "github/client.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace triphammer::github {

struct ForgeRepository {
    std::int64_t id = 0;
    std::string full_name;
    std::string clone_url;
    std::string default_branch;
};

/// A hook as it shall be.
struct HookWish {
    std::string url;
    Secret secret;
    std::string ours;        // what addresses of this server's hooks begin with
    std::int64_t known = 0;  // its id, where one was made before
};

struct ForgeHook {
    std::int64_t id = 0;
    bool is_new = false;   // the forge pings a new one by itself
    TimePoint changed_at;  // by the forge's clock; what it delivered before is not this wish's
};

/// How the last delivery of a hook went, as the forge tells it.
struct LastResponse {
    int code = 0;  // 0: none was tried, or nobody answered
    std::string message;
};

/// What hooks made here are sent: what may start a workflow, less what this server's own work comes
/// back as (statuses, checks).
std::span<const std::string_view> hook_events();

/// What a refusal (a status of 400 and more) means. `what` was tried ("make the hook of o/r"),
/// `right` is what that needs ("Webhooks: read and write").
Error explain_refusal(const ApiAnswer& answer, std::string_view what, std::string_view right);

// All on the logic thread; the client outlives the call. `repository` is OWNER/NAME. Errors are
// explain_refusal's and http::Client's.

Task<Result<ForgeRepository>> read_repository(const Client& client, std::string repository);

/// The hook that `wish` describes. One that begins with `ours` is set to it, else one is made;
/// where the answer to that was lost, the forge is asked whether it is there.
Task<Result<ForgeHook>> ensure_hook(const Client& client, std::string repository, HookWish wish);

/// The id of the hook with exactly this address; nothing: there is none.
Task<Result<std::optional<std::int64_t>>> find_hook(
    const Client& client, std::string repository, std::string url
);

/// Its address, too, but not its events, which a person may have chosen.
Task<Result<>> change_hook_secret(
    const Client& client, std::string repository, std::int64_t hook, HookWish wish
);
Task<Result<>> ping_hook(const Client& client, std::string repository, std::int64_t hook);
/// Fine when it is gone already.
Task<Result<>> remove_hook(const Client& client, std::string repository, std::int64_t hook);
Task<Result<LastResponse>> read_last_response(
    const Client& client, std::string repository, std::int64_t hook
);

}  // namespace triphammer::github
