#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/call/stored_file.hpp"
#include "api/runs/handlers.hpp"
#include "api/runs/shown_log.hpp"
#include "base/file.hpp"
#include "history/history.hpp"
#include "logs/log_store.hpp"
#include "store/retention_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/step_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

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

Answer show_lines(Services& services, const Call& call, Shown shown) {
    const auto from = query_number(call, "from_line", 1);
    const auto to = query_number(call, "to_line", from ? *from + kMaxLines - 1 : 1);
    const auto limit = query_number(call, "line_limit", 1 << 20);
    for (const auto* number : {&from, &to, &limit}) {
        if (!*number) co_return http::make_error(number->error());
    }
    if (*from < 1 || *limit < 1) co_return http::make_error(invalid("lines are counted from 1"));
    const auto count = std::clamp<std::int64_t>(*to - *from + 1, 0, kMaxLines);
    const logs::LogId id{shown.fence.value, shown.step};
    logs::LineRange range;
    range.first = static_cast<std::uint64_t>(*from - 1);
    range.count = static_cast<std::uint64_t>(count);
    range.max_line_bytes = static_cast<std::uint64_t>(*limit);
    auto get = [&] { return services.logs.lines(id, range); };
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

Answer show_raw_log(Services& services, Call call) {
    if (!call.request.query.find("step")) {
        auto whole = show_whole_log(services, std::move(call));
        co_return co_await std::move(whole);
    }
    auto find = [&](store::Connection& connection) { return find_log(connection, call); };
    auto found = services.database.read(find);
    const auto shown = co_await std::move(found);
    if (!shown) co_return http::make_error(shown.error());
    auto answer = send_log(services, call, *shown);
    co_return co_await std::move(answer);
}

}  // namespace triphammer::api
