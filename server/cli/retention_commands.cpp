// `retention`, `repo retention`, `queue drain`, `queue resume`.

#include "base/text.hpp"
#include "cli/admin_calls.hpp"
#include "cli/admin_commands.hpp"

#include <array>
#include <cstdio>

namespace triphammer::cli {

using nlohmann::json;

namespace {

std::string to_mib(std::int64_t bytes) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f MiB", static_cast<double>(bytes) / (1U << 20U));
    return text.data();
}

void show_preview(const json& preview) {
    std::string out;
    for (const auto& line : preview["items"]) {
        out += line.value("repository", "") + "\t" + line.value("cause", "") + "\t" +
               std::to_string(line.value("runs", 0)) + " runs, logs of " +
               std::to_string(line.value("logs", 0)) + " attempts, " +
               to_mib(line.value("bytes", std::int64_t{0})) + "\n";
    }
    out += std::to_string(preview.value("deliveries", 0)) + " deliveries\n";
    if (preview.value("more", false)) out += "and more\n";
    print(out);
}

/// "server" gives a rule back to the server; nothing of the command line is left silently.
Result<> add_limit(
    json& body, const Invocation& invocation, const char* field, const char* option
) {
    const auto given = invocation.arguments.value(option);
    if (!given) return {};
    const auto number = parse_integer(*given);
    if (!number && *given != "server") {
        return invalid(
            std::string{"--"} + option + " must be a whole number, 0 for no limit, or server"
        );
    }
    body[field] = number ? json(*number) : json(nullptr);
    return {};
}

}  // namespace

int retention(const Invocation& invocation) {
    const bool only_looks = invocation.arguments.has("preview");
    const AdminCall request{
        only_looks ? "GET" : "POST",
        only_looks ? "/api/v1/retention?preview=true" : "/api/v1/retention",
        ""};
    int status = kDone;
    const auto answer = call(invocation, request, status);
    if (!answer) return status;
    if (invocation.arguments.has("json")) {
        print(answer->dump() + "\n");
    } else if (only_looks) {
        show_preview((*answer)["preview"]);
    } else {
        print(
            "removed: " + std::to_string(answer->value("runs", 0)) + " runs, logs of " +
            std::to_string(answer->value("logs", 0)) + " attempts, " +
            std::to_string(answer->value("deliveries", 0)) + " deliveries, " +
            to_mib(answer->value("bytes", std::int64_t{0})) + "\n"
        );
    }
    return kDone;
}

int repo_retention(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name || name->find('/') == std::string::npos) return need("OWNER/NAME");
    json body = json::object();
    constexpr std::pair<const char*, const char*> kLimits[] = {
        {"run_days", "run-days"},
        {"runs", "runs"},
        {"log_days", "log-days"},
        {"log_bytes", "log-bytes"}};
    for (const auto& [field, option] : kLimits) {
        if (auto added = add_limit(body, invocation, field, option); !added)
            return complain(added.error(), kUsage);
    }
    if (body.empty()) return need("--run-days, --runs, --log-days or --log-bytes");
    return call_quietly(
        invocation, {"PUT", "/api/v1/repositories/" + *name + "/retention", body.dump()}
    );
}

int queue_drain(const Invocation& invocation) {
    return call_quietly(invocation, {"POST", "/api/v1/queue/drain", "{}"});
}

int queue_resume(const Invocation& invocation) {
    return call_quietly(invocation, {"POST", "/api/v1/queue/resume", "{}"});
}

}  // namespace triphammer::cli
