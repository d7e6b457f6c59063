#include "app/channel_config.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "http/outgoing.hpp"

#include <algorithm>
#include <functional>

namespace triphammer::app {

namespace {

using report::ChannelSettings;

/// One of these is set.
struct ChannelKey {
    std::string_view name;
    std::string ChannelSettings::*text = nullptr;
    Secret ChannelSettings::*secret = nullptr;
    std::vector<std::string> ChannelSettings::*list = nullptr;
};

const std::vector<ChannelKey>& channel_keys() {
    using S = ChannelSettings;
    static const std::vector<ChannelKey> kKeys{
        {"type", &S::type},
        {"on", nullptr, nullptr, &S::on},
        {"repositories", nullptr, nullptr, &S::repositories},
        {"title", &S::title},
        {"text", &S::text},
        {"url", nullptr, &S::url},
        {"secret", nullptr, &S::secret},
        {"token", nullptr, &S::secret},
        {"key", nullptr, &S::secret},
        {"api_url", &S::api},
        {"chat", &S::chat},
        {"server", &S::server},
        {"tls", &S::tls},
        {"user", &S::user},
        {"password", nullptr, &S::password},
        {"from", &S::from},
        {"to", nullptr, nullptr, &S::to},
        {"ca_file", &S::ca_file}};
    return kKeys;
}

const ChannelKey* find_key(std::string_view name) {
    const auto& keys = channel_keys();
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const ChannelKey& key) {
        return key.name == name;
    });
    return found == keys.end() ? nullptr : &*found;
}

bool is_name(std::string_view name) {
    constexpr std::string_view kCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    return !name.empty() && name.size() <= 60 &&
           name.find_first_not_of(kCharacters) == std::string_view::npos;
}

ChannelSettings& channel_of(Config& config, const std::string& name) {
    auto& all = config.channels;
    const auto found = std::find_if(all.begin(), all.end(), [&](const ChannelSettings& one) {
        return one.name == name;
    });
    if (found != all.end()) return *found;
    all.emplace_back().name = name;
    return all.back();
}

Result<> set_number(ChannelSettings& channel, std::string_view key, const std::string& value) {
    const auto number = parse_integer(value);
    const bool is_port = key == "port";
    if (!number || *number < 1 || (is_port && *number > 65'535)) {
        return invalid("must be a whole number");
    }
    if (is_port) channel.port = static_cast<std::uint16_t>(*number);
    if (!is_port) channel.thread = *number;
    return {};
}

Error unknown_channel_key(const std::string& key) {
    std::vector<std::string> names{"port", "thread"};
    for (const auto& known : channel_keys()) names.emplace_back(known.name);
    const auto near = nearest_name(key, names);
    return invalid(
        near ? "is not a key; did you mean '" + *near + "'?"
             : "is not a key of a channel; those are: " + join(names, ", ")
    );
}

Result<> set_secret_file(Config& config, Secret& secret, const std::string& file) {
    auto text = read_file(file, 65536);
    if (!text) return text.error();
    config.secret_files.emplace_back(file);
    secret = Secret{std::string{trim(*text)}};
    return {};
}

}  // namespace

Result<> set_channel_key(Config& config, const std::string& path, const std::string& value) {
    const auto rest = path.substr(kChannelKeys.size());
    const auto dot = rest.find('.');
    const auto name = rest.substr(0, dot);
    if (dot == std::string::npos || !is_name(name)) {
        return invalid("must be notify.channels.NAME.KEY; a name has a-z, 0-9, - and _");
    }
    const auto key = rest.substr(dot + 1);
    auto& channel = channel_of(config, name);
    if (key == "port" || key == "thread") return set_number(channel, key, value);
    const bool is_file = key != "ca_file" && key.ends_with("_file");
    const auto* known = find_key(is_file ? key.substr(0, key.size() - 5) : key);
    if (known == nullptr || (is_file && known->secret == nullptr)) return unknown_channel_key(key);
    if (is_file) return set_secret_file(config, channel.*known->secret, value);
    if (known->text != nullptr) channel.*known->text = value;
    if (known->secret != nullptr) channel.*known->secret = Secret{value};
    if (known->list != nullptr) (channel.*known->list).push_back(value);
    return {};
}

Result<> check_channels(const Config& config) {
    const auto rule = http::OutgoingRule::parse(config.notify_private);
    if (!rule) return with_context("notify.allow_private", rule.error());
    for (const auto& channel : config.channels) {
        if (auto good = report::check_channel(channel, *rule); !good) return good;
    }
    return {};
}

std::vector<std::pair<std::string, std::string>> describe_channels(const Config& config) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& channel : config.channels) {
        const auto base = std::string{kChannelKeys} + channel.name + '.';
        for (const auto& key : channel_keys()) {
            std::string value;
            if (key.text != nullptr) value = channel.*key.text;
            if (key.secret != nullptr && !(channel.*key.secret).empty()) value = "(set)";
            if (key.list != nullptr) value = join(channel.*key.list, ", ");
            const bool is_other_name = key.name == "token" || key.name == "key";
            if (!value.empty() && !is_other_name)
                out.emplace_back(base + std::string{key.name}, value);
        }
        if (channel.port > 0) out.emplace_back(base + "port", std::to_string(channel.port));
        if (channel.thread > 0) out.emplace_back(base + "thread", std::to_string(channel.thread));
    }
    return out;
}

}  // namespace triphammer::app
