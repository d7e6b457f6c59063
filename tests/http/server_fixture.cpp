#include "server_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <stdexcept>

namespace triphammer::testing {

namespace asio = boost::asio;
using namespace triphammer::http;

namespace {

Task<Response> answer(Response response) {
    co_return response;
}

Task<Response> echo(Request request) {
    co_return make_text(200, std::move(request.body));
}

Task<Response> fail(Request) {
    throw std::logic_error("broken on purpose");
    co_return Response{};
}

Task<Response> count_body(std::size_t& total, Request request) {
    for (;;) {
        auto piece = co_await request.reader->read();
        if (!piece) co_return make_error(piece.error());
        if (piece->empty()) co_return make_text(200, std::to_string(total));
        total += piece->size();
    }
}

Task<> produce(BodyWriter& writer) {
    for (const std::string text : {"one\n", "two\n", "three\n"}) co_await writer.write(text);
}

Task<> produce_and_fail(BodyWriter& writer) {
    co_await writer.write("one\n");
    throw std::logic_error("broken half-way");
}

Task<> echo_stream(std::unique_ptr<Stream> stream) {
    std::string buffer(1024, '\0');
    for (;;) {
        auto count = co_await stream->read_some(buffer);
        if (!count || *count == 0) co_return;
        const auto got = std::string_view{buffer}.substr(0, *count);
        auto written = co_await stream->write(got);
        if (!written) co_return;
    }
}

Task<> echo_messages(std::unique_ptr<WebSocket> socket) {
    for (;;) {
        auto message = co_await socket->read();
        if (!message || !*message) co_return;
        auto written = co_await socket->write(std::move(**message));
        if (!written) co_return;
    }
}

RouteDecision make_decision(Response response) {
    RouteDecision decision;
    decision.handler = [response = std::move(response)](Request) { return answer(response); };
    return decision;
}

Response make_stream(StreamBody body) {
    Response response;
    response.body = std::move(body);
    return response;
}

RouteDecision make_upgrade() {
    Response response;
    response.body = Upgrade{"echo", echo_stream};
    return make_decision(std::move(response));
}

RouteDecision make_web_socket() {
    Response response;
    response.body = WebSocketUpgrade{echo_messages, 1024};
    return make_decision(std::move(response));
}

RouteDecision make_early(Response response) {
    RouteDecision decision;
    decision.early = std::move(response);
    return decision;
}

}  // namespace

RouteDecision TestRouter::route(const RequestHead& head) {
    last_peer =
        head.peer.unix_peer ? "uid " + std::to_string(head.peer.unix_peer->uid) : head.peer.address;
    if (head.path == "/hello") return make_decision(make_text(200, "hi"));
    if (head.path == "/number") {
        return make_decision(make_text(200, std::string{head.query.find("n").value_or("")} + "\n"));
    }
    if (head.path == "/early") return make_early(make_error(401, "unauthorized", "no signature"));
    if (head.path == "/split") {
        Response response = make_text(200, "x");
        response.headers.add("X-Split", "a\r\nSet-Cookie: b");
        return make_decision(std::move(response));
    }
    if (head.path == "/events") return make_decision(make_stream(produce));
    if (head.path == "/broken-events") return make_decision(make_stream(produce_and_fail));
    if (head.path == "/upgrade") return make_upgrade();
    if (head.path == "/ws") return make_web_socket();
    if (head.path == "/throw-in-route") throw std::logic_error("broken on purpose");
    if (head.path == "/file") {
        Response response;
        response.body = FileBody{file, 3, 2'000'000};
        return make_decision(std::move(response));
    }
    RouteDecision decision;
    decision.body_limit = 4 * 1024 * 1024;
    decision.handler = echo;
    if (head.path == "/throw") decision.handler = fail;
    decision.streamed = head.path == "/streamed";
    if (decision.streamed) {
        decision.handler = [this](Request request) {
            return count_body(streamed_bytes, std::move(request));
        };
    }
    return decision;
}

RunningServer::RunningServer(ServerLimits limits) : guard_{context_.get_executor()} {
    server_ = std::make_unique<Server>(context_.get_executor(), router_, limits);
    port_ = server_->listen_tcp("127.0.0.1", 0, "public").value();
    server_->listen_unix(unix_path(), 0600, "local").value();
    thread_ = std::thread{[this] { context_.run(); }};
}

RunningServer::~RunningServer() {
    stop(std::chrono::milliseconds{100});
    guard_.reset();
    thread_.join();
}

ServerCounters RunningServer::counters() {
    const auto read = [this] { return server_->counters(); };
    return asio::post(context_, std::packaged_task<ServerCounters()>{read}).get();
}

namespace {

/// A self-signed certificate for localhost, valid for an hour.
void write_certificate(const std::string& certificate, const std::string& key) {
    EVP_PKEY* pair = EVP_EC_gen("P-256");
    X509* made = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    X509_set_version(made, X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(made), -60);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_set_pubkey(made, pair);
    const auto* name = reinterpret_cast<const unsigned char*>("localhost");
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC, name, -1, -1, 0);
    X509_set_issuer_name(made, X509_get_subject_name(made));
    auto* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
    X509_add_ext(made, names, -1);
    X509_sign(made, pair, EVP_sha256());
    std::FILE* file = std::fopen(certificate.c_str(), "w");
    PEM_write_X509(file, made);
    std::fclose(file);
    file = std::fopen(key.c_str(), "w");
    PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_EXTENSION_free(names);
    X509_free(made);
    EVP_PKEY_free(pair);
}

}  // namespace

std::uint16_t RunningServer::listen_tls() {
    const TlsFiles files{ca_file(), directory_ / "key.pem"};
    write_certificate(files.certificate, files.key);
    const auto listen = [&] { return server_->listen_tls("127.0.0.1", 0, "tls", files).value(); };
    return asio::post(context_, std::packaged_task<std::uint16_t()>{listen}).get();
}

void RunningServer::stop(std::chrono::milliseconds grace) {
    if (std::exchange(stopped_, true)) return;
    asio::co_spawn(context_, server_->stop(grace), asio::use_future).get();
}

namespace {

void connect_to(int socket, const sockaddr* address, socklen_t size) {
    const timeval limit{10, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (::connect(socket, address, size) != 0) throw std::runtime_error("connect");
}

}  // namespace

RawClient::RawClient(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect_to(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
}

RawClient::RawClient(const std::string& unix_path) : socket_{::socket(AF_UNIX, SOCK_STREAM, 0)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, unix_path.c_str(), sizeof address.sun_path - 1);
    connect_to(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::string RawClient::read_to_end() {
    return read_until("");
}

std::string RawClient::read_until(std::string_view end) {
    std::string all;
    char buffer[65536];
    while (end.empty() || all.find(end) == std::string::npos) {
        const auto count = ::recv(socket_.get(), buffer, sizeof buffer, 0);
        if (count < 0 && errno == EAGAIN) throw std::runtime_error("no answer within 10 s: " + all);
        if (count <= 0) break;
        all.append(buffer, static_cast<std::size_t>(count));
    }
    return all;
}

std::string exchange(std::uint16_t port, std::string_view bytes) {
    RawClient client{port};
    client.send(bytes);
    return client.read_to_end();
}

std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

}  // namespace triphammer::testing
