#pragma once
// Handlers of workflows that the server holds, and of those to begin with.

#include "api/call/call.hpp"

namespace triphammer::api {

// starter_handlers.cpp: first workflows for a repository
Answer list_starters(Services& services, Call call);

// pipeline_handlers.cpp
Answer list_pipelines(Services& services, Call call);
Answer list_templates(Services& services, Call call);
Answer lint_pipeline(Services& services, Call call);
Answer show_pipeline(Services& services, Call call);
Answer save_pipeline(Services& services, Call call);
Answer list_pipeline_versions(Services& services, Call call);
Answer show_pipeline_version(Services& services, Call call);
Answer bind_pipeline(Services& services, Call call);

}  // namespace triphammer::api
