#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/runs/handlers.hpp"
#include "api/runs/shown_log.hpp"
#include "base/file.hpp"
#include "logs/log_store.hpp"
#include "logs/plain_text.hpp"
#include "store/runs/step_store.hpp"
#include "store/sqlite/database.hpp"

namespace triphammer::api {

namespace {

struct WholeLog {
    model::Fence fence;
    std::vector<store::StepRow> steps;
    bool plain = false;
};

/// With the headers under which a browser shows it and runs nothing.
http::Response make_stream(http::StreamBody send) {
    http::Response response{200};
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Content-Security-Policy", "default-src 'none'; sandbox");
    response.body = std::move(send);
    return response;
}

Result<WholeLog> find_whole(store::Connection& connection, const Call& call) {
    const auto fence = find_shown_attempt(connection, call);
    if (!fence) return fence.error();
    const bool plain = query_text(call, "plain") == "true";
    return WholeLog{*fence, store::list_steps(connection, *fence), plain};
}

/// `plain`: what only a terminal understands is left out.
Task<Result<>> send_step(Services& services, logs::LogId id, bool plain, http::BodyWriter& writer) {
    auto open = [&] { return services.logs.open_raw(id); };
    auto opened = offload(services.log_thread, open);
    const auto file = co_await std::move(opened);
    if (!file) co_return Result<>{};  // a step without output
    std::uint64_t offset = 0;
    logs::PlainText text;
    for (;;) {
        auto piece = read_piece(file->get(), offset);
        if (!piece) co_return piece.error();
        offset += piece->size();
        const bool is_last = piece->empty();
        if (plain) *piece = is_last ? text.finish() : text.feed(*piece);
        if (is_last && piece->empty()) co_return Result<>{};
        if (piece->empty()) continue;
        auto writing = writer.write(std::move(*piece));
        const auto sent = co_await std::move(writing);
        if (!sent || is_last) co_return sent;
    }
}

Task<> send_plain(Services& services, logs::LogId id, http::BodyWriter& writer) {
    auto sending = send_step(services, id, true, writer);
    (void)co_await std::move(sending);
}

/// Every step's log after its name, as a person would read them.
Task<> send_steps(Services& services, WholeLog log, http::BodyWriter& writer) {
    for (const auto& step : log.steps) {
        auto title = writer.write("##[" + std::to_string(step.number) + "] " + step.name + "\n");
        const auto titled = co_await std::move(title);
        if (!titled) co_return;
        auto sending = send_step(services, {log.fence.value, step.number}, log.plain, writer);
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
    co_return make_stream([&services, log = std::move(*found)](http::BodyWriter& writer) {
        return send_steps(services, log, writer);
    });
}

http::Response make_plain_log(Services& services, logs::LogId id) {
    return make_stream([&services, id](http::BodyWriter& writer) {
        return send_plain(services, id, writer);
    });
}

}  // namespace triphammer::api
