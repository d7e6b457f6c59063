#include "runner/deploy/remote/engine.hpp"

#include "base/deadline.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/spawn.hpp"
#include "base/text.hpp"
#include "http/listener.hpp"
#include "http/socket_transport.hpp"
#include "http/tls_transport.hpp"
#include "runner/deploy/remote/relay.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

namespace triphammer::runner {

namespace asio = boost::asio;

namespace {

constexpr const char* kClient = "/usr/bin/ssh";
constexpr const char* kSocket = "engine.sock";
constexpr const char* kLog = "log";
constexpr std::chrono::seconds kDialLimit{20};
constexpr std::uint64_t kMostLog = 1U << 20U;
constexpr std::size_t kMostLine = 300;
/// Behind its first request an engine lets a connection wait without an end.
constexpr std::string_view kFirstRequest = "GET /_ping HTTP/1.1\r\nHost: engine\r\n\r\n";

http::Socket adopt_local(const Executor& executor, FileDescriptor fd) {
    http::Socket socket{executor};
    boost::system::error_code ignored;
    socket.assign(asio::generic::stream_protocol{AF_UNIX, 0}, fd.release(), ignored);
    return socket;
}

Result<> write_private(const std::filesystem::path& path, std::string text) {
    if (!text.ends_with('\n')) text += '\n';  // the client cannot read a key otherwise
    auto file = open_file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    auto written = file ? write_all(file->get(), text) : Result<>{file.error()};
    wipe(text);
    return written;
}

Result<std::pair<FileDescriptor, FileDescriptor>> make_socket_pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return from_errno("a pair of sockets");
    }
    return std::pair{FileDescriptor{ends[0]}, FileDescriptor{ends[1]}};
}

Task<Result<std::unique_ptr<http::Stream>>> dial_tls(
    SshAddress to, std::shared_ptr<http::TlsClient> tls
) {
    auto connecting = http::connect_tcp(to.host, to.port, nullptr);
    auto socket = co_await std::move(connecting);
    if (!socket) co_return socket.error();
    auto securing = http::connect_tls(std::move(*socket), to.host, std::move(tls));
    co_return co_await std::move(securing);
}

Task<> relay_outwards(std::shared_ptr<StreamPair> pair) {
    auto relaying = relay(std::move(pair), true);
    co_await std::move(relaying);
}

}  // namespace

/// Its coroutines hold it, and end when the listener is closed and their connections are.
struct RemoteEngine::State {
    State(Executor on, EngineAccess way)
        : executor{std::move(on)}, access{std::move(way)}, listener{executor} {}

    Result<> open(const std::string& parent);
    void close();

    static Task<> serve(std::shared_ptr<State> state);
    static Task<> lead_by_tls(std::shared_ptr<State> state, FileDescriptor accepted);

    Executor executor;
    EngineAccess access;
    std::string folder;
    FileDescriptor open_folder;
    http::Socket listener;
    std::shared_ptr<http::TlsClient> tls;  // null: by ssh
    FileDescriptor log;                    // what the clients of ssh say
    FileDescriptor trunk;                  // our end of the connection that the others go through
    std::vector<Child> clients;
    std::string complaint;

    /// Through the descriptor: the folder's own path may be longer than a socket's can be.
    std::string socket_path() const {
        return "/proc/self/fd/" + std::to_string(open_folder.get()) + "/" + kSocket;
    }

  private:
    Result<> prepare_ssh();
    Result<> start_trunk();
    void start_ssh(std::vector<std::string> arguments, int connection);
    static void lead(std::shared_ptr<State> state, FileDescriptor accepted);
};

Result<> RemoteEngine::State::open(const std::string& parent) {
    folder = parent + "/engine";
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    if (auto made = make_directory(folder, 0700); !made) return made;
    auto opened = open_file(folder, O_RDONLY | O_DIRECTORY);
    if (!opened) return opened.error();
    open_folder = std::move(*opened);
    auto listening = http::open_unix_listener(socket_path(), 0600);
    if (!listening) return listening.error();
    listener = adopt_local(executor, std::move(*listening));
    if (access.place.is_ssh) return prepare_ssh();
    auto client = http::TlsClient::make(access.known, access.key.reveal());
    if (!client) return client.error();
    tls = std::move(*client);
    return {};
}

