// What jobs' `reports:` came to.
//
//   GET  /api/v1/runs/ID/tests[?outcome=][&text=][&order=]
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/runs/handlers.hpp"
#include "history/reports.hpp"
#include "store/sqlite/database.hpp"

namespace triphammer::api {

Answer show_tests(Services& services, Call call) {
    const auto page = read_page(call);
    if (!page) co_return http::make_error(page.error());
    const history::TestFilter filter{
        query_text(call, "outcome"), query_text(call, "text"), query_text(call, "order")};
    auto get = [&](store::Connection& db) -> Result<std::string> {
        const auto run = find_visible_run(db, call);
        if (!run) return run.error();
        return history::get_tests(db, *run, filter, *page);
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

}  // namespace triphammer::api
