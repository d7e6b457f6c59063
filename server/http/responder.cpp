#include "http/responder.hpp"

#include "http/chunked.hpp"
#include "http/response_head.hpp"

#include <algorithm>

namespace triphammer::http {

namespace {

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::uint64_t kFilePiece = 1024 * 1024;

/// A producer's way to the client: each text becomes a chunk (or bare bytes for HTTP/1.0).
class StreamWriter final : public BodyWriter {
  public:
    StreamWriter(Responder& responder, bool chunked) : responder_{responder}, chunked_{chunked} {}

    Task<Result<>> write(std::string bytes) override {
        if (!failure_.message.empty()) co_return failure_;
        if (bytes.empty()) co_return Result<>{};
        const auto framed = chunked_ ? to_chunk(bytes) : std::move(bytes);
        auto written = co_await responder_.write(framed);
        if (!written) failure_ = written.error();
        co_return written;
    }

    /// The last chunk; an error where an earlier write failed.
    Task<Result<>> finish() {
        if (!failure_.message.empty()) co_return failure_;
        if (!chunked_) co_return Result<>{};
        const auto last = to_chunk("");
        co_return co_await responder_.write(last);
    }

  private:
    Responder& responder_;
    bool chunked_;
    Error failure_{Code::io, ""};
};

}  // namespace

Task<Result<bool>> Responder::send(Response response, SendOptions options) {
    if (std::holds_alternative<StreamBody>(response.body)) {
        co_return co_await send_stream(response, options);
    }
    const bool file = std::holds_alternative<FileBody>(response.body);
    auto sent = file ? send_file(response, options) : send_text(response, options);
    auto done = co_await std::move(sent);
    if (!done) co_return done.error();
    co_return options.keep;
}

Task<Result<>> Responder::send_text(Response& response, SendOptions options) {
    auto* text = std::get_if<std::string>(&response.body);
    const bool bodiless = !may_have_body(response.status);
    ResponseFraming framing;
    if (!bodiless) framing.length = text != nullptr ? text->size() : 0;
    framing.close = !options.keep;
    auto bytes = make_response_head(response, framing);
    if (text != nullptr && !bodiless && !options.without_body) bytes += *text;
    co_return co_await write(bytes);
}

Task<Result<>> Responder::send_file(Response& response, SendOptions options) {
    const auto file = std::get<FileBody>(response.body);
    ResponseFraming framing;
    framing.length = file.length;
    framing.close = !options.keep;
    const auto head = make_response_head(response, framing);
    auto sent = co_await write(head);
    if (!sent || options.without_body) co_return sent;
    for (std::uint64_t done = 0; done < file.length; done += kFilePiece) {
        const auto piece = std::min(kFilePiece, file.length - done);
        deadline_.set(limits_.write_window * 16);  // sixteen pieces of 64 KiB
        sent = co_await transport_.send_file(file.file->get(), file.offset + done, piece);
        deadline_.clear();
        if (!sent) co_return sent;
    }
    co_return sent;
}

Task<Result<bool>> Responder::send_stream(Response& response, SendOptions options) {
    const bool chunked = !options.http_1_0;
    const bool keep = options.keep && chunked;
    ResponseFraming framing;
    framing.chunked = chunked;
    framing.close = !keep;
    const auto head = make_response_head(response, framing);
    auto sent = co_await write(head);
    if (!sent) co_return sent.error();
    if (options.without_body) co_return keep;
    StreamWriter writer{*this, chunked};
    const auto& produce = std::get<StreamBody>(response.body);
    auto producing = produce(writer);
    co_await std::move(producing);
    sent = co_await writer.finish();
    if (!sent) co_return sent.error();
    co_return keep;
}

Task<Result<>> Responder::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto piece = bytes.substr(0, kPiece);
        deadline_.set(limits_.write_window);
        auto written = co_await transport_.write(piece);
        deadline_.clear();
        if (!written) co_return written;
        bytes.remove_prefix(piece.size());
    }
    co_return Result<>{};
}

}  // namespace triphammer::http
