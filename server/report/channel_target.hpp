#pragma once
// Sends the messages of one channel of the server.

#include "base/clock.hpp"
#include "http/outgoing.hpp"
#include "report/channel_settings.hpp"
#include "report/notice.hpp"
#include "report/sender.hpp"

#include <string>

namespace triphammer::report {

class ChannelTarget final : public Target {
  public:
    /// Everything that is referred to outlives this object. All calls on the logic thread.
    struct Parts {
        store::Database& database;
        const Clock& clock;
        const http::OutgoingRule& rule;
        std::string server_id;
        std::string public_url;  // without a slash at its end
    };

    ChannelTarget(Parts parts, ChannelSettings settings);

    Task<Result<github::ApiAnswer>> send(std::string repository, store::MessageRow message)
        override;
    /// A sample at once, past the outbox; the error says what to mend.
    Task<Result<>> test();

    const ChannelSettings& settings() const { return settings_; }

  private:
    using Answer = Result<github::ApiAnswer>;

    Task<Answer> transmit(Notice notice, store::ToldObject& told);
    Task<Answer> mail(Notice notice, store::ToldObject& told);
    Task<Answer> telegram(Notice notice, store::ToldObject& told);
    Task<Answer> post(std::string path, http::Headers headers, std::string body);

    Parts parts_;
    ChannelSettings settings_;
};

}  // namespace triphammer::report
