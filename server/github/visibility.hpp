#pragma once
// Whether a payload's repository is private ("Webhook events and payloads": `repository.private`).

#include <optional>
#include <string>

namespace triphammer::github {

/// Nothing where the payload does not say. A large one is not copied where its string has room for
/// kScanPadding bytes more. Any thread.
std::optional<bool> find_visibility(const std::string& json);

}  // namespace triphammer::github
