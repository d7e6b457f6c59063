#include "runner/deploy/remote/access.hpp"

#include "base/text.hpp"
#include "http/url.hpp"

#include <utility>

namespace triphammer::runner {

namespace {

constexpr std::string_view kTcp = "tcp://";
constexpr std::string_view kSsh = "ssh://";
/// Beside the client, because a socket's path has to fit into 107 bytes.
constexpr const char* kTrunk = "trunk";

Error no_engine(std::string_view text) {
    return invalid(
        "host: '" + std::string{text.substr(0, 100)} +
        "' is not an engine's: ssh://user@machine, or tcp://machine:2376"
    );
}

bool has_certificate(std::string_view text) {
    return text.find("-----BEGIN CERTIFICATE-----") != std::string_view::npos;
}

/// Without both an engine would be anybody's, or would take everybody for us.
Result<> check_pems(std::string_view known, std::string_view key) {
    if (!has_certificate(known)) {
        return invalid(
            "known-hosts holds no certificate: with tcp:// it is the ca.pem of who signed the "
            "engine's (-----BEGIN CERTIFICATE-----)"
        );
    }
    const bool has_key = key.find("PRIVATE KEY-----") != std::string_view::npos;
    if (has_key && has_certificate(key)) return {};
    return invalid(
        "key holds no certificate or no private key: with tcp:// it is cert.pem and key.pem of the "
        "client, one after the other, as a secret of the environment"
    );
}

Result<> check_ssh(std::string_view known, std::string_view key) {
    if (auto checked = check_known_hosts(known); !checked) return checked;
    return check_private_key(key);
}

std::vector<std::string> arguments_of(
    const SshAddress& address, const std::string& folder, const char* role
) {
    auto out = make_ssh_options(
        address, folder + "/" + kEngineKey, folder + "/" + kEngineKnownHosts, kTrunk
    );
    out.insert(out.end(), {"-o", role, "--", address.host, "docker system dial-stdio"});
    return out;
}

}  // namespace

std::string EngineRemote::text() const {
    if (is_ssh) return std::string{kSsh} + address.text();
    const bool is_bracketed = address.host.find(':') != std::string::npos;
    const auto host = is_bracketed ? "[" + address.host + "]" : address.host;
    return std::string{kTcp} + host + ":" + std::to_string(address.port);
}

Result<EngineRemote> parse_engine_remote(std::string_view text) {
    EngineRemote out;
    out.is_ssh = text.starts_with(kSsh);
    if (out.is_ssh) {
        auto address = parse_ssh_address(text.substr(kSsh.size()));
        if (!address) return no_engine(text);
        out.address = std::move(*address);
        return out;
    }
    if (!text.starts_with(kTcp)) return no_engine(text);
    const auto rest = text.substr(kTcp.size());
    const auto url = http::parse_url("http://" + std::string{rest});
    const auto colon = rest.rfind(':');
    const bool has_port = colon != rest.npos && rest.find(']', colon) == rest.npos;
    if (!url || !has_port || url->target != "/") return no_engine(text);
    out.address.host = url->host;
    out.address.port = url->port;
    return out;
}

Result<EngineAccess> make_engine_access(std::string_view host, std::string known, std::string key) {
    auto place = parse_engine_remote(host);
    if (!place) return place.error();
    const auto checked = place->is_ssh ? check_ssh(known, key) : check_pems(known, key);
    if (!checked) return checked.error();
    return EngineAccess{std::move(*place), std::move(known), Secret{std::move(key)}};
}

std::vector<std::string> make_dial_arguments(const SshAddress& address, const std::string& folder) {
    return arguments_of(address, folder, "ControlMaster=no");
}

std::vector<std::string> make_trunk_arguments(
    const SshAddress& address, const std::string& folder
) {
    return arguments_of(address, folder, "ControlMaster=yes");
}

}  // namespace triphammer::runner
