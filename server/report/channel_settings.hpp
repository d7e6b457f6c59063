#pragma once
// A channel of the server as the configuration has it, and which runs it hears of. Pure.

#include "base/result.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::http {
class OutgoingRule;
}

namespace triphammer::report {

/// What channels can hear of, in the order of a run's life.
const std::vector<std::string>& channel_events();
const std::vector<std::string>& channel_types();

struct ChannelSettings {
    std::string name = {};
    std::string type = {};                       // mail, telegram, slack, datadog, webhook
    std::vector<std::string> on = {};            // events; empty: the usual ones
    std::vector<std::string> repositories = {};  // OWNER/NAME, OWNER/*; empty: all
    std::string title = {};                      // with {workflow}, {number}, …; empty: kTitle
    std::string text = {};  // what stands below the title, in lines; empty: everything known

    Secret url = {};        // webhook, slack: the address, which is a secret at Slack
    Secret secret = {};     // webhook: what it is signed with; telegram, datadog: token, key
    std::string api = {};   // telegram, datadog: where it is; empty: the public one
    std::string chat = {};  // telegram
    std::int64_t thread = 0;

    std::string server = {};  // mail
    std::uint16_t port = 0;   // 0: that of `tls`
    std::string tls = {};     // implicit (also where it is empty), starttls
    std::string user = {};
    Secret password = {};
    std::string from = {};
    std::vector<std::string> to = {};
    std::string ca_file = {};  // also of https
};

inline constexpr std::string_view kTitle = "{workflow} #{number} {event}: {repository} {branch}";

/// Where its requests go: an address for HTTP. Code::invalid.
Result<std::string> address_of(const ChannelSettings& channel);

/// Whether it can work: what is missing, what is wrong, and an address that the rule refuses.
/// Code::invalid, Code::refused; the channel is named.
Result<> check_channel(const ChannelSettings& channel, const http::OutgoingRule& rule);

/// Case does not count.
bool hears_of_repository(const ChannelSettings& channel, std::string_view repository);

}  // namespace triphammer::report
