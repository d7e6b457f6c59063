#include "api/runner/runner_token.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "store/runs/attempt_store.hpp"

namespace triphammer::api {

std::string token_of(const http::Request& request) {
    const auto field = request.headers.find("Authorization").value_or("");
    if (field.size() < 8 || !equal_ignoring_case(field.substr(0, 7), "Bearer ")) return {};
    return std::string{trim(field.substr(7))};
}

Result<model::Fence> find_fence(store::Connection& db, const std::string& token) {
    const auto attempt = store::find_attempt_by_token(db, sha256_hex(token));
    if (!attempt || model::is_final(attempt->state)) {
        return Error{Code::unauthorized, "the token is not of a running attempt"};
    }
    return attempt->fence;
}

}  // namespace triphammer::api
