#include "runner/daemon_double.hpp"

#include "base/digest.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace triphammer::runner::testing {

namespace {

std::string read_head(int socket) {
    std::string head;
    char c = 0;
    while (head.find("\r\n\r\n") == std::string::npos && ::recv(socket, &c, 1, 0) == 1) head += c;
    return head;
}

void say(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

/// A body in chunks (RFC 9112, section 7.1), to its end.
std::string read_chunks(int socket) {
    std::string body;
    for (;;) {
        std::string size;
        char c = 0;
        while (size.find("\r\n") == std::string::npos && ::recv(socket, &c, 1, 0) == 1) size += c;
        const auto length = std::strtoul(size.c_str(), nullptr, 16);
        std::string chunk(length + 2, '\0');
        if (::recv(socket, chunk.data(), chunk.size(), MSG_WAITALL) <= 0 || length == 0)
            return body;
        body.append(chunk, 0, length);
    }
}

std::string output_of(const std::string& command) {
    std::string out;
    FILE* pipe = ::popen(command.c_str(), "r");
    char piece[65536];
    for (std::size_t size = 0; (size = ::fread(piece, 1, sizeof piece, pipe)) > 0;) {
        out.append(piece, size);
    }
    if (::pclose(pipe) != 0) throw std::runtime_error(command);
    return out;
}

}  // namespace

DaemonDouble::DaemonDouble(std::filesystem::path socket, std::string document)
    : path_{std::move(socket)}, document_{std::move(document)} {
    listener_ = FileDescriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.string().copy(address.sun_path, sizeof address.sun_path - 1);
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 16) != 0) {
        throw std::runtime_error("cannot listen on " + path_.string());
    }
    ::chmod(path_.c_str(), 0666);  // a runner of root's is a user of its own
    accepting_ = std::thread{[this] { accept(); }};
}

DaemonDouble::~DaemonDouble() {
    {
        const std::lock_guard lock{mutex_};
        closing_ = true;
        for (const auto& [socket, machine] : open_) ::shutdown(socket, SHUT_RDWR);
    }
    ::shutdown(listener_.get(), SHUT_RDWR);
    accepting_.join();
    for (auto& thread : threads_) thread.join();
}

void DaemonDouble::accept() {
    for (;;) {
        const int socket = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) return;
        threads_.emplace_back([this, socket] {
            serve(socket);
            ::close(socket);
        });
    }
}

void DaemonDouble::serve(int socket) {
    const auto head = read_head(socket);
    {
        const std::lock_guard lock{mutex_};
        if (away_ || closing_) return;
    }
    if (head.rfind("POST /runner/v1/source ", 0) == 0) return send_source(socket);
    if (head.find("Upgrade: triphammer-runner") == std::string::npos) return answer(socket, head);
    say(socket,
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
        "triphammer-runner\r\n\r\n");
    speak(socket);
}

void DaemonDouble::speak(int socket) {
    protocol::DaemonMachine machine;
    {
        const std::lock_guard lock{mutex_};
        open_[socket] = &machine;
    }
    std::string piece(65536, '\0');
    for (;;) {
        const auto size = ::recv(socket, piece.data(), piece.size(), 0);
        const std::lock_guard lock{mutex_};
        if (size > 0) machine.receive({piece.data(), static_cast<std::size_t>(size)});
        const bool goes_on = size > 0 && carry_out(machine, socket);
        changed_.notify_all();
        if (goes_on) continue;
        open_.erase(socket);
        return;
    }
}

bool DaemonDouble::carry_out(protocol::DaemonMachine& machine, int socket) {
    while (auto action = machine.next()) {
        if (!perform(machine, socket, std::move(*action))) return false;
    }
    return true;
}

bool DaemonDouble::perform(
    protocol::DaemonMachine& machine, int socket, protocol::DaemonAction action
) {
    using namespace protocol;
    if (const auto* check = std::get_if<CheckAttach>(&action)) {
        const bool known = nonce_.empty() || nonce_ == check->attach.nonce;
        if (known && !refuses_) {
            machine.answer_attach(attach(check->attach));
        } else {
            machine.answer_attach(conflict("the attempt is another's"));
        }
    }
    if (const auto* write = std::get_if<WriteLog>(&action)) {
        auto& log = logs_[write->step];
        if (log.size() < write->offset + write->bytes.size()) {
            log.resize(write->offset + write->bytes.size());
        }
        log.replace(write->offset, write->bytes.size(), write->bytes);
        machine.answer_log({});
    }
    if (const auto* verify = std::get_if<VerifyLogs>(&action)) {
        bool equal = true;
        for (const auto& sum : verify->sums) {
            equal = equal && sha256_hex(logs_[sum.number]) == sum.sha256;
        }
        machine.answer_verify(equal ? Result<>{} : Result<>{conflict("sums differ")});
    }
    if (const auto* commit = std::get_if<Commit>(&action)) apply(machine, *commit);
    if (const auto* send = std::get_if<Send>(&action)) say(socket, send->bytes);
    if (const auto* close = std::get_if<Close>(&action)) {
        if (!close->why.empty()) std::fprintf(stderr, "double: closed: %s\n", close->why.c_str());
        return false;
    }
    return true;
}

