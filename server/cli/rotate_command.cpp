// `repo rotate-secret`, `repo hook`.

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/admin.hpp"
#include "cli/admin_commands.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::cli {

namespace {

using nlohmann::json;

Result<std::string> read_rotation(const Invocation& invocation) {
    json body = json::object();
    if (const auto hours = invocation.arguments.value("keep")) {
        body["keep_hours"] = parse_integer(*hours).value_or(0);
    }
    if (const auto file = invocation.arguments.value("webhook-secret-file")) {
        const auto secret = read_file(*file, 64 * 1024);
        if (!secret) return secret.error();
        body["secret"] = std::string{trim(*secret)};
    }
    return body.dump();
}

void show_rotation(const json& done) {
    if (done.value("at_github", false)) {
        print("GitHub signs with another secret now\n");
    } else {
        print("At GitHub, under Settings → Webhooks, enter:\n");
        print("  Payload URL    " + done.value("url", "") + "\n");
        print("  Secret         " + done.value("secret", "(the one given)") + "\n");
    }
    print("The old one is valid until " + done.value("old_valid_until", "") + "\n");
}

}  // namespace

int repo_hook(const Invocation& invocation) {
    const auto& words = invocation.arguments.words();
    const bool is_app = invocation.arguments.has("app");
    if (!is_app && (words.empty() || words[0].find('/') == std::string::npos)) {
        return complain("missing: OWNER/NAME, or --app (see --help)", kUsage);
    }
    const auto config = load_config(invocation);
    if (!config) return complain(config.error(), kUsage);
    const auto target =
        is_app ? "/api/v1/github/app/hook" : "/api/v1/repositories/" + words[0] + "/hook";
    const auto answer = send(*config, {"PUT", target, "{}"});
    if (!answer) return complain(answer.error(), kFailed);
    if (!answer->ok()) return complain(message_of(*answer), kFailed);
    const auto done = json::parse(answer->body, nullptr, false);
    print(
        invocation.arguments.has("json") ? answer->body + "\n"
                                         : "GitHub sends to " + done.value("url", "") + "\n"
    );
    return kDone;
}

int repo_rotate_secret(const Invocation& invocation) {
    const auto& words = invocation.arguments.words();
    const bool is_app = invocation.arguments.has("app");
    if (!is_app && (words.empty() || words[0].find('/') == std::string::npos)) {
        return complain("missing: OWNER/NAME, or --app (see --help)", kUsage);
    }
    if (is_app && invocation.arguments.has("webhook-secret-file")) {
        return complain("the App's secret is made here: leave --webhook-secret-file out", kUsage);
    }
    const auto config = load_config(invocation);
    if (!config) return complain(config.error(), kUsage);
    auto body = read_rotation(invocation);
    if (!body) return complain(body.error(), kUsage);
    const auto target = is_app ? "/api/v1/github/app/hook/secret"
                               : "/api/v1/repositories/" + words[0] + "/hook/secret";
    const auto answer = send(*config, {"POST", target, std::move(*body)});
    if (!answer) return complain(answer.error(), kFailed);
    if (!answer->ok()) return complain(message_of(*answer), kFailed);
    if (invocation.arguments.has("json")) {
        print(answer->body + "\n");
    } else {
        show_rotation(json::parse(answer->body, nullptr, false));
    }
    return kDone;
}

}  // namespace triphammer::cli
