#pragma once
// The engine of engine.sh as a swarm of one node, and requests to it past our own client.

#include "docker/swarm.hpp"
#include "engine/real_engine.hpp"
#include "http/client.hpp"

namespace triphammer::testing {

inline std::string host() {
    return setting("DOCKER_HOST");
}

inline docker::Swarm the_swarm() {
    return std::move(*docker::Swarm::at(host(), "1.41"));
}

/// One request to the engine as a person's `docker` would send it.
inline Task<http::Answer> send_to_engine(std::string path, std::string body) {
    http::Call call{http::Method::post, "/v1.41" + path};
    call.headers.set("Content-Type", "application/json");
    call.body = std::move(body);
    const http::Client client{
        http::unix_endpoint(host().substr(std::string_view{"unix://"}.size()))};
    auto sending = must(client.send(std::move(call)));
    co_return co_await std::move(sending);
}

/// 503: it is a manager already.
inline Task<> become_manager() {
    auto sending = send_to_engine(
        "/swarm/init", R"({"ListenAddr":"127.0.0.1:0","AdvertiseAddr":"127.0.0.1"})"
    );
    const auto answer = co_await std::move(sending);
    if (answer.status >= 400 && answer.status != 503) throw std::runtime_error(answer.body);
}

}  // namespace triphammer::testing
