#include "report/channels.hpp"

#include "base/text.hpp"
#include "report/notice_writer.hpp"

namespace triphammer::report {

using namespace std::chrono_literals;

Channels::Channels(Parts parts, http::OutgoingRule rule, std::vector<ChannelSettings> settings)
    : rule_{std::move(rule)} {
    for (auto& one : settings) {
        const auto key = channel_key(one.name);
        targets_.push_back(std::make_unique<ChannelTarget>(
            ChannelTarget::Parts{
                parts.database, parts.clock, rule_, parts.server_id, parts.public_url},
            std::move(one)
        ));
        Sender::Parts lane{
            parts.executor,
            parts.database,
            {{key, targets_.back().get()}},
            parts.clock,
            parts.random};
        lane.give_up_after = 24h;
        senders_.push_back(std::make_unique<Sender>(std::move(lane), std::nullopt));
    }
}

void Channels::start() {
    for (const auto& sender : senders_) sender->start();
}

void Channels::wake() {
    for (const auto& sender : senders_) sender->wake();
}

Task<> Channels::stop() {
    for (const auto& sender : senders_) co_await sender->stop();
}

Task<Result<>> Channels::test(std::string name) {
    std::vector<std::string> names;
    for (const auto& target : targets_) {
        if (target->settings().name == name) co_return co_await target->test();
        names.push_back(target->settings().name);
    }
    co_return not_found(
        "there is no channel '" + name + "'" +
        (names.empty() ? "; name one under notify.channels of the configuration"
                       : "; there are: " + join(names, ", "))
    );
}

}  // namespace triphammer::report
