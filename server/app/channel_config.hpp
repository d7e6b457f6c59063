#pragma once
// `notify.channels` of the configuration: a map of names, each with the keys of its type.

#include "app/config.hpp"

namespace triphammer::app {

inline constexpr std::string_view kChannelKeys = "notify.channels.";

/// `path` begins with kChannelKeys: "notify.channels.team.type". Code::invalid says what it may be.
Result<> set_channel_key(Config& config, const std::string& path, const std::string& value);

/// Every channel has what it needs, and goes nowhere private that notify.allow_private does not
/// name.
Result<> check_channels(const Config& config);

/// (path, value); secrets as "(set)".
std::vector<std::pair<std::string, std::string>> describe_channels(const Config& config);

}  // namespace triphammer::app
