#include "launcher/messages.hpp"

#include "launcher/json_fields.hpp"

namespace triphammer::launcher {

namespace {

constexpr std::pair<Action, std::string_view> kActions[] = {
    {Action::start, "start"},
    {Action::list, "list"},
    {Action::stop, "stop"},
    {Action::sweep, "sweep"}};

std::string_view name_of(Action action) {
    for (const auto& [known, name] : kActions) {
        if (known == action) return name;
    }
    return {};
}

Result<Action> action_of(const std::string& name) {
    for (const auto& [action, known] : kActions) {
        if (known == name) return action;
    }
    return invalid("the launcher knows no '" + name + "'");
}

void read_start(Fields& fields, Request& out) {
    std::string token;
    fields.text("token", token);
    out.token = Secret{std::move(token)};
    fields.text("endpoint", out.endpoint);
    fields.text("server_id", out.server_id);
    fields.text("executor", out.executor);
    fields.text("pool", out.pool);
    fields.text("docker_host", out.docker_host);
    fields.texts("hidden", out.hidden);
}

nlohmann::json attempt_json(const AttemptInfo& attempt) {
    return {
        {"fence", attempt.fence},
        {"alive", attempt.alive},
        {"exit", attempt.exit},
        {"signal", attempt.signal}};
}

Result<AttemptInfo> parse_attempt(const nlohmann::json& object) {
    AttemptInfo out;
    Fields fields{object};
    fields.number("fence", out.fence);
    fields.boolean("alive", out.alive);
    fields.small("exit", out.exit);
    fields.small("signal", out.signal);
    if (auto ok = fields.finish(); !ok) return ok.error();
    return out;
}

}  // namespace

bool is_pool(std::string_view name) {
    constexpr auto kLetters = "0123456789abcdefghijklmnopqrstuvwxyz.";
    return !name.starts_with('.') && name.find_first_not_of(kLetters) == std::string_view::npos;
}

std::string to_line(const Request& request) {
    nlohmann::json out{{"do", name_of(request.action)}};
    if (request.action != Action::list) out["fence"] = request.fence;
    if (request.action == Action::stop) out["grace"] = request.grace_ms;
    if (request.action == Action::sweep) {
        out["server_id"] = request.server_id;
        out["docker_host"] = request.docker_host;
    }
    if (request.action == Action::start) {
        out["token"] = request.token.reveal();
        out["endpoint"] = request.endpoint;
        out["server_id"] = request.server_id;
        out["executor"] = request.executor;
        out["pool"] = request.pool;
        out["docker_host"] = request.docker_host;
        out["hidden"] = request.hidden;
    }
    return out.dump() + "\n";
}

Result<Request> parse_request(std::string_view line) {
    const auto object = parse_object(line);
    Fields fields{object};
    std::string name;
    fields.text("do", name);
    auto action = action_of(name);
    if (!action) return object.is_object() ? action.error() : fields.finish().error();
    Request out;
    out.action = *action;
    if (out.action != Action::list) fields.number("fence", out.fence);
    if (out.action == Action::stop) fields.number("grace", out.grace_ms);
    if (out.action == Action::sweep) {
        fields.text("server_id", out.server_id);
        fields.text("docker_host", out.docker_host);
    }
    if (out.action == Action::start) read_start(fields, out);
    if (auto ok = fields.finish(); !ok) return ok.error();
    if (out.action != Action::list && out.fence <= 0)
        return invalid("a fence is a positive number");
    if (!is_pool(out.pool)) return invalid("'" + out.pool + "' is no name of a pool");
    return out;
}

std::string to_line(const Reply& reply) {
    nlohmann::json out{{reply.is_event ? "event" : "reply", reply.kind}};
    if (reply.kind != "list") out["fence"] = reply.fence;
    if (reply.kind == "refused") out["why"] = reply.why;
    if (reply.is_event) {
        out["exit"] = reply.exit;
        out["signal"] = reply.signal;
    }
    if (reply.kind == "list") {
        out["attempts"] = nlohmann::json::array();
        for (const auto& attempt : reply.attempts) out["attempts"].push_back(attempt_json(attempt));
    }
    return out.dump() + "\n";
}

Result<Reply> parse_reply(std::string_view line) {
    const auto object = parse_object(line);
    Fields fields{object};
    Reply out;
    out.is_event = object.contains("event");
    fields.text(out.is_event ? "event" : "reply", out.kind);
    if (out.kind != "list") fields.number("fence", out.fence);
    if (out.kind == "refused") fields.text("why", out.why);
    if (out.is_event) fields.small("exit", out.exit);
    if (out.is_event) fields.small("signal", out.signal);
    const auto* attempts = out.kind == "list" ? fields.array("attempts") : nullptr;
    if (auto ok = fields.finish(); !ok) return ok.error();
    if (attempts == nullptr) return out;
    for (const auto& each : *attempts) {
        auto attempt = parse_attempt(each);
        if (!attempt) return attempt.error();
        out.attempts.push_back(*attempt);
    }
    return out;
}

}  // namespace triphammer::launcher
