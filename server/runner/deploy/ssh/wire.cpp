#include "runner/deploy/ssh/wire.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace triphammer::runner {

namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool has_only(std::string_view text, std::string_view more) {
    if (text.empty() || text.size() > 255 || text[0] == '-') return false;
    return std::all_of(text.begin(), text.end(), [more](char c) {
        return is_letter_or_digit(c) || more.find(c) != more.npos;
    });
}

Error bad_address(std::string_view text) {
    return invalid(
        "host: '" + std::string{text.substr(0, 100)} + "' is not user@machine, or user@machine:port"
    );
}

bool is_variable_name(std::string_view name) {
    if (!has_only(name, "_")) return false;
    return name[0] < '0' || name[0] > '9';
}

/// For a POSIX shell.
std::string shell_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
    return out + "'";
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> out;
    for (const auto word : split(line, ' ')) {
        if (!trim(word).empty()) out.push_back(trim(word));
    }
    return out;
}

bool is_key_kind(std::string_view word) {
    return word.starts_with("ssh-") || word.starts_with("ecdsa-") || word.starts_with("sk-");
}

}  // namespace

std::string SshAddress::text() const {
    return user + "@" + host + (port == 22 ? "" : ":" + std::to_string(port));
}

bool SshAddress::is_loopback() const {
    return host == "localhost" || host == "127.0.0.1";
}

Result<SshAddress> parse_ssh_address(std::string_view text) {
    SshAddress out;
    const auto at = text.find('@');
    if (at == text.npos) return bad_address(text);
    out.user = text.substr(0, at);
    auto rest = text.substr(at + 1);
    const bool is_bracketed = rest.starts_with('[');
    const auto end = is_bracketed ? rest.find(']') : std::min(rest.find(':'), rest.size());
    if (end == rest.npos) return bad_address(text);
    out.host = is_bracketed ? rest.substr(1, end - 1) : rest.substr(0, end);
    rest.remove_prefix(is_bracketed ? end + 1 : end);
    if (!rest.empty()) {
        const auto port = parse_integer(rest.substr(1));
        const bool is_port = rest[0] == ':' && port && *port >= 1 && *port <= 65535;
        if (!is_port) return bad_address(text);
        out.port = static_cast<std::uint16_t>(*port);
    }
    const bool is_good =
        has_only(out.user, "._-") && has_only(out.host, is_bracketed ? ".:" : ".-");
    if (!is_good) return bad_address(text);
    return out;
}

Result<> check_known_hosts(std::string_view text) {
    int number = 0;
    bool has_key = false;
    for (const auto line : split(text, '\n')) {
        ++number;
        auto words = words_of(line);
        if (words.empty() || words[0].starts_with('#')) continue;
        const bool is_marked = words[0] == "@cert-authority" || words[0] == "@revoked";
        if (is_marked) words.erase(words.begin());
        if (words.size() < 3 || !is_key_kind(words[1])) {
            return invalid(
                "known-hosts: line " + std::to_string(number) +
                " is not 'machine ssh-ed25519 AAAA…', as ssh-keyscan prints it"
            );
        }
        has_key = true;
    }
    if (has_key) return {};
    return invalid(
        "known-hosts is empty: the machine's key is never taken on trust. ssh-keyscan prints it; "
        "compare it with the machine's own /etc/ssh/ssh_host_*_key.pub"
    );
}

Result<> check_private_key(std::string_view text) {
    const auto trimmed = trim(text);
    const bool is_key =
        trimmed.starts_with("-----BEGIN ") && trimmed.find("PRIVATE KEY-----") != trimmed.npos;
    if (is_key) return {};
    return invalid(
        "key is not a private key as ssh-keygen writes it (-----BEGIN OPENSSH PRIVATE KEY-----, "
        "without a passphrase): give it as a secret of the environment"
    );
}

std::vector<std::string> make_ssh_options(
    const SshAddress& address,
    const std::string& key,
    const std::string& known_hosts,
    const std::string& control
) {
    std::vector<std::string> out{"-F", "none", "-T", "-x", "-a"};
    const std::string options[] = {
        "StrictHostKeyChecking=yes",
        "UserKnownHostsFile=" + known_hosts,
        "GlobalKnownHostsFile=/dev/null",
        "UpdateHostKeys=no",
        "VerifyHostKeyDNS=no",
        "IdentityFile=" + key,
        "IdentitiesOnly=yes",
        "IdentityAgent=none",
        "PreferredAuthentications=publickey",
        "BatchMode=yes",
        "ConnectTimeout=20",
        "ServerAliveInterval=10",
        "ServerAliveCountMax=3",
        "ClearAllForwardings=yes",
        "PermitLocalCommand=no",
        "ControlPath=" + control,
        "LogLevel=ERROR",
    };
    for (const auto& option : options) out.insert(out.end(), {"-o", option});
    out.insert(out.end(), {"-p", std::to_string(address.port), "-l", address.user});
    return out;
}

std::vector<std::string> make_ssh_arguments(
    const SshAddress& address,
    const std::string& key,
    const std::string& known_hosts,
    std::size_t payload
) {
    auto out = make_ssh_options(address, key, known_hosts, "none");
    out.insert(out.end(), {"--", address.host});
    // dd takes these bytes and no more: what follows them is the program's.
    out.push_back(
        "exec sh -c 'eval \"$(dd bs=1 count=" + std::to_string(payload) + " 2>/dev/null)\"'"
    );
    return out;
}

Result<std::string> make_ssh_payload(
    const std::vector<std::string>& environment, std::string_view script
) {
    std::string out;
    for (const auto& line : environment) {
        const auto equals = std::min(line.find('='), line.size());
        const auto name = line.substr(0, equals);
        if (!is_variable_name(name)) return invalid("env: '" + name + "' is no variable's name");
        const auto value = line.substr(std::min(equals + 1, line.size()));
        out += "export " + name + "=" + shell_quoted(value) + "\n";
    }
    out += "set -e\n";
    out += script;
    out += "\n";
    if (out.find('\0') != std::string::npos) return invalid("run and env hold no NUL");
    return out;
}

}  // namespace triphammer::runner
