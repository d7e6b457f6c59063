#include "aws/routing.hpp"

#include "aws/json_read.hpp"
#include "aws/query_value.hpp"
#include "aws/value.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace triphammer::aws {

using nlohmann::json;

namespace {

constexpr std::string_view kRule = ":listener-rule/";
constexpr int kMostPages = 50;

/// What the operation answers, without its envelope.
Task<Result<json>> ask(const Client& elb, std::string operation, Client::Form form) {
    auto sending = elb.send_form(operation, std::move(form));
    const auto reply = co_await std::move(sending);
    if (!reply) co_return reply.error();
    if (reply->failure) co_return to_error(kElb, operation, *reply->failure);
    const auto answer = read_query_answer(reply->body);
    const auto name = operation + "Result";
    const bool is_answer = answer && answer->is_object() && answer->contains(name);
    if (!is_answer || !answer->at(name).is_object())
        co_return Error{Code::protocol, "ELB " + operation + ": the answer is not of this call"};
    co_return value_of(object_at(*answer, name.c_str()));
}

/// All pages of a list.
Task<Result<json>> ask_all(
    const Client& elb, std::string operation, Client::Form form, const char* list
) {
    auto out = json::array();
    std::string marker;
    for (int page = 0; page < kMostPages; ++page) {
        auto here = form;
        if (!marker.empty()) here.emplace_back("Marker", marker);
        auto asking = ask(elb, operation, std::move(here));
        const auto answer = co_await std::move(asking);
        if (!answer) co_return answer.error();
        if (!answer->contains(list))
            co_return Error{Code::protocol, "ELB " + operation + ": the answer has no list"};
        for (const auto& one : list_at(*answer, list)) out.push_back(one);
        marker = text_at(*answer, "NextMarker");
        if (marker.empty()) co_return value_of(std::move(out));
    }
    co_return Error{Code::protocol, "ELB " + operation + ": the pages do not end"};
}

Client::Form form_of(std::string name, std::string value) {
    Client::Form form;
    form.emplace_back(std::move(name), std::move(value));
    return form;
}

/// The listener or the rule itself.
Task<Result<json>> describe(const Client& elb, std::string arn) {
    const auto* operation = is_rule(arn) ? "DescribeRules" : "DescribeListeners";
    const auto* list = is_rule(arn) ? "Rules" : "Listeners";
    const auto* field = is_rule(arn) ? "RuleArns.member.1" : "ListenerArns.member.1";
    auto asking = ask(elb, operation, form_of(field, arn));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    const auto& found = list_at(*answer, list);
    if (found.empty()) co_return not_found("the load balancer has no " + arn);
    co_return value_of(found.front());
}

std::string find_host(const json& rule) {
    for (const auto& condition : list_at(rule, "Conditions")) {
        for (const auto& host : list_at(object_at(condition, "HostHeaderConfig"), "Values")) {
            const auto text = host.is_string() ? host.get<std::string>() : std::string{};
            if (!text.empty() && text.find_first_of("*?") == std::string::npos) return text;
        }
    }
    return {};
}

const json* find_forward(const json& actions) {
    if (!actions.is_array()) return nullptr;
    const auto found = std::find_if(actions.begin(), actions.end(), [](const json& action) {
        return text_at(action, "Type") == "forward";
    });
    return found == actions.end() ? nullptr : &*found;
}

std::int64_t to_number(const std::string& text, std::int64_t fallback) {
    return parse_integer(text).value_or(fallback);
}

Weights read_weights(const json& forward) {
    Weights out;
    for (const auto& one : list_at(object_at(forward, "ForwardConfig"), "TargetGroups"))
        out[text_at(one, "TargetGroupArn")] = to_number(text_at(one, "Weight"), 1);
    if (out.empty()) out[text_at(forward, "TargetGroupArn")] = 1;
    if (out.size() == 1) out.begin()->second = 1;
    return out;
}

json to_list(const Weights& weights) {
    auto out = json::array();
    for (const auto& [group, weight] : weights)
        out.push_back({{"TargetGroupArn", group}, {"Weight", std::to_string(weight)}});
    return out;
}

void add_traffic(
    std::vector<std::string>& out,
    const std::string& arn,
    const json& actions,
    const std::string& group
) {
    const auto weights = weights_of(actions);
    if (!weights) return;
    const auto found = weights->find(group);
    if (found == weights->end() || found->second == 0) return;
    out.push_back(arn + " (weight " + std::to_string(found->second) + ")");
}

TargetGroup read_group(const json& group) {
    TargetGroup out{text_at(group, "TargetGroupArn"), text_at(group, "TargetGroupName"), {}};
    for (const auto& arn : list_at(group, "LoadBalancerArns")) {
        if (arn.is_string()) out.balancers.push_back(arn.get<std::string>());
    }
    return out;
}

}  // namespace

bool is_rule(const std::string& arn) {
    return arn.find(kRule) != std::string::npos;
}

std::string listener_of(const std::string& arn) {
    if (!is_rule(arn)) return arn;
    auto out = arn.substr(0, arn.rfind('/'));
    return out.replace(out.find(kRule), kRule.size(), ":listener/");
}

