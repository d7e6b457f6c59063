#include "docker/engine.hpp"
#include "docker/engine_connection.hpp"
#include "docker/frames.hpp"

#include <span>
#include <utility>

namespace triphammer::docker {

using nlohmann::json;

namespace {

constexpr std::size_t kReadSize = 256U << 10U;
constexpr std::size_t kMaxExecOutput = 64U << 10U;
constexpr std::uint64_t kMaxTail = 4U << 20U;

/// A hijacked connection: frames one way, plain bytes the other.
class FramedStream final : public AttachedStream {
  public:
    explicit FramedStream(std::unique_ptr<http::Stream> stream) : stream_{std::move(stream)} {}

    Task<Result<std::string>> read() override {
        for (;;) {
            auto frame = frames_.next();
            if (!frame) co_return frame.error();
            if (*frame && (*frame)->stream == StreamFrame::Stream::engine_error) {
                co_return Error{Code::io, "the engine: " + (*frame)->bytes};
            }
            if (*frame && (*frame)->bytes.empty()) continue;
            if (*frame) co_return std::move((*frame)->bytes);
            auto more = fill();
            auto count = co_await std::move(more);
            if (!count) co_return count.error();
            if (*count == 0) co_return at_end();
        }
    }

    Task<Result<>> write(std::string bytes) override {
        auto written = stream_->write(bytes);
        co_return co_await std::move(written);
    }

    void close() override { stream_->close(); }

  private:
    Task<Result<std::size_t>> fill() {
        buffer_.resize(kReadSize);
        auto reading = stream_->read_some(std::span<char>{buffer_});
        auto count = co_await std::move(reading);
        if (count) frames_.feed(std::string_view{buffer_}.substr(0, *count));
        co_return count;
    }

    Result<std::string> at_end() const {
        if (frames_.pending() == 0) return std::string{};
        return Error{Code::io, "the engine closed the stream inside a frame"};
    }

    std::unique_ptr<http::Stream> stream_;
    FrameReader frames_;
    std::string buffer_;
};

Task<Result<std::unique_ptr<AttachedStream>>> hijack(
    const http::Client& client, http::Call call, const char* what
) {
    auto sent = client.upgrade(std::move(call), "tcp");
    auto upgraded = co_await std::move(sent);
    if (!upgraded) co_return with_context(what, upgraded.error());
    if (!upgraded->stream) co_return engine_error(what, upgraded->head.status, upgraded->body);
    std::unique_ptr<AttachedStream> out =
        std::make_unique<FramedStream>(std::move(upgraded->stream));
    co_return std::move(out);
}

Task<Result<std::string>> read_all(AttachedStream& stream) {
    std::string out;
    for (;;) {
        auto reading = stream.read();
        auto piece = co_await std::move(reading);
        if (!piece) co_return piece.error();
        if (piece->empty()) co_return out;
        if (out.size() < kMaxExecOutput) out.append(*piece, 0, kMaxExecOutput - out.size());
    }
}

Result<std::string> join_frames(std::string_view body) {
    FrameReader frames;
    frames.feed(body);
    std::string out;
    for (;;) {
        auto frame = frames.next();
        if (!frame) return frame.error();
        if (!*frame) return out;
        out += (*frame)->bytes;
    }
}

}  // namespace

Task<Result<std::unique_ptr<AttachedStream>>> Engine::attach(std::string id) {
    auto call = connection_->request(
        http::Method::post,
        "/containers/" + encode_path(id) + "/attach?stream=1&stdin=1&stdout=1&stderr=1"
    );
    return hijack(connection_->client, std::move(call), "attach to the container");
}

Task<Result<std::unique_ptr<AttachedStream>>> Engine::attach_output(std::string id) {
    auto call = connection_->request(
        http::Method::post, "/containers/" + encode_path(id) + "/attach?stream=1&stdout=1&stderr=1"
    );
    return hijack(connection_->client, std::move(call), "attach to the container");
}

Task<Result<ExecOutcome>> Engine::exec(std::string id, std::vector<std::string> command) {
    const json wanted{{"AttachStdout", true}, {"AttachStderr", true}, {"Cmd", command}};
    auto create = connection_->request_json("/containers/" + encode_path(id) + "/exec", wanted);
    auto creating = connection_->send_for_json(std::move(create), "run a command in the container");
    auto created = co_await std::move(creating);
    if (!created) co_return created.error();
    const auto path = "/exec/" + encode_path(created->body.value("Id", std::string{}));

    const json plain{{"Detach", false}, {"Tty", false}};
    auto start = connection_->request_json(path + "/start", plain);
    auto starting = hijack(connection_->client, std::move(start), "run a command in the container");
    auto stream = co_await std::move(starting);
    if (!stream) co_return stream.error();
    auto reading = read_all(**stream);
    auto output = co_await std::move(reading);
    if (!output) co_return output.error();

    auto inspect = connection_->request(http::Method::get, path + "/json");
    auto inspecting = connection_->send_for_json(std::move(inspect), "ask how the command ended");
    auto ended = co_await std::move(inspecting);
    if (!ended) co_return ended.error();
    ExecOutcome outcome;
    const auto code = ended->body.find("ExitCode");
    outcome.exit_status = code != ended->body.end() && code->is_number() ? code->get<int>() : -1;
    outcome.output = std::move(*output);
    co_return outcome;
}

Task<Result<std::string>> Engine::log_tail(std::string id, int lines) {
    const auto query =
        encode_query({{"stdout", "1"}, {"stderr", "1"}, {"tail", std::to_string(lines)}});
    auto call =
        connection_->request(http::Method::get, "/containers/" + encode_path(id) + "/logs" + query);
    call.body_limit = kMaxTail;
    auto sent = connection_->send(std::move(call), "read the container's log");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return join_frames(answer->body);
}

}  // namespace triphammer::docker
