#include "github/clients.hpp"

namespace triphammer::github {

namespace {

constexpr std::chrono::hours kPassedOver{1};

}  // namespace

bool is_refusal(const ApiAnswer& answer) {
    const bool may_not = answer.status == 401 || answer.status == 403 || answer.status == 404;
    return may_not && !answer.wait_until;
}

ApiAnswer answer_of_nobody(const Error& error) {
    ApiAnswer out;
    out.status = 410;
    out.body = error.message;
    return out;
}

Clients::Clients(ApiSettings api, App& app, const Clock& clock)
    : api_{std::move(api)}, app_{app}, clock_{clock} {}

Task<Result<Secret>> Clients::find_token(std::string repository, Permissions wanted) {
    Result<Secret> borrowed = Secret{};
    if (app_.is_known()) {
        auto borrowing = app_.borrow(repository, std::move(wanted));
        borrowed = co_await std::move(borrowing);
        if (borrowed) co_return borrowed;
    }
    auto finding = find_without_app(std::move(repository));
    auto token = co_await std::move(finding);
    const bool is_nobody = token && token->empty();
    if (is_nobody && !borrowed && borrowed.error().code != Code::not_found) co_return borrowed;
    co_return token;
}

Task<Result<Secret>> Clients::find_without_app(std::string repository) {
    const auto passed = passed_over_.find(repository);
    const bool is_passed = passed != passed_over_.end() && clock_.now() < passed->second;
    if (!own_tokens_ || is_passed) co_return api_.token;
    auto reading = own_tokens_(repository);
    auto own = co_await std::move(reading);
    if (!own) co_return own;
    if (own->empty()) co_return api_.token;
    passed_over_.try_emplace(std::move(repository));  // its time is over
    co_return own;
}

bool Clients::pass_over(const std::string& repository) {
    const auto given = passed_over_.find(repository);
    const auto now = clock_.now();
    if (api_.token.empty() || given == passed_over_.end() || now < given->second) return false;
    given->second = now + kPassedOver;
    return true;
}

Task<Result<Client>> Clients::find(std::string repository, Permissions wanted) {
    auto finding = find_token(repository, std::move(wanted));
    auto token = co_await std::move(finding);
    if (!token) co_return token.error();
    if (token->empty()) {
        co_return not_found(
            app_.is_known() ? "the GitHub App is not installed on " + repository +
                                  ", or may not do this there, and there is no token"
                            : "there is neither a GitHub App nor a token"
        );
    }
    auto api = api_;
    api.token = std::move(*token);
    co_return Client{std::move(api), clock_};
}

Task<Result<Client>> Clients::find_app(std::string repository, Permissions wanted) {
    if (!app_.is_known()) co_return not_found("this server has no GitHub App");
    auto borrowing = app_.borrow(std::move(repository), std::move(wanted));
    auto token = co_await std::move(borrowing);
    if (!token) co_return token.error();
    auto api = api_;
    api.token = std::move(*token);
    co_return Client{std::move(api), clock_};
}

}  // namespace triphammer::github
