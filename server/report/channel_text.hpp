#pragma once
// What a channel's message says, in the channel's own form. Text of jobs, commits and people is
// escaped for each. Pure.

#include "http/client.hpp"
#include "mail/letter.hpp"
#include "report/channel_settings.hpp"
#include "report/notice.hpp"

#include <string>

namespace triphammer::report {

/// A call below the channel's address.
struct ChannelCall {
    std::string path = {};  // behind address_of
    http::Headers headers = {};
    std::string body = {};
};

/// sendMessage, or editMessageText where `told` names a message. `is_plain`: without markup.
ChannelCall make_telegram_call(
    const ChannelSettings& channel, const Notice& notice, const std::string& told, bool is_plain
);
ChannelCall make_slack_call(const ChannelSettings& channel, const Notice& notice);
ChannelCall make_datadog_call(const ChannelSettings& channel, const Notice& notice);

/// A CloudEvent (1.0, structured). Signed: Triphammer-Signature is "v1=" and HMAC-SHA256, in hex,
/// of Triphammer-Timestamp, ".", and the body. Triphammer-Delivery is the same when it comes again.
ChannelCall make_webhook_call(
    const ChannelSettings& channel, const Notice& notice, const std::string& source, TimePoint now
);

/// Letters of one run are a thread. `is_first`: nothing was sent of this run yet.
mail::Letter make_letter(
    const ChannelSettings& channel,
    const Notice& notice,
    const std::string& server_id,
    bool is_first
);

}  // namespace triphammer::report
