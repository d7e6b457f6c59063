#pragma once
// Whether a payload's repository is private ("Webhook events and payloads": `repository.private`).

#include <optional>
#include <string>

namespace triphammer::github {

/// Nothing where the payload does not say. Any thread.
std::optional<bool> find_visibility(std::string json);

}  // namespace triphammer::github
