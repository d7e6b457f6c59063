#pragma once
// Connections to addresses that people wrote into the configuration: never into this machine's own
// network, unless that is allowed there. What a name leads to is judged when it is connected to.

#include "http/client.hpp"
#include "http/networks.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::http {

/// A value; any thread.
class OutgoingRule {
  public:
    /// `allowed`: addresses and ranges that may be reached although they are private.
    /// Code::invalid.
    static Result<OutgoingRule> parse(const std::vector<std::string>& allowed);

    /// Not loopback, private, link-local, a cloud's metadata, multicast or reserved, in whichever
    /// form of IPv4 or IPv6.
    bool allow(std::string_view address) const;
    /// What can be said before a name is resolved: an address in any form that the system
    /// understands (decimal, octal, hexadecimal, short), or a name that always means this machine.
    /// Code::refused.
    Result<> check_host(const std::string& host) const;
    /// Whether `host` is an address, or localhost, that is private and allowed all the same.
    bool allows_by_name(const std::string& host) const;
    /// Why `address`, which `host` leads to, is not connected to: Code::refused.
    Error refusal(const std::string& host, const std::string& address) const;

  private:
    OutgoingRule(Networks closed, Networks allowed)
        : closed_{std::move(closed)}, allowed_{std::move(allowed)} {}

    Networks closed_;
    Networks allowed_;
};

/// A connection without TLS that may get it later (STARTTLS).
class PlainStream : public Stream {
  public:
    /// This stream is empty afterwards. The certificate must be trusted and name `host`. What came
    /// in clear text and was not read yet would count as what came behind TLS: the caller refuses
    /// such a peer.
    virtual Task<Result<std::unique_ptr<Stream>>> secure(
        std::string host, std::filesystem::path ca_file
    ) = 0;
};

/// Only to addresses that the rule allows, which outlives the connecting: Code::refused where the
/// name has no other.
Task<Result<std::unique_ptr<PlainStream>>> connect_plain(
    std::string host, std::uint16_t port, const OutgoingRule& rule
);

/// One exchange like Client::send, only to addresses that the rule allows.
Task<Result<Answer>> send_outgoing(Endpoint endpoint, Call call, const OutgoingRule& rule);

}  // namespace triphammer::http
