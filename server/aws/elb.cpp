#include "aws/elb.hpp"

#include "aws/texts.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <map>

namespace triphammer::aws {

namespace {

TargetStates count(const std::vector<std::string>& states) {
    TargetStates out;
    std::map<std::string, std::int64_t> counts;
    for (const auto& state : states) {
        ++counts[state];
        const bool is_going = state == "draining" || state == "unused";
        ++(state == "healthy" ? out.healthy : is_going ? out.going : out.others);
    }
    std::vector<std::string> words;
    for (const auto& [state, number] : counts)
        words.push_back(std::to_string(number) + " " + state);
    out.words = words.empty() ? "no targets" : join(words, ", ");
    return out;
}

}  // namespace

Task<Result<TargetStates>> get_target_states(const Client& elb, std::string group) {
    Client::Form form;
    form.emplace_back("TargetGroupArn", group);
    auto sending = elb.send_form("DescribeTargetHealth", std::move(form));
    const auto reply = co_await std::move(sending);
    if (!reply) co_return reply.error();
    if (reply->failure) co_return to_error(kElb, "DescribeTargetHealth", *reply->failure);
    const auto texts = read_texts(reply->body);
    if (!texts) co_return Error{Code::protocol, "ELB DescribeTargetHealth: the answer is no XML"};
    co_return count(texts->list("TargetHealth/State"));
}

Judgement judge_targets(const TargetStates& states, std::int64_t count) {
    Judgement out;
    out.words = "targets of the load balancer: " + states.words;
    const bool is_enough = states.healthy >= std::max<std::int64_t>(count, 1);
    if (is_enough && states.others == 0) out.progress = Judgement::Progress::done;
    return out;
}

}  // namespace triphammer::aws
