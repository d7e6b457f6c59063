#include "http/tls_transport.hpp"

#include "http/beast_web_socket.hpp"
#include "http/stream_io.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <openssl/ssl.h>

#include <algorithm>
#include <ctime>
#include <string_view>

namespace triphammer::http {

namespace asio = boost::asio;
namespace ssl = asio::ssl;

struct TlsIdentity::Context {
    ssl::context tls{ssl::context::tls_server};
};

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

using TlsSocket = ssl::stream<Socket>;

class TlsTransport final : public Transport {
  public:
    /// `keep` is what the stream's context belongs to.
    TlsTransport(TlsSocket socket, std::shared_ptr<void> keep)
        : keep_{std::move(keep)}, socket_{std::move(socket)} {}

    Task<Result<std::size_t>> read_some(std::span<char> into) override {
        return read_some_from(socket_, into);
    }

    Task<Result<>> write(std::string_view bytes) override { return write_all_to(socket_, bytes); }

    Task<Result<>> shutdown() override {
        // FIN without close_notify: Asio's shutdown waits for the peer's, one more way to be held
        // up, and every body that we send says its length.
        boost::system::error_code error;
        socket_.next_layer().shutdown(Socket::shutdown_send, error);
        if (error) co_return to_error("shutdown", error);
        co_return Result<>{};
    }

    void close() override {
        boost::system::error_code ignored;
        socket_.next_layer().close(ignored);
    }

    Task<Result<std::unique_ptr<WebSocket>>> accept_web_socket(
        const RequestHead& head, std::size_t max_message
    ) override {
        return accept_beast_web_socket(std::move(socket_), keep_, head, max_message);
    }

  private:
    std::shared_ptr<void> keep_;
    TlsSocket socket_;
};

Error tls_error(const char* what, const boost::system::error_code& code) {
    if (code == asio::error::operation_aborted) return to_error(what, code);
    return {Code::protocol, std::string{what} + ": " + code.message()};
}

Result<> trust(ssl::context& context, const std::filesystem::path& ca_file) {
    boost::system::error_code error;
    if (ca_file.empty()) {
        context.set_default_verify_paths(error);
    } else {
        context.load_verify_file(ca_file.native(), error);
    }
    if (error) return tls_error("trusted certificates", error);
    ::SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    context.set_verify_mode(ssl::verify_peer, error);
    return {};
}

bool is_ip_address(const std::string& host) {
    boost::system::error_code error;
    asio::ip::make_address(host, error);
    return !error;
}

}  // namespace

TlsIdentity::TlsIdentity() : context_{std::make_unique<Context>()} {}

TlsIdentity::~TlsIdentity() = default;

