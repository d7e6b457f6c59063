#include "http/client.hpp"

#include "base/deadline.hpp"
#include "http/chunked.hpp"
#include "http/deadlines.hpp"
#include "http/input.hpp"
#include "http/outgoing.hpp"
#include "http/transport.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace triphammer::http {

using namespace std::chrono_literals;

namespace {

constexpr auto kConnectLimit = 10s;
constexpr auto kTick = 100ms;
constexpr std::size_t kInputBytes = 64 * 1024;
constexpr std::size_t kPiece = 64 * 1024;
// Wider than for requests: registries and forges send long Link, CSP and token fields.
constexpr HeadLimits kHeadLimits{200, 48 * 1024, 32 * 1024};

bool is_clean(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return c >= 0x20 && c != 0x7f;
    });
}

Result<> check(const Call& call) {
    if (!call.target.starts_with('/') || !is_clean(call.target) ||
        call.target.find(' ') != std::string::npos) {
        return invalid("a request target must begin with '/' and have no blanks");
    }
    for (const auto& field : call.headers) {
        if (!is_clean(field.name) || !is_clean(field.value)) {
            return invalid("the field '" + field.name + "' has a control character");
        }
    }
    return {};
}

bool wants_length(Method method) {
    return method == Method::post || method == Method::put || method == Method::patch;
}

std::string make_request_head(const Call& call, const std::string& host, std::string_view upgrade) {
    std::string head{name_of(call.method)};
    head += ' ' + call.target + " HTTP/1.1\r\nHost: " + host + "\r\n";
    if (!call.headers.find("User-Agent")) head += "User-Agent: triphammer\r\n";
    for (const auto& field : call.headers) head += field.name + ": " + field.value + "\r\n";
    if (call.upload) {
        head += "Transfer-Encoding: chunked\r\n";
    } else if (!call.body.empty() || wants_length(call.method)) {
        head += "Content-Length: " + std::to_string(call.body.size()) + "\r\n";
    }
    if (upgrade.empty()) return head + "Connection: close\r\n\r\n";
    return head + "Connection: Upgrade\r\nUpgrade: " + std::string{upgrade} + "\r\n\r\n";
}

/// One request and its answer on one connection.
class Exchange {
  public:
    Exchange(Executor executor, std::unique_ptr<Stream> stream, Call call)
        : call_{std::move(call)},
          stream_{std::move(stream)},
          input_{*stream_, kInputBytes},
          deadlines_{executor, kTick},
          whole_{deadlines_, [this] { give_up(); }},
          idle_{deadlines_, [this] { give_up(); }} {
        if (call_.deadline > 0ms) whole_.set(call_.deadline + kTick);
        touch();
    }

    /// Sends the request and reads the answer's head. An answer that comes before the request was
    /// sent whole (a refusal) counts; the rest is then not sent.
    Task<Result<>> start(std::string authority, std::string upgrade);

    const ParsedResponse& head() const { return head_; }

    Task<Result<std::string>> read_body();
    Task<Result<>> pass_body(Download& take);
    std::unique_ptr<Stream> take_stream();

  private:
    Task<Result<>> send_request(std::string head);
    Task<Result<>> send_upload();
    Task<Result<>> write(std::string_view bytes);
    Task<Result<std::size_t>> await_head();
    Task<Result<>> read_head();
    BodyInput make_body(std::uint64_t limit);
    Error explain(Error error) const;

    void give_up() {
        timed_out_ = true;
        if (stream_) stream_->close();
    }

    void touch() {
        if (call_.idle_deadline > 0ms) idle_.set(call_.idle_deadline + kTick);
    }

    Call call_;
    std::unique_ptr<Stream> stream_;
    Input input_;
    Deadlines deadlines_;
    Deadline whole_;
    Deadline idle_;
    ParsedResponse head_;
    bool producer_failed_ = false;
    bool timed_out_ = false;
};

Task<Result<>> Exchange::start(std::string authority, std::string upgrade) {
    auto text = make_request_head(call_, authority, upgrade);
    auto sent = co_await send_request(std::move(text));
    if (!sent && producer_failed_) co_return sent;
    auto answered = co_await read_head();
    if (!answered && !sent) co_return explain(sent.error());
    if (!answered) co_return explain(answered.error());
    co_return Result<>{};
}

Task<Result<>> Exchange::send_request(std::string head) {
    if (!call_.upload) head += call_.body + call_.first;
    auto sent = co_await write(head);
    if (!sent || !call_.upload) co_return sent;
    co_return co_await send_upload();
}

Task<Result<>> Exchange::send_upload() {
    for (;;) {
        auto producing = call_.upload();
        auto piece = co_await std::move(producing);
        producer_failed_ = !piece;
        if (!piece) co_return piece.error();
        touch();
        const auto chunk = to_chunk(*piece);
        auto sent = co_await write(chunk);
        if (!sent || piece->empty()) co_return sent;
    }
}

Task<Result<>> Exchange::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto piece = bytes.substr(0, kPiece);
        auto written = co_await stream_->write(piece);
        if (!written) co_return written;
        touch();
        bytes.remove_prefix(piece.size());
    }
    co_return Result<>{};
}

/// The bytes of a head that is there in full; they stay in the input.
Task<Result<std::size_t>> Exchange::await_head() {
    HeadScanner scanner{kHeadLimits};
    for (;;) {
        auto found = scanner.scan(input_.bytes());
        if (!found) co_return Error{Code::protocol, "the answer: " + found.error().message};
        if (*found) co_return **found;
        auto count = co_await input_.fill();
        if (!count) co_return count.error();
        if (*count == 0) co_return Error{Code::io, "the connection ended before the answer"};
        touch();
    }
}

