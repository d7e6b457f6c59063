#pragma once
// The channels of the server, each with a sender of its own: one that is away holds up no other.

#include "report/channel_target.hpp"

#include <memory>
#include <string>
#include <vector>

namespace triphammer::report {

class Channels {
  public:
    /// Everything that is referred to outlives this object. All calls on the logic thread.
    struct Parts {
        Executor executor;
        store::Database& database;
        const Clock& clock;
        Random& random;
        std::string server_id;
        std::string public_url;
    };

    Channels(Parts parts, http::OutgoingRule rule, std::vector<ChannelSettings> settings);

    void start();
    /// The outbox may hold something for one of them.
    void wake();
    Task<> stop();

    const std::vector<std::unique_ptr<ChannelTarget>>& list() const { return targets_; }

    /// A sample at once. Code::not_found names those that are there; else what is wrong.
    Task<Result<>> test(std::string name);

  private:
    http::OutgoingRule rule_;
    std::vector<std::unique_ptr<ChannelTarget>> targets_;
    std::vector<std::unique_ptr<Sender>> senders_;
};

}  // namespace triphammer::report
