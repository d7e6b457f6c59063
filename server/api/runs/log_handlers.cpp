#include "api/call/hiding.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/call/stored_file.hpp"
#include "api/runs/handlers.hpp"
#include "api/runs/shown_log.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "history/history.hpp"
#include "logs/log_store.hpp"
#include "store/retention_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/runs/step_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

namespace triphammer::api {

using nlohmann::json;

namespace {

constexpr std::int64_t kMaxLines = 1024;
constexpr std::size_t kMaxMatches = 10'000;

/// Which log is meant: an attempt of a job of a run that the caller may see, and one of its steps.
struct Shown {
    model::Fence fence;
    std::int64_t step = 0;
    bool done = false;
};

Result<Shown> find_step(
    store::Connection& connection, const Call& call, model::Fence fence, std::int64_t number
) {
    const auto steps = store::list_steps(connection, fence);
    const auto found = std::find_if(steps.begin(), steps.end(), [&](const store::StepRow& step) {
        return step.number == number;
    });
    if (found == steps.end()) {
        return not_found(
            "job " + call.parameter(1) + " has no step " + std::to_string(number) + " (yet)"
        );
    }
    if (store::logs_removed_at(connection, fence)) {
        return not_found("the log was removed: it was older, or there were more, than is kept");
    }
    return Shown{fence, number, model::is_final(found->state)};
}

Result<Shown> find_log(store::Connection& connection, const Call& call) {
    const auto step = query_number(call, "step", 0);
    if (!step) return step.error();
    const auto fence = find_shown_attempt(connection, call);
    if (!fence) return fence.error();
    return find_step(connection, call, *fence, *step);
}

void describe_log(http::Response& response, const logs::LogLines& lines, bool done) {
    response.headers.set("Triphammer-Log-Lines", std::to_string(lines.total));
    response.headers.set("Triphammer-Log-Bytes", std::to_string(lines.total_bytes));
    response.headers.set("Triphammer-Log-Done", done ? "true" : "false");
    response.headers.set("X-Content-Type-Options", "nosniff");
}

/// Lines `from_line` to `to_line`, at most kMaxLines.
Result<logs::LineRange> read_range(const Call& call) {
    const auto from = query_number(call, "from_line", 1);
    if (!from) return from.error();
    if (*from < 1) return invalid("lines are counted from 1");
    const auto to = query_number(call, "to_line", std::numeric_limits<std::int64_t>::max());
    if (!to) return to.error();
    const auto count = *to < *from ? 0 : std::min(*to - *from, kMaxLines - 1) + 1;
    return logs::LineRange{
        static_cast<std::uint64_t>(*from - 1), static_cast<std::uint64_t>(count), 0};
}

Answer show_lines(Services& services, const Call& call, Shown shown) {
    auto range = read_range(call);
    if (!range) co_return http::make_error(range.error());
    const auto limit = query_number(call, "line_limit", 1 << 20);
    if (!limit) co_return http::make_error(limit.error());
    if (*limit < 1) co_return http::make_error(invalid("line_limit is at least 1"));
    const logs::LogId id{shown.fence.value, shown.step};
    range->max_line_bytes = static_cast<std::uint64_t>(*limit);
    auto get = [&] { return services.logs.lines(id, *range); };
    auto got = offload(services.log_thread, get);
    const auto lines = co_await std::move(got);
    if (!lines) co_return http::make_error(lines.error());
    auto response = http::make_text(200, lines->bytes);
    describe_log(response, *lines, shown.done);
    co_return response;
}

Answer search_lines(Services& services, const Call& call, Shown shown) {
    const auto text = query_text(call, "search");
    if (text.empty()) co_return http::make_error(invalid("search is empty"));
    const logs::LogId id{shown.fence.value, shown.step};
    auto search = [&] { return services.logs.search(id, text, kMaxMatches); };
    auto searched = offload(services.log_thread, search);
    const auto matches = co_await std::move(searched);
    if (!matches) co_return http::make_error(matches.error());
    auto items = json::array();
    for (const auto line : matches->lines) items.push_back({{"line", line + 1}});
    co_return reply(
        200, json{{"items", items}, {"total", matches->total}, {"lines", matches->searched}}
    );
}

Answer list_times(Services& services, const Call& call, Shown shown) {
    const auto range = read_range(call);
    if (!range) co_return http::make_error(range.error());
    const logs::LogId id{shown.fence.value, shown.step};
    auto get = [&] { return services.logs.times(id, *range); };
    auto got = offload(services.log_thread, get);
    const auto times = co_await std::move(got);
    if (!times) co_return http::make_error(times.error());
    auto items = json::array();
    for (const auto& moment : times->moments) {
        items.push_back({{"line", moment.line + 1}, {"at", to_rfc3339(moment.at)}});
    }
    co_return reply(200, json{{"items", items}, {"lines", times->total}});
}

Answer list_groups(Services& services, Shown shown) {
    const logs::LogId id{shown.fence.value, shown.step};
    auto get = [&] { return services.logs.groups(id, kMaxMatches); };
    auto got = offload(services.log_thread, get);
    const auto groups = co_await std::move(got);
    if (!groups) co_return http::make_error(groups.error());
    auto items = json::array();
    for (const auto& mark : groups->marks) {
        items.push_back({{"line", mark.line + 1}, {"begins", mark.begins}});
    }
    co_return reply(200, json{{"items", items}, {"lines", groups->lines}});
}

/// One step's file, with ranges.
Answer send_log(Services& services, const Call& call, Shown shown) {
    const logs::LogId id{shown.fence.value, shown.step};
    std::uint64_t size = 0;
    auto open = [&]() -> Result<FileDescriptor> {
        const auto length = services.logs.length(id);
        if (!length) return length.error();
        size = *length;
        return services.logs.open_raw(id);
    };
    auto opened = offload(services.log_thread, open);
    auto file = co_await std::move(opened);
    if (!file && file.error().code == Code::not_found) co_return http::make_text(200, "");
    if (!file) co_return http::make_error(file.error());
    http::FileBody body{std::make_shared<const FileDescriptor>(std::move(*file)), 0, size};
    co_return send_file(call, std::move(body), "text/plain; charset=utf-8");
}

}  // namespace

Answer show_log(Services& services, Call call) {
    auto find = [&](store::Connection& connection) { return find_log(connection, call); };
    auto found = services.database.read(find);
    const auto shown = co_await std::move(found);
    if (!shown) co_return http::make_error(shown.error());
    auto answer = call.request.query.find("search") ? search_lines(services, call, *shown)
                                                    : show_lines(services, call, *shown);
    co_return co_await std::move(answer);
}

Answer show_log_times(Services& services, Call call) {
    auto find = [&](store::Connection& connection) { return find_log(connection, call); };
    auto found = services.database.read(find);
    const auto shown = co_await std::move(found);
    if (!shown) co_return http::make_error(shown.error());
    auto answer = list_times(services, call, *shown);
    co_return co_await std::move(answer);
}

Answer show_log_groups(Services& services, Call call) {
    auto find = [&](store::Connection& connection) { return find_log(connection, call); };
    auto found = services.database.read(find);
    const auto shown = co_await std::move(found);
    if (!shown) co_return http::make_error(shown.error());
    auto answer = list_groups(services, *shown);
    co_return co_await std::move(answer);
}

Answer show_step(Services& services, Call call) {
    auto get = [&](store::Connection& connection) -> Result<std::string> {
        const auto fence = find_shown_attempt(connection, call);
        if (!fence) return fence.error();
        const auto step = parse_integer(call.parameter(2));
        if (!step) return not_found("there is no step " + call.parameter(2));
        const model::RunId run{id_of(call.parameter(0)).value()};
        const auto found = store::find_run(connection, run);
        if (!found) return not_found("there is no run " + to_text(run));
        const Hiding hiding{connection, services.sealer, found->repository};
        const auto hide = [&](std::string_view text) { return hiding.hide(text); };
        return history::get_step(connection, run, *fence, *step, hide);
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

Answer show_raw_log(Services& services, Call call) {
    if (!call.request.query.find("step")) {
        auto whole = show_whole_log(services, std::move(call));
        co_return co_await std::move(whole);
    }
    auto find = [&](store::Connection& connection) { return find_log(connection, call); };
    auto found = services.database.read(find);
    const auto shown = co_await std::move(found);
    if (!shown) co_return http::make_error(shown.error());
    if (query_text(call, "plain") == "true") {
        co_return make_plain_log(services, {shown->fence.value, shown->step});
    }
    auto answer = send_log(services, call, *shown);
    co_return co_await std::move(answer);
}

}  // namespace triphammer::api
