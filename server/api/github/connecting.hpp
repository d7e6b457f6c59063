#pragma once
// A repository's hook at GitHub, made, pinged and removed through its API.
//
//   ask for the repository ─▶ row ─▶ hook ─▶ hook's id in the row
//                              ▲ └─ refused: the row is removed again
//   killed in between: asked once more, the row and its hook are found and completed

#include "access/sealing.hpp"
#include "api/call/audit.hpp"
#include "api/github/handlers.hpp"
#include "github/hooks.hpp"
#include "store/repository_store.hpp"

#include <string>

namespace triphammer::api {

/// What a request to add a repository says, checked.
struct Wanted {
    store::NewRepository repository;
    Secret hook_secret;
    bool made_secret = false;
    Secret clone_token;
    bool wants_key = false;  // a deploy key, made here
    bool connects = false;   // its hook is to be made at GitHub
};

/// ssh://git@HOST/OWNER/NAME.git, where `url` is any address at that host.
std::string ssh_address(const std::string& url, const std::string& full_name);

void seal_into(const access::Sealer& sealer, Wanted& wanted);

Answer connect_repository(Services& services, Wanted wanted, store::AuditActor who);

/// Whether GitHub knows where to send events. Code::invalid: what to configure.
Result<> check_reached(const Services& services);

/// With the repository's own token, else the server's. Code::invalid: there is none.
Result<github::Client> forge_client(Services& services, const store::RepositoryRow& row);
/// Sets the repository's hook at GitHub to what it shall be, or makes it; writes its id down.
Task<Result<github::ForgeHook>> make_hook(
    Services& services, const github::Client& client, store::RepositoryRow row, Secret secret
);

/// The server's own hook, which is the App's.
std::string server_hook_url(const Services& services);
/// Where it is to be reached, as far as is known.
std::string hook_url(const Services& services, const std::string& hook);

/// Of one that was removed here.
Task<Result<>> disconnect_repository(Services& services, store::RepositoryRow row);

/// What to do about GitHub's answer of `code` and `message` for a delivery to `url`. Pure.
std::string advise(int code, const std::string& message, const std::string& url);

}  // namespace triphammer::api