Task<Result<>> Exchange::read_head() {
    bool interim = true;
    while (interim) {
        auto size = co_await await_head();
        if (!size) co_return size.error();
        const auto block = input_.bytes().substr(0, *size);
        auto parsed = parse_response_head(block, call_.method == Method::head);
        if (!parsed) co_return Error{Code::protocol, "the answer: " + parsed.error().message};
        input_.consume(*size);
        head_ = std::move(*parsed);
        interim = head_.status < 200 && head_.status != 101;
    }
    co_return Result<>{};
}

BodyInput Exchange::make_body(std::uint64_t limit) {
    BodyInput body{input_, head_.body_end, head_.length, limit};
    body.on_bytes([this](std::size_t) { touch(); });
    return body;
}

Task<Result<std::string>> Exchange::read_body() {
    auto body = make_body(call_.body_limit);
    auto whole = co_await read_all(body);
    if (!whole) co_return explain(whole.error());
    co_return whole;
}

Task<Result<>> Exchange::pass_body(Download& take) {
    auto body = make_body(UINT64_MAX);
    while (!body.is_done()) {
        auto piece = co_await body.read();
        if (!piece) co_return explain(piece.error());
        if (piece->empty()) break;
        auto taking = take(std::move(*piece));
        auto taken = co_await std::move(taking);
        if (!taken) co_return taken;
        touch();
    }
    co_return Result<>{};
}

std::unique_ptr<Stream> Exchange::take_stream() {
    whole_.clear();
    idle_.clear();
    return put_back(input_.take_all(), std::move(stream_));
}

Error Exchange::explain(Error error) const {
    if (timed_out_) return {Code::timed_out, "no complete answer within the deadline"};
    return error;
}

Task<Result<std::unique_ptr<Stream>>> connect_by(Endpoint endpoint, const OutgoingRule* rule) {
    if (rule == nullptr) co_return co_await connect(std::move(endpoint));
    auto connecting = connect_plain(endpoint.host, endpoint.port, *rule);
    auto plain = co_await std::move(connecting);
    if (!plain) co_return plain.error();
    if (!endpoint.tls) co_return std::move(*plain);
    co_return co_await (*plain)->secure(endpoint.host, endpoint.ca_file);
}

Task<Result<std::unique_ptr<Exchange>>> open(
    Endpoint endpoint, Call call, std::string upgrade, const OutgoingRule* rule = nullptr
) {
    if (auto checked = check(call); !checked) co_return checked.error();
    const auto authority = endpoint.authority;
    auto connecting = connect_by(std::move(endpoint), rule);
    const auto limit = call.deadline > 0ms
                           ? std::min<std::chrono::milliseconds>(call.deadline, kConnectLimit)
                           : std::chrono::milliseconds{kConnectLimit};
    auto stream = co_await with_deadline(std::move(connecting), limit);
    if (!stream) co_return stream.error();
    const Executor executor = co_await boost::asio::this_coro::executor;
    auto opened = std::make_unique<Exchange>(executor, std::move(*stream), std::move(call));
    auto started = co_await opened->start(authority, std::move(upgrade));
    if (!started) co_return started.error();
    co_return opened;
}

Answer make_answer(const ParsedResponse& head) {
    Answer answer;
    answer.status = head.status;
    answer.headers = head.headers;
    return answer;
}

Task<Result<Answer>> send_on(Endpoint endpoint, Call call, const OutgoingRule* rule) {
    auto exchange = co_await open(std::move(endpoint), std::move(call), "", rule);
    if (!exchange) co_return exchange.error();
    auto answer = make_answer((*exchange)->head());
    auto body = co_await (*exchange)->read_body();
    if (!body) co_return body.error();
    answer.body = std::move(*body);
    co_return answer;
}

Task<Result<Answer>> download_on(Endpoint endpoint, Call call, Download take) {
    auto exchange = co_await open(std::move(endpoint), std::move(call), "");
    if (!exchange) co_return exchange.error();
    auto answer = make_answer((*exchange)->head());
    if (answer.status >= 400) {
        auto body = co_await (*exchange)->read_body();
        if (!body) co_return body.error();
        answer.body = std::move(*body);
        co_return answer;
    }
    auto passed = co_await (*exchange)->pass_body(take);
    if (!passed) co_return passed.error();
    co_return answer;
}

Task<Result<Upgraded>> upgrade_on(Endpoint endpoint, Call call, std::string protocol) {
    auto exchange = co_await open(std::move(endpoint), std::move(call), std::move(protocol));
    if (!exchange) co_return exchange.error();
    const auto& head = (*exchange)->head();
    Upgraded upgraded;
    upgraded.head.status = head.status;
    upgraded.head.headers = head.headers;
    const bool old_engine = head.status == 200 && head.body_end == BodyEnd::close;
    if (head.status == 101 || old_engine) {
        upgraded.stream = (*exchange)->take_stream();
        co_return upgraded;
    }
    auto body = co_await (*exchange)->read_body();
    if (!body) co_return body.error();
    upgraded.body = std::move(*body);
    co_return upgraded;
}

}  // namespace

Task<Result<Answer>> send_outgoing(Endpoint endpoint, Call call, const OutgoingRule& rule) {
    return send_on(std::move(endpoint), std::move(call), &rule);
}

Client::Client(Endpoint endpoint) : endpoint_{std::move(endpoint)} {}

Task<Result<Answer>> Client::send(Call call) const {
    return send_on(endpoint_, std::move(call), nullptr);
}

Task<Result<Answer>> Client::download(Call call, Download take) const {
    return download_on(endpoint_, std::move(call), std::move(take));
}

Task<Result<Upgraded>> Client::upgrade(Call call, std::string protocol) const {
    return upgrade_on(endpoint_, std::move(call), std::move(protocol));
}

}  // namespace triphammer::http
