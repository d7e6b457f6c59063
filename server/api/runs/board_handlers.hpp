#pragma once
// Handlers of what people look at from afar: badges, the wall, the queue, insights.

#include "api/call/call.hpp"

namespace triphammer::api {

Answer show_badge(Services& services, Call call);
Answer show_wall(Services& services, Call call);
Answer show_queue(Services& services, Call call);
Answer drain_queue(Services& services, Call call);
Answer resume_queue(Services& services, Call call);
Answer show_insights(Services& services, Call call);

}  // namespace triphammer::api
