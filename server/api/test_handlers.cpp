// What jobs' `reports:` came to.
//
//   GET  /api/v1/runs/ID/tests[?outcome=][&text=]
//   POST /runner/v1/reports?part=N[&last=true]     a piece of an attempt's report; a repeated one
//                                                  changes nothing
#include "api/handlers.hpp"
#include "api/reply.hpp"
#include "api/runner_token.hpp"
#include "api/services.hpp"
#include "history/reports.hpp"
#include "store/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

namespace {

constexpr std::int64_t kMostParts = 10'000;

}  // namespace

Answer show_tests(Services& services, Call call) {
    const auto page = read_page(call);
    if (!page) co_return http::make_error(page.error());
    const history::TestFilter filter{query_text(call, "outcome"), query_text(call, "text")};
    auto get = [&](store::Connection& db) -> Result<std::string> {
        const auto run = find_visible_run(db, call);
        if (!run) return run.error();
        return history::get_tests(db, *run, filter, *page);
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

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
