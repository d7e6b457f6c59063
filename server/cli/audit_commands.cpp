// Who did what: the whole of it, and whether it is whole.

#include "base/text.hpp"
#include "cli/admin_calls.hpp"
#include "cli/admin_commands.hpp"
#include "http/url.hpp"

namespace triphammer::cli {

using nlohmann::json;

namespace {

constexpr std::uint64_t kMostExportBytes = 4ULL << 30U;

std::string filter_of(const Invocation& invocation) {
    std::vector<std::string> parts;
    for (const auto* option : {"actor", "action", "repository", "from", "until"}) {
        if (const auto value = invocation.arguments.value(option)) {
            parts.push_back(std::string{option} + "=" + percent_encode(*value));
        }
    }
    return parts.empty() ? "" : "?" + join(parts, "&");
}

void print_whole(const json& found) {
    print(
        "the audit is whole: " + field_text(found, "rows") + " rows, the newest has the hash " +
        field_text(found, "hash") + "\n"
    );
    if (found.value("head_kept", true)) return;
    print(
        "audit-head is not in the data directory (yet): rows cut off at the end by somebody who "
        "knows SQLite would not be missed; compare the hash with the newest in the daemon's log\n"
    );
}

}  // namespace

int audit_verify(const Invocation& invocation) {
    int status = kDone;
    const auto found = call(invocation, {"GET", "/api/v1/audit/verify", ""}, status);
    if (!found) return status;
    const bool is_whole = found->value("whole", false);
    if (invocation.arguments.has("json")) {
        print(found->dump(2) + "\n");
        return is_whole ? kDone : kFailed;
    }
    if (is_whole) {
        print_whole(*found);
        return kDone;
    }
    const auto& broken = (*found)["broken"];
    return complain(
        "the audit is not whole: row " + field_text(broken, "seq") + ": " +
            field_text(broken, "why") +
            ". Rows before it hold; compare the rest with a backup and with the hashes in the "
            "daemon's log (journalctl -u triphammer)",
        kFailed
    );
}

int audit_export(const Invocation& invocation) {
    const auto config = load_config(invocation);
    if (!config) return complain(config.error(), kUsage);
    AdminCall request{"GET", "/api/v1/audit/export" + filter_of(invocation), ""};
    request.most_bytes = kMostExportBytes;
    const auto answer = send(*config, request);
    if (!answer) return complain(answer.error(), kFailed);
    if (!answer->ok()) return complain(message_of(*answer), kFailed);
    print(answer->body);
    return kDone;
}

}  // namespace triphammer::cli
