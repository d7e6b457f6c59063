#pragma once
// Handlers of what jobs stored, for people.

#include "api/call/call.hpp"

namespace triphammer::api {

Answer list_artifacts(Services& services, Call call);
Answer download_artifact(Services& services, Call call);
Answer remove_artifact(Services& services, Call call);

}  // namespace triphammer::api