Task<Result<Routing>> get_routing(const Client& elb, std::string arn) {
    auto describing = describe(elb, arn);
    const auto found = co_await std::move(describing);
    if (!found) co_return found.error();
    Routing out;
    out.actions = list_at(*found, is_rule(arn) ? "Actions" : "DefaultActions");
    out.is_default = text_at(*found, "IsDefault") == "true";
    out.host = find_host(*found);
    co_return out;
}

Task<Result<>> put_actions(const Client& elb, std::string arn, json actions) {
    // AWS never shows this secret, and takes the one that it has.
    for (auto& action : actions) {
        if (action.contains("AuthenticateOidcConfig"))
            action["AuthenticateOidcConfig"]["UseExistingClientSecret"] = "true";
    }
    auto form = form_of(is_rule(arn) ? "RuleArn" : "ListenerArn", arn);
    add_to_form(form, is_rule(arn) ? "Actions" : "DefaultActions", actions);
    auto asking = ask(elb, is_rule(arn) ? "ModifyRule" : "ModifyListener", std::move(form));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    co_return Result<>{};
}

Result<Weights> weights_of(const json& actions) {
    const auto* forward = find_forward(actions);
    if (forward == nullptr) return invalid("there is no forward action, and so nothing to weigh");
    return read_weights(*forward);
}

json with_weights(json actions, const Weights& weights) {
    for (auto& action : actions) {
        if (text_at(action, "Type") != "forward") continue;
        action.erase("TargetGroupArn");
        auto config = object_at(action, "ForwardConfig");
        config["TargetGroups"] = to_list(weights);
        action["ForwardConfig"] = std::move(config);
    }
    return actions;
}

std::string canonical(const json& actions) {
    auto out = actions;
    if (const auto weights = weights_of(actions)) out = with_weights(std::move(out), *weights);
    for (auto& action : out) {
        if (action.contains("AuthenticateOidcConfig"))
            action["AuthenticateOidcConfig"].erase("UseExistingClientSecret");
        if (!action.contains("ForwardConfig")) continue;
        auto& config = action["ForwardConfig"];
        const auto seconds = stickiness_of(json::array({action}));
        config.erase("TargetGroupStickinessConfig");
        if (seconds != 0) config["StickySeconds"] = seconds;
        if (out.size() == 1) action.erase("Order");
    }
    return out.dump();
}

std::int64_t stickiness_of(const json& actions) {
    const auto* forward = find_forward(actions);
    if (forward == nullptr) return 0;
    const auto& config = object_at(*forward, "ForwardConfig");
    const auto& sticky = object_at(config, "TargetGroupStickinessConfig");
    if (text_at(sticky, "Enabled") != "true") return 0;
    return to_number(text_at(sticky, "DurationSeconds"), 1);
}

Task<Result<std::vector<TargetGroup>>> find_target_groups(
    const Client& elb, std::vector<std::string> names
) {
    std::vector<TargetGroup> out;
    for (const auto& name : names) {
        const auto* field =
            name.starts_with("arn:") ? "TargetGroupArns.member.1" : "Names.member.1";
        auto asking = ask(elb, "DescribeTargetGroups", form_of(field, name));
        const auto answer = co_await std::move(asking);
        if (!answer) co_return with_context("the target group " + name, answer.error());
        const auto& found = list_at(*answer, "TargetGroups");
        if (found.empty()) co_return not_found("there is no target group " + name);
        out.push_back(read_group(found.front()));
    }
    co_return out;
}

Task<Result<std::vector<std::string>>> list_traffic(const Client& elb, TargetGroup group) {
    std::vector<std::string> out;
    for (const auto& balancer : group.balancers) {
        auto listing =
            ask_all(elb, "DescribeListeners", form_of("LoadBalancerArn", balancer), "Listeners");
        const auto listeners = co_await std::move(listing);
        if (!listeners) co_return listeners.error();
        for (const auto& listener : *listeners) {
            const auto arn = text_at(listener, "ListenerArn");
            add_traffic(out, arn, list_at(listener, "DefaultActions"), group.arn);
            auto asking = ask_all(elb, "DescribeRules", form_of("ListenerArn", arn), "Rules");
            const auto rules = co_await std::move(asking);
            if (!rules) co_return rules.error();
            for (const auto& rule : *rules) {
                const bool is_default = text_at(rule, "IsDefault") == "true";
                if (is_default) continue;
                const auto name = text_at(rule, "RuleArn");
                add_traffic(out, name, list_at(rule, "Actions"), group.arn);
            }
        }
    }
    co_return out;
}

Task<Result<Doorway>> get_doorway(const Client& elb, std::string listener) {
    auto describing = describe(elb, listener);
    const auto found = co_await std::move(describing);
    if (!found) co_return found.error();
    const auto balancer = text_at(*found, "LoadBalancerArn");
    auto asking = ask(elb, "DescribeLoadBalancers", form_of("LoadBalancerArns.member.1", balancer));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    const auto& balancers = list_at(*answer, "LoadBalancers");
    Doorway out;
    if (!balancers.empty()) out.host = text_at(balancers.front(), "DNSName");
    out.port = static_cast<std::uint16_t>(to_number(text_at(*found, "Port"), 0));
    out.tls = text_at(*found, "Protocol") == "HTTPS";
    if (out.host.empty() || out.port == 0)
        co_return Error{Code::protocol, "ELB does not say where " + listener + " answers"};
    co_return out;
}

}  // namespace triphammer::aws
