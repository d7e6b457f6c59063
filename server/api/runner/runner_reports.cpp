// What a job's `reports:` came to, in pieces.
//
//   POST /runner/v1/reports?part=N[&last=true]     a piece of an attempt's report; a repeated one
//                                                  changes nothing
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/runner/handlers.hpp"
#include "api/runner/runner_token.hpp"
#include "history/reports.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

namespace {

constexpr std::int64_t kMostParts = 10'000;

}  // namespace

Answer take_report(Services& services, Call call) {
    const auto number = query_number(call, "part", 0);
    if (!number) co_return http::make_error(number.error());
    const bool is_in_range = *number >= 0 && *number < kMostParts;
    if (!is_in_range) co_return http::make_error(invalid("part: 0 to 9999"));
    const auto part = results::parse_part(call.request.body);
    if (!part) co_return http::make_error(part.error());
    const auto token = token_of(call.request);
    auto keep = [&](store::Transaction& tx) -> Result<> {
        const auto fence = find_fence(tx, token);
        if (!fence) return fence.error();
        const history::PartPlace place{*fence, *number, query_text(call, "last") == "true"};
        return history::keep_report_part(tx, place, *part);
    };
    auto keeping = services.database.write(keep);
    const auto kept = co_await std::move(keeping);
    if (!kept) co_return http::make_error(kept.error());
    co_return reply(201, nlohmann::json::object());
}

}  // namespace triphammer::api
