#include "docker/engine_address.hpp"

#include <string_view>

namespace triphammer::docker {

Result<http::Endpoint> engine_endpoint(const std::string& address) {
    constexpr std::string_view kUnix = "unix://";
    constexpr std::string_view kTcp = "tcp://";
    if (address.starts_with(kUnix)) return http::unix_endpoint(address.substr(kUnix.size()));
    if (!address.starts_with(kTcp))
        return invalid("docker.host is unix:///PATH or tcp://HOST:PORT");
    const auto url = http::parse_url("http://" + address.substr(kTcp.size()));
    if (!url) return with_context("docker.host", url.error());
    return http::endpoint_of(*url);
}

}  // namespace triphammer::docker
