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

/// The client's side: the certificate must be trusted and name `host`. Code::protocol otherwise.
Task<Result<std::unique_ptr<Stream>>> connect_tls(
    Socket socket, std::string host, std::filesystem::path ca_file
);

}  // namespace triphammer::http
