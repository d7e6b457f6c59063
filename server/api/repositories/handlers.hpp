#pragma once
// Handlers of registered repositories, their secrets and variables.

#include "api/call/call.hpp"

namespace triphammer::api {

// repository_handlers.cpp
Answer list_repositories(Services& services, Call call);
Answer create_repository(Services& services, Call call);
Answer set_workflow_files(Services& services, Call call);
Answer set_workflow_access(Services& services, Call call);
Answer remove_repository(Services& services, Call call);
Answer list_secrets(Services& services, Call call);
Answer set_secret(Services& services, Call call);
Answer remove_secret(Services& services, Call call);

// variable_handlers.cpp
Answer list_variables(Services& services, Call call);
Answer set_variable(Services& services, Call call);
Answer remove_variable(Services& services, Call call);

}  // namespace triphammer::api
