#pragma once

#include "http/server.hpp"
#include "http/socket_transport.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace triphammer::http {

/// A server's certificate and key, read once; connections keep the one they began with.
class TlsIdentity {
  public:
    static Result<std::shared_ptr<TlsIdentity>> load(const TlsFiles& files);
    ~TlsIdentity();

    struct Context;

    Context& context() { return *context_; }

    TimePoint expiry() const { return expiry_; }

  private:
    TlsIdentity();
    std::unique_ptr<Context> context_;
    TimePoint expiry_{};
};

/// The server's side of the handshake. The socket is closed where it fails.
Task<Result<std::unique_ptr<Transport>>> accept_tls(
    Socket socket, std::shared_ptr<TlsIdentity> identity
);

/// A client that shows a certificate of its own, and whom it trusts; from memory.
class TlsClient {
  public:
    /// PEM texts. `authorities`: certificates of who signed the server's, no others are trusted;
    /// `identity`: our certificate (its chain behind it) and its private key, without a passphrase.
    /// Code::invalid says what is wrong with which of them.
    static Result<std::shared_ptr<TlsClient>> make(
        const std::string& authorities, const std::string& identity
    );
    ~TlsClient();

    struct Context;

    Context& context() { return *context_; }

  private:
    TlsClient();
    std::unique_ptr<Context> context_;
};

/// The same as that client.
Task<Result<std::unique_ptr<Stream>>> connect_tls(
    Socket socket, std::string host, std::shared_ptr<TlsClient> client
);

/// The client's side: the certificate must be trusted and name `host`. Code::protocol otherwise.
Task<Result<std::unique_ptr<Stream>>> connect_tls(
    Socket socket, std::string host, std::filesystem::path ca_file
);

}  // namespace triphammer::http
