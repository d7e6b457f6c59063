#include "api/runs/board_handlers.hpp"

#include "access/setup.hpp"
#include "access/tokens.hpp"
#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/runs/badge.hpp"
#include "base/digest.hpp"
#include "history/board.hpp"
#include "store/forge/visibility_store.hpp"
#include "store/repository_store.hpp"
#include "store/runs/drain_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::api {

namespace {

constexpr std::string_view kSuffix = ".svg";

/// Badges are asked for without a header that signs in: the token stands in the address, or the
/// dashboard's cookie comes along.
bool may_see(Services& services, store::Connection& db, const Call& call, model::RepositoryId id) {
    if (!store::is_private(db, id)) return true;
    const auto token = query_text(call, "token");
    const auto cookie = session_cookie_of(call.request);
    const auto now = services.clock.now();
    const auto who = token.empty() ? access::check_session(db, cookie, now)
                                   : access::check_token(db, token, now);
    return who && access::is_allowed(*who, access::Role::viewer, id);
}

/// Nothing for what is unknown and for what is hidden: they look alike.
std::optional<std::string> find_state(
    Services& services, store::Connection& db, const Call& call, const std::string& full_name
) {
    const auto repository = store::find_repository_by_name(db, full_name);
    if (!repository || !may_see(services, db, call, repository->id)) return {};
    const auto state = history::badge_state(
        db,
        {full_name,
         query_text(call, "branch"),
         query_text(call, "workflow"),
         query_text(call, "job")}
    );
    return state ? *state : std::optional<std::string>{};
}

http::Response to_image(const http::RequestHead& head, std::string svg) {
    const auto etag = '"' + sha256_hex(svg).substr(0, 32) + '"';
    http::Response response{200};
    // GitHub's image proxy keeps what does not say otherwise for hours.
    response.headers.set("Cache-Control", "no-cache, max-age=0");
    response.headers.set("ETag", etag);
    response.headers.set("Content-Security-Policy", "default-src 'none'; sandbox");
    response.headers.set("X-Content-Type-Options", "nosniff");
    if (head.headers.find("If-None-Match") == etag) {
        response.status = 304;
        return response;
    }
    response.headers.set("Content-Type", "image/svg+xml");
    response.body = std::move(svg);
    return response;
}

/// The claim looks at the tables: once this is answered, no job begins (or they do again).
Answer change_drain(Services& services, Call call, bool drains) {
    if (const auto body = read_object(call); !body) co_return http::make_error(body.error());
    auto change = [&](store::Transaction& tx) -> Result<> {
        record(tx, call, {drains ? "queue.drain" : "queue.resume"});
        if (drains) {
            store::begin_drain(tx, call.who.actor);
        } else {
            store::end_drain(tx);
        }
        return {};
    };
    auto changing = services.database.write(change);
    const auto changed = co_await std::move(changing);
    if (changed && services.on_queue) services.on_queue();
    co_return reply_empty(changed);
}

}  // namespace

Answer show_badge(Services& services, Call call) {
    auto name = call.parameter(1);
    if (!name.ends_with(kSuffix)) {
        co_return http::make_error(404, "not_found", "a badge is /badges/OWNER/NAME.svg");
    }
    name.resize(name.size() - kSuffix.size());
    const auto full_name = call.parameter(0) + "/" + name;
    auto find = [&](store::Connection& db) -> Result<std::optional<std::string>> {
        return find_state(services, db, call, full_name);
    };
    auto finding = services.database.read(find);
    const auto state = co_await std::move(finding);
    // A picture that says "error" would be kept by the proxy, too.
    const auto job = query_text(call, "job");
    const auto narrowest = job.empty() ? query_text(call, "workflow") : job;
    const auto label = narrowest.empty() ? std::string{"build"} : narrowest;
    // Whatever else is asked for, a README needs a picture.
    const auto style =
        query_text(call, "style") == "flat-square" ? BadgeStyle::flat_square : BadgeStyle::flat;
    co_return to_image(
        call.request, draw_badge(label, state ? *state : std::optional<std::string>{}, style)
    );
}

Answer show_wall(Services& services, Call call) {
    auto get = [&](store::Connection& db) -> Result<std::string> {
        const auto listed = find_listed_repositories(db, call);
        if (!listed) return listed.error();
        return history::get_wall(db, listed->only, listed->among);
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

Answer show_queue(Services& services, Call call) {
    auto get = [&](store::Connection& db) -> Result<std::string> {
        const auto listed = find_listed_repositories(db, call);
        if (!listed) return listed.error();
        return history::get_queue(db, listed->only, services.clock.now());
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

Answer drain_queue(Services& services, Call call) {
    auto draining = change_drain(services, std::move(call), true);
    co_return co_await std::move(draining);
}

Answer resume_queue(Services& services, Call call) {
    auto resuming = change_drain(services, std::move(call), false);
    co_return co_await std::move(resuming);
}

Answer show_insights(Services& services, Call call) {
    const auto days = query_number(call, "days", 30);
    if (!days) co_return http::make_error(days.error());
    auto get = [&](store::Connection& db) -> Result<std::string> {
        history::InsightsQuestion question;
        const auto full_name = call.parameter(0) + "/" + call.parameter(1);
        const auto repository = find_reached_repository(db, call, full_name);
        if (!repository) return repository.error();
        question.repository = repository->id;
        question.environment = query_text(call, "environment");
        question.days = static_cast<int>(std::clamp<std::int64_t>(*days, 0, 1000));
        question.now = services.clock.now();
        return history::get_insights(db, question);
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

}  // namespace triphammer::api
