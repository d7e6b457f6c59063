#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/runs/handlers.hpp"
#include "api/runs/shown_log.hpp"
#include "base/file.hpp"
#include "logs/log_store.hpp"
#include "store/runs/step_store.hpp"
#include "store/sqlite/database.hpp"

namespace triphammer::api {

namespace {

struct WholeLog {
    model::Fence fence;
    std::vector<store::StepRow> steps;
};

Result<WholeLog> find_whole(store::Connection& connection, const Call& call) {
    const auto fence = find_shown_attempt(connection, call);
    if (!fence) return fence.error();
    return WholeLog{*fence, store::list_steps(connection, *fence)};
}

Task<Result<>> send_step(Services& services, logs::LogId id, http::BodyWriter& writer) {
    auto open = [&] { return services.logs.open_raw(id); };
    auto opened = offload(services.log_thread, open);
    const auto file = co_await std::move(opened);
    if (!file) co_return Result<>{};  // a step without output
    std::uint64_t offset = 0;
    for (;;) {
        auto piece = read_piece(file->get(), offset);
        if (!piece) co_return piece.error();
        if (piece->empty()) co_return Result<>{};
        offset += piece->size();
        auto writing = writer.write(std::move(*piece));
        const auto sent = co_await std::move(writing);
        if (!sent) co_return sent;
    }
}

/// Every step's log after its name, as a person would read them.
Task<> send_steps(Services& services, WholeLog log, http::BodyWriter& writer) {
    for (const auto& step : log.steps) {
        auto title = writer.write("##[" + std::to_string(step.number) + "] " + step.name + "\n");
        const auto titled = co_await std::move(title);
        if (!titled) co_return;
        auto sending = send_step(services, {log.fence.value, step.number}, writer);
        const auto sent = co_await std::move(sending);
        if (!sent) co_return;
    }
}

}  // namespace

Answer show_whole_log(Services& services, Call call) {
    auto find = [&](store::Connection& connection) { return find_whole(connection, call); };
    auto asked = services.database.read(find);
    auto found = co_await std::move(asked);
    if (!found) co_return http::make_error(found.error());
    http::Response response{200};
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Content-Security-Policy", "default-src 'none'; sandbox");
    response.body = http::StreamBody{[&services, log = std::move(*found)](http::BodyWriter& writer
                                     ) { return send_steps(services, log, writer); }};
    co_return response;
}

}  // namespace triphammer::api
