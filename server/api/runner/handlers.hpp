#pragma once
// Handlers of what attempts' runners ask, on their own socket.

#include "api/call/call.hpp"

namespace triphammer::api {

// runner_handlers.cpp
Answer runner_socket(Services& services, Call call);

// runner_source.cpp
Answer runner_source(Services& services, Call call);

// runner_modules.cpp
Answer list_runner_modules(Services& services, Call call);

// runner_lfs.cpp
Answer fetch_lfs_object(Services& services, Call call);

// runner_renewal.cpp
Answer renew_job_token(Services& services, Call call);

// runner_artifacts.cpp: what jobs store and fetch
Answer list_runner_artifacts(Services& services, Call call);
Answer upload_artifact(Services& services, Call call);
Answer fetch_artifact(Services& services, Call call);
Answer remove_merged_artifact(Services& services, Call call);
Answer find_cache(Services& services, Call call);
Answer upload_cache(Services& services, Call call);
Answer fetch_cache(Services& services, Call call);

// runner_images.cpp: what of the repository's images an attempt must not remove
Answer list_needed_images(Services& services, Call call);

// runner_reports.cpp
Answer take_report(Services& services, Call call);

}  // namespace triphammer::api
