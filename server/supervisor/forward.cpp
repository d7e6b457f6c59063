#include "supervisor/forward.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <list>
#include <optional>
#include <string_view>

namespace triphammer::supervisor {

namespace {

constexpr int kMostWaiting = 128;
constexpr std::size_t kPiece = 64U << 10U;

std::optional<std::uint16_t> port_of(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool is_whole = failure == std::errc{} && end == text.data() + text.size();
    return is_whole && port != 0 ? std::optional{port} : std::nullopt;
}

sockaddr_in address_of(in_addr_t address, std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_addr.s_addr = address;
    out.sin_port = htons(port);
    return out;
}

/// A port that listens, and where it leads.
struct Lead {
    int listener = -1;
    std::uint16_t port = 0;
    sockaddr_in to{};
};

std::optional<Lead> parse_lead(std::string_view text) {
    const auto equals = text.find('=');
    const auto colon = text.rfind(':');
    if (equals == text.npos || colon == text.npos || colon < equals) return {};
    const auto from = port_of(text.substr(0, equals));
    const auto to = port_of(text.substr(colon + 1));
    const std::string host{text.substr(equals + 1, colon - equals - 1)};
    in_addr address{};
    if (!from || !to || ::inet_pton(AF_INET, host.c_str(), &address) != 1) return {};
    return Lead{-1, *from, address_of(address.s_addr, *to)};
}

bool listen_at(Lead& lead) {
    lead.listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    ::setsockopt(lead.listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto here = address_of(htonl(INADDR_LOOPBACK), lead.port);
    return ::bind(lead.listener, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0 &&
           ::listen(lead.listener, kMostWaiting) == 0;
}

/// One direction of a connection.
class Flow {
  public:
    Flow(int from, int to) : from_{from}, to_{to} {}

    bool is_over() const { return ended_ && pending_.empty(); }

    pollfd wish() const {
        if (is_over()) return {-1, 0, 0};
        return pending_.empty() ? pollfd{from_, POLLIN, 0} : pollfd{to_, POLLOUT, 0};
    }

    /// False: the connection is broken.
    bool go_on() { return pending_.empty() ? take() : give(); }

  private:
    bool take() {
        pending_.resize(kPiece);
        const auto count = ::read(from_, pending_.data(), pending_.size());
        const bool later = count < 0 && (errno == EAGAIN || errno == EINTR);
        pending_.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        ended_ = count == 0;
        if (ended_) ::shutdown(to_, SHUT_WR);
        return count >= 0 || later;
    }

    bool give() {
        const auto count = ::write(to_, pending_.data(), pending_.size());
        if (count < 0) return errno == EAGAIN || errno == EINTR;
        pending_.erase(0, static_cast<std::size_t>(count));
        return true;
    }

    int from_;
    int to_;
    std::string pending_;
    bool ended_ = false;
};

/// One client and the server that it was led to.
class Connection {
  public:
    Connection(int client, int server)
        : client_{client}, server_{server}, there_{client, server}, back_{server, client} {}

    ~Connection() {
        ::close(client_);
        ::close(server_);
    }

    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void add_wishes(std::vector<pollfd>& watched) const {
        watched.push_back(there_.wish());
        watched.push_back(back_.wish());
    }

    /// False: it is over. `seen`: what became of its two wishes.
    bool go_on(const pollfd* seen) {
        if (seen[0].revents != 0 && !there_.go_on()) return false;
        if (seen[1].revents != 0 && !back_.go_on()) return false;
        return !there_.is_over() || !back_.is_over();
    }

  private:
    int client_;
    int server_;
    Flow there_;
    Flow back_;
};

void accept_one(const Lead& lead, std::list<Connection>& connections) {
    const int client = ::accept4(lead.listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) return;
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const auto* to = reinterpret_cast<const sockaddr*>(&lead.to);
    const bool begun =
        server >= 0 && (::connect(server, to, sizeof lead.to) == 0 || errno == EINPROGRESS);
    if (begun) {
        connections.emplace_back(client, server);
        return;
    }
    ::close(client);
    if (server >= 0) ::close(server);
}

[[noreturn]] void carry(const std::vector<Lead>& leads) {
    std::list<Connection> connections;
    std::vector<pollfd> watched;
    for (;;) {
        watched.clear();
        for (const auto& lead : leads) watched.push_back({lead.listener, POLLIN, 0});
        for (const auto& connection : connections) connection.add_wishes(watched);
        if (::poll(watched.data(), watched.size(), -1) < 0) continue;
        const auto* seen = watched.data() + leads.size();
        for (auto at = connections.begin(); at != connections.end(); seen += 2) {
            at = at->go_on(seen) ? std::next(at) : connections.erase(at);
        }
        for (std::size_t i = 0; i < leads.size(); ++i) {
            if (watched[i].revents != 0) accept_one(leads[i], connections);
        }
    }
}

}  // namespace

std::string forward(const std::vector<std::string>& texts) {
    ::signal(SIGPIPE, SIG_IGN);
    std::vector<Lead> leads;
    for (const auto& text : texts) {
        auto lead = parse_lead(text);
        if (!lead) return "'" + text + "' is not PORT=ADDRESS:PORT";
        if (!listen_at(*lead)) {
            return "cannot listen at localhost:" + std::to_string(lead->port) + ": " +
                   std::strerror(errno);
        }
        leads.push_back(*lead);
    }
    (void)!::write(STDOUT_FILENO, "ready\n", 6);
    carry(leads);
}

}  // namespace triphammer::supervisor
