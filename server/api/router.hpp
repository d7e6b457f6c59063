#pragma once
// From a request's head to its handler: finds the route, checks the listener, the credentials, the
// role and (for cookies) the origin, before the body is read where that is possible.

#include "api/routes.hpp"
#include "http/server.hpp"

namespace triphammer::api {

/// Names given to Server::listen_…
inline constexpr std::string_view kPublicListener = "public";      // TCP
inline constexpr std::string_view kRedirectListener = "redirect";  // TCP, leads to base_url
inline constexpr std::string_view kAdminListener = "admin";        // data/admin.sock
inline constexpr std::string_view kRunnerListener = "runner";      // run/daemon.sock

class Router final : public http::Router {
  public:
    /// `services` outlives the router.
    explicit Router(Services& services) : services_{services} {}

    http::RouteDecision route(const http::RequestHead& head) override;

  private:
    Services& services_;
};

}  // namespace triphammer::api