protocol::Attached DaemonDouble::attach(const protocol::Attach& attach) {
    nonce_ = attach.nonce;
    protocol::Attached out;
    out.acked = acked_;
    for (const auto& [step, log] : logs_) out.have[step] = log.size();
    out.cancel = cancel_;
    out.document = document_;
    return out;
}

void DaemonDouble::apply(protocol::DaemonMachine& machine, const protocol::Commit& commit) {
    std::vector<protocol::Verdict> verdicts;
    for (const auto& record : commit.records) {
        const auto* intent = std::get_if<protocol::Intent>(&record);
        if (intent != nullptr) verdicts.push_back({intent->n, goes_, goes_ ? "" : "no"});
        records_.push_back(record);
    }
    acked_ = commit.acked;
    machine.answer_commit(std::move(verdicts));
}

void DaemonDouble::send_source(int socket) {
    const std::lock_guard lock{mutex_};
    if (source_.empty()) {
        return say(socket, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    }
    say(socket,
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(source_.size()) + "\r\n\r\n" +
            source_);
}

void DaemonDouble::answer_with(Exchange exchange) {
    const std::lock_guard lock{mutex_};
    exchange_ = std::move(exchange);
}

void DaemonDouble::answer(int socket, const std::string& head) {
    const bool has_body = head.find("Transfer-Encoding: chunked") != std::string::npos;
    const auto body = has_body ? read_chunks(socket) : std::string{};
    const std::lock_guard lock{mutex_};
    if (exchange_) say(socket, exchange_(head, body));
}

void DaemonDouble::go_away() {
    const std::lock_guard lock{mutex_};
    away_ = true;
    for (const auto& [socket, machine] : open_) ::shutdown(socket, SHUT_RDWR);
}

void DaemonDouble::come_back() {
    const std::lock_guard lock{mutex_};
    away_ = false;
}

void DaemonDouble::cancel(protocol::Cancel cancel) {
    const std::lock_guard lock{mutex_};
    cancel_ = cancel;
    for (const auto& [socket, machine] : open_) {
        machine->cancel(cancel);
        carry_out(*machine, socket);
    }
}

void DaemonDouble::refuse() {
    const std::lock_guard lock{mutex_};
    refuses_ = true;
    for (const auto& [socket, machine] : open_) {
        machine->refuse("lost");
        carry_out(*machine, socket);
    }
}

void DaemonDouble::say_no_to_effects() {
    const std::lock_guard lock{mutex_};
    goes_ = false;
}

void DaemonDouble::serve_source(const std::filesystem::path& repository, const std::string& sha) {
    const std::string want = "want " + sha + " shallow ofs-delta no-progress\n";
    char length[8];
    std::snprintf(length, sizeof length, "%04zx", want.size() + 4);
    const auto request = path_.parent_path() / "request";
    if (!replace_file(request, length + want + "000ddeepen 1\n00000009done\n"))
        throw std::runtime_error("request");
    source_ = output_of(
        "git upload-pack --stateless-rpc " + repository.string() + " < " + request.string()
    );
}

protocol::End DaemonDouble::wait_for_end() {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, std::chrono::seconds{60}, [this] { return has_end(); })) {
        throw std::runtime_error("the runner did not end");
    }
    return std::get<protocol::End>(records_.back());
}

bool DaemonDouble::has_end() const {
    return !records_.empty() && std::holds_alternative<protocol::End>(records_.back());
}

void DaemonDouble::wait_for_log(int step, const std::string& text) {
    std::unique_lock lock{mutex_};
    const auto said = [&] { return logs_[step].find(text) != std::string::npos; };
    if (!changed_.wait_for(lock, std::chrono::seconds{60}, said)) {
        throw std::runtime_error("the step never said: " + text);
    }
}

std::string DaemonDouble::log(int step) {
    const std::lock_guard lock{mutex_};
    return logs_[step];
}

std::vector<protocol::Record> DaemonDouble::records() {
    const std::lock_guard lock{mutex_};
    return records_;
}

protocol::StepEnd DaemonDouble::step_end(int step) {
    for (const auto& record : records()) {
        const auto* end = std::get_if<protocol::StepEnd>(&record);
        if (end != nullptr && end->number == step) return *end;
    }
    throw std::runtime_error("step " + std::to_string(step) + " has not ended");
}

}  // namespace triphammer::runner::testing
