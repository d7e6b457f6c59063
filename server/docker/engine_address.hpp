#pragma once

#include "http/client.hpp"

#include <string>

namespace triphammer::docker {

/// Of docker.host: unix:///PATH or tcp://HOST:PORT. Code::invalid.
Result<http::Endpoint> engine_endpoint(const std::string& address);

}  // namespace triphammer::docker
