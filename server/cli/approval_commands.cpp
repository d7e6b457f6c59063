// What waits for people, and the rules that make it wait.

#include "base/text.hpp"
#include "cli/admin_calls.hpp"
#include "cli/admin_commands.hpp"
#include "http/url.hpp"

#include <array>
#include <utility>

namespace triphammer::cli {

using nlohmann::json;

namespace {

json texts_of(const std::vector<std::string>& options) {
    auto out = json::array();
    for (const auto& option : options) {
        for (const auto part : split(option, ',')) {
            if (!trim(part).empty()) out.emplace_back(trim(part));
        }
    }
    return out;
}

int answer(const Invocation& invocation, const char* verb) {
    const auto id = word(invocation, 0);
    if (!id) return need("ID (see triphammer approval list)");
    json body = json::object();
    add_option(body, invocation, "comment", "comment");
    add_option(body, invocation, "break_glass", "break-glass");
    int status = kDone;
    const auto told = call(
        invocation,
        {"POST", "/api/v1/approvals/" + percent_encode(*id) + "/" + verb, body.dump()},
        status
    );
    if (!told) return status;
    if (invocation.arguments.has("json")) {
        print(told->dump(2) + "\n");
        return kDone;
    }
    print(
        field_text(*told, "state") + ": " + field_text(*told, "given") + " of " +
        field_text(*told, "needed") + "\n"
    );
    return kDone;
}

std::string describe(const json& item) {
    const auto run = item.value("run", json::object());
    const auto pull = item.value("pull_request", json{});
    const auto what =
        pull.is_object()
            ? "pull request " + field_text(pull, "number") + " by " + field_text(pull, "author")
            : "run " + field_text(run, "id") + " to " + field_text(item, "environment");
    return join(
        {field_text(item, "id"),
         field_text(item, "kind"),
         field_text(item, "state"),
         field_text(item, "repository"),
         field_text(item, "sha").substr(0, 12),
         what,
         field_text(item, "given") + "/" + field_text(item, "needed")},
        "\t"
    );
}

std::string rules_target(const std::string& repository, const std::string& environment) {
    return "/api/v1/environments/" + repository + "/" + percent_encode(environment);
}

/// "FROM/UNTIL REASON", both in RFC 3339.
std::optional<json> read_freeze(const std::string& text) {
    const auto slash = text.find('/');
    if (slash == std::string::npos) return {};
    const auto blank = text.find(' ', slash);
    const auto until =
        text.substr(slash + 1, blank == std::string::npos ? blank : blank - slash - 1);
    const auto reason = blank == std::string::npos ? "" : std::string{trim(text.substr(blank))};
    return json{{"from", text.substr(0, slash)}, {"until", until}, {"reason", reason}};
}

/// Options and the rules that they set.
constexpr std::array<std::pair<const char*, const char*>, 3> kNumbers{{
    {"approvals", "approvals"},
    {"wait", "wait_minutes"},
    {"expires", "expires_minutes"},
}};

std::optional<std::int64_t> read_number(const Invocation& invocation, const char* option) {
    const auto text = invocation.arguments.value(option);
    return text ? parse_integer(*text) : std::optional<std::int64_t>{};
}

/// What the options change in the rules that there are; false: one of them is wrong.
bool change_rules(const Invocation& invocation, json& rules) {
    const auto& given = invocation.arguments;
    if (given.has("open")) rules = json::object();
    if (given.has("reviewers")) rules["reviewers"] = texts_of(given.values("reviewers"));
    if (given.has("branches")) rules["branches"] = texts_of(given.values("branches"));
    if (given.has("allow-author")) rules["allow_author"] = true;
    if (given.has("refuse-author")) rules["allow_author"] = false;
    for (const auto& [option, field] : kNumbers) {
        if (!given.has(option)) continue;
        const auto number = read_number(invocation, option);
        if (!number) return false;
        rules[field] = *number;
    }
    if (given.has("thaw")) rules["freezes"] = json::array();
    for (const auto& one : given.values("freeze")) {
        auto freeze = read_freeze(one);
        if (!freeze) return false;
        rules["freezes"].push_back(std::move(*freeze));
    }
    return true;
}

}  // namespace

int approval_list(const Invocation& invocation) {
    const auto state = invocation.arguments.value("state").value_or("pending");
    const auto query = state == "all" ? std::string{} : "?state=" + percent_encode(state);
    int status = kDone;
    const auto body = call(invocation, {"GET", "/api/v1/approvals" + query, ""}, status);
    if (!body) return status;
    if (invocation.arguments.has("json")) {
        print(body->dump(2) + "\n");
        return kDone;
    }
    for (const auto& item : body->value("items", json::array())) print(describe(item) + "\n");
    return kDone;
}

int approval_approve(const Invocation& invocation) {
    return answer(invocation, "approve");
}

int approval_reject(const Invocation& invocation) {
    return answer(invocation, "reject");
}

int environment_list(const Invocation& invocation) {
    return show_list(invocation, "/api/v1/environments", {"repository", "name", "rules"});
}

int environment_set(const Invocation& invocation) {
    const auto repository = word(invocation, 0);
    const auto environment = word(invocation, 1);
    if (!repository || !environment || repository->find('/') == std::string::npos) {
        return need("OWNER/NAME ENVIRONMENT");
    }
    const auto target = rules_target(*repository, *environment);
    int status = kDone;
    auto rules = call(invocation, {"GET", target, ""}, status);
    if (!rules) return status;
    if (!change_rules(invocation, *rules)) {
        return complain(
            "numbers are whole, and a freeze is FROM/UNTIL in RFC 3339, then a reason: "
            "'2026-12-23T16:00:00Z/2027-01-02T08:00:00Z holidays'",
            kUsage
        );
    }
    return call_quietly(invocation, {"PUT", target, rules->dump()});
}

int repo_forks(const Invocation& invocation) {
    const auto name = word(invocation, 0);
    if (!name || name->find('/') == std::string::npos) return need("OWNER/NAME");
    const auto policy = word(invocation, 1);
    if (!policy) return need("all, first-time or none");
    const json body{{"fork_approval", *policy}};
    return call_quietly(
        invocation, {"PUT", "/api/v1/repositories/" + *name + "/fork-approval", body.dump()}
    );
}

}  // namespace triphammer::cli
