#pragma once
// What the driver `ssh` says to OpenSSH's client and, through it, to the other machine. Pure.
// Source: ssh(1), ssh_config(5) and sshd(8) of OpenSSH 9.2, "SSH_KNOWN_HOSTS FILE FORMAT".

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

struct SshAddress {
    std::string user;
    std::string host;  // without brackets
    std::uint16_t port = 22;

    /// "user@host", with the port where it is another than 22.
    std::string text() const;
    bool is_loopback() const;

    friend bool operator==(const SshAddress&, const SshAddress&) = default;
};

/// user@machine[:port], user@[address of IPv6][:port]. Code::invalid; nothing that the client could
/// take for an option gets through.
Result<SshAddress> parse_ssh_address(std::string_view text);

/// At least one line, all of them as in a known_hosts file. Code::invalid names the line.
Result<> check_known_hosts(std::string_view text);

/// A private key as ssh-keygen writes it. Code::invalid.
Result<> check_private_key(std::string_view text);

/// Behind the client's name. The machine has to show a key of `known_hosts`, this side has `key`
/// and nothing else: no agent, no password, no configuration of the user's or the machine's.
/// `payload` is the length of make_ssh_payload's text.
std::vector<std::string> make_ssh_arguments(
    const SshAddress& address,
    const std::string& key,
    const std::string& known_hosts,
    std::size_t payload
);

/// The same without what is to run over there. `control`: a socket through which further
/// connections go by the first one's, where it is there; "none".
std::vector<std::string> make_ssh_options(
    const SshAddress& address,
    const std::string& key,
    const std::string& known_hosts,
    const std::string& control
);

/// What the other side's shell reads and runs before the program has its question: `environment`
/// (NAME=value) and the script. So neither stands on a command line, here or there. Code::invalid
/// for a name that no shell takes and for a NUL.
Result<std::string> make_ssh_payload(
    const std::vector<std::string>& environment, std::string_view script
);

}  // namespace triphammer::runner
