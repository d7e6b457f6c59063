// Channels of the server: who is told, a sample, and what could not be sent.

#include "base/text.hpp"
#include "cli/admin_calls.hpp"
#include "cli/admin_commands.hpp"

namespace triphammer::cli {

int notify_list(const Invocation& invocation) {
    return show_list(invocation, "/api/v1/channels", {"name", "type", "on", "pending", "dead"});
}

int notify_test(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name) return need("CHANNEL");
    return call_quietly(
        invocation, {"POST", "/api/v1/channels/" + percent_encode(*name) + "/test", ""}
    );
}

int notify_messages(const Invocation& invocation) {
    const auto state = invocation.arguments.value("state").value_or("dead");
    return show_list(
        invocation,
        "/api/v1/messages?state=" + percent_encode(state),
        {"id", "channel", "repository", "subject", "state", "tries", "created_at", "error"}
    );
}

int notify_redeliver(const Invocation& invocation) {
    const auto id = word(invocation, 0);
    if (!id) return need("ID");
    return call_quietly(
        invocation, {"POST", "/api/v1/messages/" + percent_encode(*id) + "/redeliver", ""}
    );
}

}  // namespace triphammer::cli
