#include "github/clients.hpp"

namespace triphammer::github {

ApiAnswer answer_of_nobody(const Error& error) {
    ApiAnswer out;
    out.status = 410;
    out.body = error.message;
    return out;
}

Clients::Clients(ApiSettings api, App& app, const Clock& clock)
    : api_{std::move(api)}, app_{app}, clock_{clock} {}

Task<Result<Secret>> Clients::find_token(std::string repository, Permissions wanted) {
    if (!app_.is_known()) co_return api_.token;
    auto borrowing = app_.borrow(std::move(repository), std::move(wanted));
    auto token = co_await std::move(borrowing);
    if (!token && (token.error().code == Code::not_found || !api_.token.empty())) {
        co_return api_.token;
    }
    co_return token;
}

Task<Result<Client>> Clients::find(std::string repository, Permissions wanted) {
    auto finding = find_token(repository, std::move(wanted));
    auto token = co_await std::move(finding);
    if (!token) co_return token.error();
    if (token->empty()) {
        co_return not_found(
            app_.is_known() ? "the GitHub App is not installed on " + repository +
                                  ", or may not do this there, and there is no github.token"
                            : "there is neither a GitHub App nor a github.token"
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
