#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/runner/handlers.hpp"
#include "api/runner/runner_token.hpp"
#include "deployments/needed_images.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

/// {"runs": ["12"], "digests": ["sha256:…"]}
Answer list_needed_images(Services& services, Call call) {
    using Needed = Result<deployments::NeededImages>;
    auto find = [token = token_of(call.request)](store::Connection& db) -> Needed {
        const auto fence = find_fence(db, token);
        if (!fence) return fence.error();
        const auto attempt = store::find_attempt(db, *fence);
        const auto job = attempt ? store::find_job(db, attempt->job) : std::nullopt;
        if (!job) return not_found("the attempt's job is gone");
        return deployments::list_needed_images(db, job->repository);
    };
    auto finding = services.database.read(find);
    const auto needed = co_await std::move(finding);
    if (!needed) co_return http::make_error(needed.error());
    auto runs = nlohmann::json::array();
    for (const auto run : needed->runs) runs.push_back(model::to_text(run));
    co_return reply(200, {{"runs", std::move(runs)}, {"digests", needed->digests}});
}

}  // namespace triphammer::api
