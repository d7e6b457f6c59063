#pragma once
// Handlers of the live stream (live_hub.hpp).

#include "api/call/call.hpp"

namespace triphammer::api {

// live_handlers.cpp
Answer live_socket(Services& services, Call call);
Answer live_events(Services& services, Call call);

}  // namespace triphammer::api
