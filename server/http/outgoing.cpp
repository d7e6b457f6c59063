#include "http/outgoing.hpp"

#include "base/text.hpp"
#include "http/socket_transport.hpp"
#include "http/stream_io.hpp"
#include "http/tls_transport.hpp"

#include <arpa/inet.h>

#include <array>

namespace triphammer::http {

namespace {

/// IANA's registries of special-purpose addresses (RFC 6890 and what followed), and those that
/// carry an IPv4 address: NAT64, 6to4, Teredo, the deprecated "compatible" ones.
const std::vector<std::string> kClosed{
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",
    "::/96",         "64:ff9b::/96",    "64:ff9b:1::/48", "100::/64",       "2001::/23",
    "2001:db8::/32", "2002::/16",       "3fff::/20",      "5f00::/16",      "fc00::/7",
    "fe80::/10",     "fec0::/10",       "ff00::/8"};

class PlainTransport final : public PlainStream {
  public:
    explicit PlainTransport(Socket socket) : socket_{std::move(socket)} {}

    Task<Result<std::size_t>> read_some(std::span<char> into) override {
        return read_some_from(socket_, into);
    }

    Task<Result<>> write(std::string_view bytes) override { return write_all_to(socket_, bytes); }

    Task<Result<>> shutdown() override {
        close();
        co_return Result<>{};
    }

    void close() override {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

    Task<Result<std::unique_ptr<Stream>>> secure(std::string host, std::filesystem::path ca_file)
        override {
        return connect_tls(std::move(socket_), std::move(host), std::move(ca_file));
    }

  private:
    Socket socket_;
};

}  // namespace

Result<OutgoingRule> OutgoingRule::parse(const std::vector<std::string>& allowed) {
    auto named = Networks::parse(allowed);
    if (!named) return named.error();
    auto all = Networks::parse(kClosed);
    if (!all) return all.error();
    return OutgoingRule{std::move(*all), std::move(*named)};
}

bool OutgoingRule::allow(std::string_view address) const {
    // A scope ("fe80::1%eth0") says which link.
    const auto plain = address.substr(0, address.find('%'));
    if (!parse_ip_address(plain)) return false;
    return allowed_.contain(plain) || !closed_.contain(plain);
}

bool OutgoingRule::allows_by_name(const std::string& host) const {
    return allowed_.contain(host == "localhost" ? "127.0.0.1" : host);
}

Error OutgoingRule::refusal(const std::string& host, const std::string& address) const {
    return refused(
        host + (host == address ? " is" : " leads to " + address + ", which is") +
        " an address of this machine or of a private network; where it is meant, name it under "
        "notify.allow_private"
    );
}

Result<> OutgoingRule::check_host(const std::string& host) const {
    const auto name = to_lower(host);
    const bool is_here = name == "localhost" || name.ends_with(".localhost");
    if (is_here && !allow("127.0.0.1")) return refusal(host, host);
    if (parse_ip_address(name)) {
        if (allow(name)) return {};
        return refusal(host, host);
    }
    in_addr number{};
    if (::inet_aton(name.c_str(), &number) == 0) return {};
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, &number, text.data(), text.size());
    if (allow(text.data())) return {};
    return refusal(host, text.data());
}

Task<Result<std::unique_ptr<PlainStream>>> connect_plain(
    std::string host, std::uint16_t port, const OutgoingRule& rule
) {
    auto connecting = connect_tcp(std::move(host), port, &rule);
    auto socket = co_await std::move(connecting);
    if (!socket) co_return socket.error();
    std::unique_ptr<PlainStream> stream = std::make_unique<PlainTransport>(std::move(*socket));
    co_return stream;
}

}  // namespace triphammer::http