Result<> RemoteEngine::State::prepare_ssh() {
    if (::access(kClient, X_OK) != 0) {
        return invalid("there is no OpenSSH client on this machine: apt install openssh-client");
    }
    auto written = write_private(folder + "/" + kEngineKey, access.key.reveal());
    if (written) written = write_private(folder + "/" + kEngineKnownHosts, access.known);
    if (!written) return written;
    auto opened = open_file(folder + "/" + kLog, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (!opened) return opened.error();
    log = std::move(*opened);
    return start_trunk();
}

/// Each connection would shake hands by itself otherwise. Where this one fails, they do. It has an
/// end here like all of them: none outlives this process, however that ends.
Result<> RemoteEngine::State::start_trunk() {
    auto ends = make_socket_pair();
    if (!ends) return ends.error();
    trunk = std::move(ends->first);
    start_ssh(make_trunk_arguments(access.place.address, folder), ends->second.get());
    return write_all(trunk.get(), kFirstRequest);
}

/// `connection` is both its standard input and output.
void RemoteEngine::State::start_ssh(std::vector<std::string> arguments, int connection) {
    std::erase_if(clients, [](Child& child) { return child.try_wait().has_value(); });
    SpawnRequest request;
    request.arguments = {kClient};
    for (auto& argument : arguments) request.arguments.push_back(std::move(argument));
    request.environment = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + folder};
    request.directory = folder;
    request.input = connection;
    request.output = connection;
    request.error = log.get();
    auto child = SystemSpawner{}.spawn(request);
    if (child) clients.push_back(std::move(*child));
    if (!child) complaint = child.error().message;
}

void RemoteEngine::State::lead(std::shared_ptr<State> state, FileDescriptor accepted) {
    if (state->tls) {
        auto leading = lead_by_tls(state, std::move(accepted));
        asio::co_spawn(state->executor, std::move(leading), asio::detached);
        return;
    }
    const auto& to = state->access.place.address;
    state->start_ssh(make_dial_arguments(to, state->folder), accepted.get());
}

Task<> RemoteEngine::State::serve(std::shared_ptr<State> state) {
    for (;;) {
        auto [error] = co_await state->listener.async_wait(
            http::Socket::wait_read, asio::as_tuple(asio::use_awaitable)
        );
        if (error) co_return;
        auto accepted = http::accept_waiting(state->listener.native_handle());
        if (!accepted) {
            state->complaint = accepted.error().message;
            log::warning("the way to the engine", {{"error", state->complaint}});
            // Whoever connects is refused, and does not wait for nobody.
            boost::system::error_code ignored;
            state->listener.close(ignored);
            co_return;
        }
        if (*accepted) lead(state, std::move((*accepted)->socket));
    }
}

/// What an engine says to a client that it does not trust comes with the first reading.
Task<> RemoteEngine::State::lead_by_tls(std::shared_ptr<State> state, FileDescriptor accepted) {
    auto pair = std::make_shared<StreamPair>();
    pair->inside = http::make_transport(adopt_local(state->executor, std::move(accepted)));
    auto dialing = with_deadline(dial_tls(state->access.place.address, state->tls), kDialLimit);
    auto outside = co_await std::move(dialing);
    if (!outside) {
        state->complaint = outside.error().message;
        co_return;
    }
    pair->outside = std::move(*outside);
    asio::co_spawn(state->executor, relay_outwards(pair), asio::detached);
    auto relaying = relay(std::move(pair), false);
    const auto done = co_await std::move(relaying);
    if (!done && done.error().code != Code::cancelled) state->complaint = done.error().message;
}

void RemoteEngine::State::close() {
    boost::system::error_code ignored;
    listener.close(ignored);
    // The machine over there sees the end of the connection; nothing here has to be put away.
    for (auto& child : clients) child.signal_group(SIGKILL);
    for (auto& child : clients) child.wait();
    clients.clear();
    std::error_code none;
    std::filesystem::remove_all(folder, none);
}

RemoteEngine::RemoteEngine(std::shared_ptr<State> state) : state_{std::move(state)} {}

RemoteEngine::~RemoteEngine() {
    state_->close();
}

Result<std::unique_ptr<RemoteEngine>> RemoteEngine::open(
    Executor executor, EngineAccess access, const std::string& folder
) {
    std::unique_ptr<RemoteEngine> engine{
        new RemoteEngine{std::make_shared<State>(executor, std::move(access))}};
    auto opened = engine->state_->open(folder);
    if (!opened) return with_context("the engine elsewhere", opened.error());
    asio::co_spawn(executor, State::serve(engine->state_), asio::detached);
    return engine;
}

std::string RemoteEngine::address() const {
    return "unix://" + state_->socket_path();
}

const EngineRemote& RemoteEngine::place() const {
    return state_->access.place;
}

std::string RemoteEngine::complaint() const {
    if (state_->tls) return state_->complaint;
    const auto text = read_file(state_->folder + "/" + kLog, kMostLog);
    const auto said = text ? trim(*text) : std::string_view{};
    if (said.empty()) return state_->complaint;
    const auto begin = said.rfind('\n');
    const auto last = begin == said.npos ? said : said.substr(begin + 1);
    return std::string{cut_utf8(trim(last), kMostLine)};
}

}  // namespace triphammer::runner
