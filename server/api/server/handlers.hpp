#pragma once
// Handlers of the server as a whole: its health, figures, rules of retention, audit, channels.

#include "api/call/call.hpp"

namespace triphammer::api {

// server_handlers.cpp
Answer healthz(Services& services, Call call);
Answer readyz(Services& services, Call call);
Answer show_workflow_schema(Services& services, Call call);
Answer show_server(Services& services, Call call);
Answer show_doctor(Services& services, Call call);
Answer show_forge_doctor(Services& services, Call call);
Answer back_up(Services& services, Call call);
Answer rotate_key(Services& services, Call call);

// metrics.cpp
Answer show_metrics(Services& services, Call call);

// retention_handlers.cpp: what is kept for how long
Answer show_retention(Services& services, Call call);
Answer apply_retention(Services& services, Call call);
Answer set_retention(Services& services, Call call);

// audit_handlers.cpp
Answer list_audit(Services& services, Call call);
Answer export_audit(Services& services, Call call);
Answer verify_audit(Services& services, Call call);

// channel_handlers.cpp: who is told, and what could not be
Answer list_channels(Services& services, Call call);
Answer test_channel(Services& services, Call call);
Answer list_messages(Services& services, Call call);
Answer redeliver_message(Services& services, Call call);

}  // namespace triphammer::api
