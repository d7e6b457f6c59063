#include "app/services.hpp"

#include "app/auth_config.hpp"
#include "app/remotes.hpp"

namespace triphammer::app {

std::string version() {
    return TRIPHAMMER_VERSION;
}

api::Services make_services(const Config& config, Core& core, api::LiveHub& live) {
    return api::Services{
        .clock = core.clock,
        .random = core.random,
        .database = *core.database,
        .logs = *core.logs,
        .log_thread = core.log_thread,
        .sealer = *core.sealer,
        .live = live,
        .data = config.data,
        .server_id = core.server_id,
        .rotation = core.rotation.get(),
        .base_url = config.base_url(),
        .version = version(),
        .url_rules = url_rules(config),
        .github_url = config.github.url,
        .github_api = api_settings(config),
        .hooks_url = hooks_url(config, core.server_id),
        .polls = config.github.mode == "poll",
        .server_hook_secret = config.github.webhook_secret,
        .app_is_configured = !config.github.app_id.empty(),
        .github_sign_in = oauth_client(config),
        .github_rules = config.github_sign_in.rules,
        .on_delivery = {},
        .on_queue = {},
        .on_outbox = {},
        .measure = {},
        .unready = {},
        .pause_reason = {},
        .retention = config.retention,
        .examine = {},
        .touched = {},
        .repository_remote = {},
        .action_remote = {},
        .lfs_hosts = config.lfs_hosts,
    };
}

}  // namespace triphammer::app
