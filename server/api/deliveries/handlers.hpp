#pragma once
// Handlers of what came from GitHub or is asked for by hand, and of what it would start.

#include "api/call/call.hpp"

namespace triphammer::api {

// delivery_handlers.cpp
Answer list_deliveries(Services& services, Call call);
Answer show_delivery(Services& services, Call call);
Answer show_payload(Services& services, Call call);
Answer replay_delivery(Services& services, Call call);

// preview.cpp
Answer preview_delivery(Services& services, Call call);
Answer preview_pipeline(Services& services, Call call);

}  // namespace triphammer::api
