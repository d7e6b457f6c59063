#pragma once
// Handlers of who may come in: sessions, tokens, accounts, roles.

#include "api/call/call.hpp"

namespace triphammer::api {

// session_handlers.cpp
Answer use_setup_link(Services& services, Call call);
Answer show_session(Services& services, Call call);
Answer end_session(Services& services, Call call);
Answer create_setup_link(Services& services, Call call);
Answer list_tokens(Services& services, Call call);
Answer create_token(Services& services, Call call);
Answer revoke_token(Services& services, Call call);

// user_handlers.cpp: people's accounts
Answer list_users(Services& services, Call call);
Answer create_user(Services& services, Call call);
Answer change_user(Services& services, Call call);
Answer invite_user(Services& services, Call call);
Answer grant_role(Services& services, Call call);
Answer revoke_role(Services& services, Call call);
Answer sign_in(Services& services, Call call);
Answer change_password(Services& services, Call call);

// github_sign_in.cpp
Answer show_session_ways(Services& services, Call call);
Answer begin_github_sign_in(Services& services, Call call);
Answer begin_github_link(Services& services, Call call);
Answer finish_github_sign_in(Services& services, Call call);
Answer unlink_github(Services& services, Call call);
Answer unlink_user_github(Services& services, Call call);

}  // namespace triphammer::api