namespace {

// Forward secret and authenticated only (RFC 9325, 4.2.1); those of TLS 1.3 are all so.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL";
constexpr std::string_view kProtocol = "http/1.1";

/// RFC 7301: the protocol that both speak; a client that offers others only is refused.
int choose_protocol(::SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered, unsigned offered_size, void*) {
    std::string_view rest{reinterpret_cast<const char*>(offered), offered_size};
    while (!rest.empty()) {
        const auto size = static_cast<unsigned char>(rest.front());
        const auto name = rest.substr(1, size);
        if (name == kProtocol) {
            *chosen = reinterpret_cast<const unsigned char*>(name.data());
            *chosen_size = size;
            return SSL_TLSEXT_ERR_OK;
        }
        rest.remove_prefix(std::min<std::size_t>(rest.size(), size + 1U));
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

TimePoint expiry_of(const ::X509* certificate) {
    std::tm ends{};
    ::ASN1_TIME_to_tm(::X509_get0_notAfter(certificate), &ends);
    return from_unix_ms(std::int64_t{::timegm(&ends)} * 1000);
}

void harden(::SSL_CTX* context) {
    ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    ::SSL_CTX_set_cipher_list(context, kCiphers);
    // A handshake costs the server more than the client: one for a connection.
    ::SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
    );
    ::SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);  // of idle connections
    ::SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

}  // namespace

Result<std::shared_ptr<TlsIdentity>> TlsIdentity::load(const TlsFiles& files) {
    std::shared_ptr<TlsIdentity> identity{new TlsIdentity};
    auto& tls = identity->context_->tls;
    boost::system::error_code error;
    harden(tls.native_handle());
    tls.use_certificate_chain_file(files.certificate.native(), error);
    if (error) return invalid(files.certificate.native() + ": " + error.message());
    tls.use_private_key_file(files.key.native(), ssl::context::pem, error);
    if (error) return invalid(files.key.native() + ": " + error.message());
    if (::SSL_CTX_check_private_key(tls.native_handle()) != 1) {
        return invalid("the key in " + files.key.native() + " is not the certificate's");
    }
    identity->expiry_ = expiry_of(::SSL_CTX_get0_certificate(tls.native_handle()));
    return identity;
}

Task<Result<std::unique_ptr<Transport>>> accept_tls(
    Socket socket, std::shared_ptr<TlsIdentity> identity
) {
    TlsSocket tls{std::move(socket), identity->context().tls};
    auto [error] = co_await tls.async_handshake(ssl::stream_base::server, kTuple);
    if (error) co_return tls_error("TLS handshake", error);
    co_return std::make_unique<TlsTransport>(std::move(tls), std::move(identity));
}

namespace {

Task<Result<std::unique_ptr<Stream>>> shake_hands(
    TlsSocket tls, std::string host, std::shared_ptr<void> keep
) {
    tls.set_verify_callback(ssl::host_name_verification{host});
    if (!is_ip_address(host)) ::SSL_set_tlsext_host_name(tls.native_handle(), host.c_str());
    auto [error] = co_await tls.async_handshake(ssl::stream_base::client, kTuple);
    if (error) co_return tls_error("TLS handshake", error);
    co_return std::make_unique<TlsTransport>(std::move(tls), std::move(keep));
}

}  // namespace

Task<Result<std::unique_ptr<Stream>>> connect_tls(
    Socket socket, std::string host, std::filesystem::path ca_file
) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    if (auto trusted = trust(*context, ca_file); !trusted) co_return trusted.error();
    TlsSocket tls{std::move(socket), *context};
    auto shaking = shake_hands(std::move(tls), std::move(host), std::move(context));
    co_return co_await std::move(shaking);
}

struct TlsClient::Context {
    ssl::context tls{ssl::context::tls_client};
};

TlsClient::TlsClient() : context_{std::make_unique<Context>()} {}

TlsClient::~TlsClient() = default;

Result<std::shared_ptr<TlsClient>> TlsClient::make(
    const std::string& authorities, const std::string& identity
) {
    std::shared_ptr<TlsClient> client{new TlsClient};
    auto& tls = client->context_->tls;
    boost::system::error_code error;
    // OpenSSL would ask the terminal for the passphrase.
    const auto no_passphrase = [](std::size_t, ssl::context::password_purpose) {
        return std::string{};
    };
    tls.set_password_callback(no_passphrase, error);
    tls.add_certificate_authority(asio::buffer(authorities), error);
    if (error) return invalid("the authority's certificate: " + error.message());
    tls.use_certificate_chain(asio::buffer(identity), error);
    if (error) return invalid("the client's certificate: " + error.message());
    tls.use_private_key(asio::buffer(identity), ssl::context::pem, error);
    if (error) return invalid("the client's private key: " + error.message());
    if (::SSL_CTX_check_private_key(tls.native_handle()) != 1) {
        return invalid("the client's private key is not its certificate's");
    }
    ::SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
    tls.set_verify_mode(ssl::verify_peer, error);
    return client;
}

Task<Result<std::unique_ptr<Stream>>> connect_tls(
    Socket socket, std::string host, std::shared_ptr<TlsClient> client
) {
    TlsSocket tls{std::move(socket), client->context().tls};
    auto shaking = shake_hands(std::move(tls), std::move(host), std::move(client));
    co_return co_await std::move(shaking);
}

}  // namespace triphammer::http
