#include "runner/image/needed.hpp"

#include "http/client.hpp"
#include "runner/session/session.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::runner {

namespace {

constexpr Milliseconds kLimit{30'000};
constexpr int kGood = 200;

http::Call question_of(const Session& session) {
    http::Call call{http::Method::get, "/runner/v1/images"};
    call.headers.add("Authorization", "Bearer " + session.parts().token.reveal());
    call.headers.add("Triphammer-Fence", std::to_string(session.document().fence));
    call.deadline = kLimit;
    return call;
}

Result<std::vector<std::string>> texts_of(const nlohmann::json& answer, const char* name) {
    if (!answer.is_object() || !answer.contains(name) || !answer[name].is_array()) {
        return Error{Code::protocol, "the daemon's answer has no " + std::string{name}};
    }
    std::vector<std::string> out;
    for (const auto& one : answer[name]) {
        if (one.is_string()) out.push_back(one.get<std::string>());
    }
    return out;
}

}  // namespace

Task<Result<NeededImages>> ask_needed_images(const JobSession& job) {
    const auto* session = dynamic_cast<const Session*>(&job);
    if (session == nullptr) co_return Error{Code::internal, "the job is of no attempt"};
    const http::Client client{http::unix_endpoint(session->parts().endpoint)};
    auto asking = client.send(question_of(*session));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    if (answer->status != kGood) {
        co_return refused("the daemon answered " + std::to_string(answer->status));
    }
    const auto json = nlohmann::json::parse(answer->body, nullptr, false);
    auto runs = texts_of(json, "runs");
    if (!runs) co_return runs.error();
    auto digests = texts_of(json, "digests");
    if (!digests) co_return digests.error();
    co_return NeededImages{std::move(*runs), std::move(*digests)};
}

}  // namespace triphammer::runner
