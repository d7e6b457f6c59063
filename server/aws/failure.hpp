#pragma once
// What a service says when it does not do what it was asked. Pure.
// Source: docs.aws.amazon.com, the services' "Common Error Types"; AWS SDKs and Tools Reference
// Guide, "Retry behavior".

#include "base/clock.hpp"
#include "http/client.hpp"

#include <optional>
#include <string>

namespace triphammer::aws {

struct Failure {
    int status = 0;
    std::string code;  // ClusterNotFoundException
    std::string message;

    /// "ClusterNotFoundException: Cluster not found."
    std::string text() const;
};

/// Nothing where the answer is a success.
std::optional<Failure> find_failure(const http::Answer& answer);

/// Whether the same may work a moment later.
bool is_transient(const Failure& failure);
/// Whether the account may have no more of something: services say it in codes and in words.
bool is_about_quota(const Failure& failure);
/// Whether this machine's clock may be the reason.
bool is_about_time(const Failure& failure);

/// The Date field of an answer (RFC 9110, 5.6.7).
std::optional<TimePoint> date_of(const http::Headers& headers);

}  // namespace triphammer::aws
