#include "report/channel_settings.hpp"

#include "base/text.hpp"
#include "http/outgoing.hpp"
#include "http/url.hpp"
#include "mail/letter.hpp"
#include "report/notice.hpp"

#include <algorithm>

namespace triphammer::report {

namespace {

Error wrong(const ChannelSettings& channel, const std::string& what) {
    return invalid("notify.channels." + channel.name + ": " + what);
}

bool is_among(const std::string& word, const std::vector<std::string>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// Names in braces that mean nothing. Braces around anything else are text.
Result<> check_words(const ChannelSettings& channel, std::string_view key, std::string_view text) {
    constexpr std::string_view kName = "abcdefghijklmnopqrstuvwxyz_";
    std::vector<std::string> known;
    for (const auto& word : words_of({})) known.push_back(word.first);
    if (key == "text") known.insert(known.end(), {"failed_jobs", "deployments", "approvals"});
    for (auto at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
        const auto end = std::min(text.find_first_not_of(kName, at + 1), text.size());
        const std::string name{text.substr(at + 1, end - at - 1)};
        if (end == text.size() || text[end] != '}' || name.empty()) continue;
        if (is_among(name, known)) continue;
        return wrong(
            channel,
            std::string{key} + ": {" + name + "} is no word; those are: " + join(known, ", ")
        );
    }
    return {};
}

Result<> check_mail(const ChannelSettings& channel, const http::OutgoingRule& rule) {
    if (channel.server.empty()) return wrong(channel, "needs a server");
    if (!channel.tls.empty() && channel.tls != "implicit" && channel.tls != "starttls") {
        return wrong(channel, "tls must be implicit or starttls; mail never goes in clear text");
    }
    if (channel.to.empty()) return wrong(channel, "needs to: a list of addresses");
    if (channel.user.empty() != channel.password.empty()) {
        return wrong(channel, "needs both user and password, or neither");
    }
    auto addresses = channel.to;
    addresses.push_back(channel.from);
    for (const auto& address : addresses) {
        const auto read = mail::address_in(address);
        if (!read) return wrong(channel, "from, to: " + read.error().message);
    }
    auto reachable = rule.check_host(channel.server);
    if (!reachable) return wrong(channel, reachable.error().message);
    return {};
}

Result<> check_secret(const ChannelSettings& channel) {
    if (channel.type == "slack") return {};
    const bool signs = channel.type == "webhook";
    const std::string needed =
        signs ? "secret (32 characters or more), with which its messages are signed"
              : (channel.type == "telegram" ? "token" : "key");
    if (channel.secret.empty()) return wrong(channel, "needs a " + needed);
    if (signs && channel.secret.reveal().size() < 32) return wrong(channel, "needs a " + needed);
    if (channel.type == "telegram" && channel.chat.empty()) return wrong(channel, "needs a chat");
    return {};
}

Result<> check_http(const ChannelSettings& channel, const http::OutgoingRule& rule) {
    if (auto secret = check_secret(channel); !secret) return secret;
    const auto address = address_of(channel);
    if (!address) return wrong(channel, address.error().message);
    const auto url = http::parse_url(*address);
    if (!url) return wrong(channel, "url: " + url.error().message);
    auto reachable = rule.check_host(url->host);
    if (!reachable) return wrong(channel, reachable.error().message);
    // What is allowed by name is near: the only place where clear text is fine.
    const bool is_near = rule.allows_by_name(url->host);
    if (!url->tls && !is_near) return wrong(channel, "url must begin with https://");
    return {};
}

}  // namespace

const std::vector<std::string>& channel_events() {
    static const std::vector<std::string> kEvents{
        "started",
        "succeeded",
        "failed",
        "recovered",
        "cancelled",
        "deployed",
        "rolled_back",
        "undecided",
        "approval_needed",
        "approved",
        "rejected",
        "expired"};
    return kEvents;
}

const std::vector<std::string>& channel_types() {
    static const std::vector<std::string> kTypes{"mail", "telegram", "slack", "datadog", "webhook"};
    return kTypes;
}

Result<std::string> address_of(const ChannelSettings& channel) {
    if (channel.type == "telegram") {
        const auto base = channel.api.empty() ? "https://api.telegram.org" : channel.api;
        return base + "/bot" + channel.secret.reveal();
    }
    if (channel.type == "datadog") {
        const auto base = channel.api.empty() ? "https://api.datadoghq.com" : channel.api;
        return base + "/api/v1/events";
    }
    if (channel.url.empty()) return invalid("needs a url");
    return channel.url.reveal();
}

Result<> check_channel(const ChannelSettings& channel, const http::OutgoingRule& rule) {
    if (!is_among(channel.type, channel_types())) {
        return wrong(channel, "type must be one of: " + join(channel_types(), ", "));
    }
    for (const auto& event : channel.on) {
        if (!is_among(event, channel_events())) {
            return wrong(channel, "on: must be of: " + join(channel_events(), ", "));
        }
    }
    if (auto title = check_words(channel, "title", channel.title); !title) return title;
    if (auto text = check_words(channel, "text", channel.text); !text) return text;
    return channel.type == "mail" ? check_mail(channel, rule) : check_http(channel, rule);
}

bool hears_of_repository(const ChannelSettings& channel, std::string_view repository) {
    const auto owner = std::string{repository.substr(0, repository.find('/'))};
    const auto& all = channel.repositories;
    return all.empty() || std::any_of(all.begin(), all.end(), [&](const std::string& pattern) {
               return equal_ignoring_case(pattern, repository) ||
                      equal_ignoring_case(pattern, owner + "/*");
           });
}

}  // namespace triphammer::report
