#include "app/reporting.hpp"

namespace triphammer::app {

namespace {

/// Nothing is written for those that nobody could tell.
report::WriterSettings writer_settings(const Config& config, bool has_forge) {
    report::WriterSettings settings;
    settings.public_url = config.base_url();
    settings.has_forge = has_forge;
    settings.deployments = true;
    settings.comments = config.github.comments;
    settings.channels = config.channels;
    return settings;
}

report::Channels::Parts channel_parts(Executor executor, const Config& config, Core& core) {
    return {executor, *core.database, core.clock, core.random, core.server_id, config.base_url()};
}

}  // namespace

Reporting::Reporting(Executor executor, const Config& config, Core& core, github::Clients& clients)
    : config_{config},
      clients_{clients},
      statuses_{clients},
      checks_{*core.database, clients, statuses_, {core.server_id, config.base_url()}},
      comments_{*core.database, clients, {core.server_id, config.base_url()}},
      deployments_{*core.database, clients, {core.server_id, config.base_url()}},
      channels_{
          channel_parts(executor, config, core),
          http::OutgoingRule::parse(config.notify_private).value(),
          config.channels},
      sender_{
          {executor,
           *core.database,
           {{report::kStatusChannel, &checks_},
            {report::kCommentChannel, &comments_},
            {report::kDeploymentChannel, &deployments_}},
           core.clock,
           core.random,
           [this] { channels_.wake(); }},
          writer_settings(config, false)} {}

void Reporting::start() {
    sender_.use(writer_settings(config_, clients_.may_find()));
    if (is_started_) return;
    is_started_ = true;
    sender_.start();
    channels_.start();
}

void Reporting::wake() {
    sender_.wake();
}

Task<> Reporting::stop() {
    co_await sender_.stop();
    co_await channels_.stop();
}

}  // namespace triphammer::app
