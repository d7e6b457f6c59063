#pragma once
// Every route of the server on one screen (routes.cpp), with the role that it needs. `triphammer
// routes --json` prints this table, OpenAPI is checked against it, and the router obeys nothing
// else.

#include "api/call/call.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::api {

/// Who may call. The roles from viewer on need a session, a token, or the admin socket.
enum class Access {
    open,     // anybody: health, assets, the set-up page
    hook,     // whoever signs: intake decides
    runner,   // an attempt's token, on the runners' socket only
    metrics,  // loopback, or a viewer
    person,   // whoever is signed in, also without any role
    viewer,
    developer,
    approver,
    admin,
    local,  // the admin socket only: what touches the server's files
};

std::string_view name_of(Access access);

/// What the role is wanted on. `repository`: the router lets in who has it on any repository, and
/// the handler judges the one that it is about by `check_reach` or by what lists show
/// (call/reply.hpp).
enum class Scope { server, repository };

std::string_view name_of(Scope scope);

using Handle = Answer (*)(Services&, Call);

struct Route {
    http::Method method;
    std::string_view pattern;  // "/api/v1/runs/{run}/cancel"
    Access access;
    Handle handle;  // null: the router itself, or intake (hooks)
    std::uint64_t body_limit = 64 * 1024;
    bool streamed = false;  // the handler reads Request::reader
    Scope scope = Scope::server;
};

access::Role needed_role(Access access);
/// Whether the router lets `who` on to the handler.
bool may_enter(const Route& route, const access::Principal& who);

std::span<const Route> routes();

/// Matches a path's segments; fills `parameters`. Pure.
bool matches(
    std::string_view pattern,
    const std::vector<std::string>& segments,
    std::vector<std::string>& parameters
);

}  // namespace triphammer::api
