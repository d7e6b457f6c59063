#pragma once
// Handlers of what is arranged with GitHub: hooks, the App and the repositories that it was given.

#include "api/call/call.hpp"

namespace triphammer::api {

// connecting.cpp: a repository's hook at GitHub
Answer show_hook(Services& services, Call call);
Answer ping_hook(Services& services, Call call);

// forge_app.cpp: a GitHub App made from here
Answer show_forge_app(Services& services, Call call);
Answer begin_forge_app(Services& services, Call call);
Answer finish_forge_app(Services& services, Call call);
Answer remove_forge_app(Services& services, Call call);

// given_repositories.cpp: what the App was given
Answer list_installations(Services& services, Call call);
Answer list_given_repositories(Services& services, Call call);
Answer register_given_repository(Services& services, Call call);

// hook_mending.cpp
Answer mend_hook(Services& services, Call call);
Answer mend_app_hook(Services& services, Call call);

// hook_secret.cpp
Answer rotate_hook_secret(Services& services, Call call);

}  // namespace triphammer::api
