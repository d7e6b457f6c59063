#include "execution/sandbox_order.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace triphammer::execution {

namespace {

using Length = std::uint32_t;

void put(std::string& out, std::string_view text) {
    const auto length = static_cast<Length>(text.size());
    out.append(reinterpret_cast<const char*>(&length), sizeof length);
    out += text;
}

std::string pack(const Command& command) {
    std::string out;
    put(out, command.directory);
    put(out, command.leftovers != nullptr ? "stay" : "");
    put(out, std::to_string(command.arguments.size()));
    for (const auto& word : command.arguments) put(out, word);
    for (const auto& entry : command.environment) put(out, entry);
    return out;
}

/// Empty at the end.
std::string take(std::string_view& rest) {
    Length length = 0;
    if (rest.size() < sizeof length) return {};
    std::memcpy(&length, rest.data(), sizeof length);
    std::string out{rest.substr(sizeof length, length)};
    rest.remove_prefix(std::min(rest.size(), sizeof length + length));
    return out;
}

void unpack(std::string_view rest, Order& out) {
    auto& command = out.command;
    command.directory = take(rest);
    out.may_leave = !take(rest).empty();
    const auto count = std::strtoul(take(rest).c_str(), nullptr, 10);
    while (command.arguments.size() < count && !rest.empty()) {
        command.arguments.push_back(take(rest));
    }
    while (!rest.empty()) command.environment.push_back(take(rest));
}

/// Attaches `descriptor` to the length.
bool send_length(int channel, Length length, int descriptor) {
    alignas(cmsghdr) char space[CMSG_SPACE(sizeof descriptor)] = {};
    iovec text{&length, sizeof length};
    msghdr message{};
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    message.msg_control = space;
    message.msg_controllen = sizeof space;
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
    return ::sendmsg(channel, &message, MSG_NOSIGNAL) == ssize_t{sizeof length};
}

bool send_all(int channel, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::send(channel, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR) return false;
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
    return true;
}

std::optional<Length> receive_length(int channel, FileDescriptor& attached) {
    Length length = 0;
    int descriptor = -1;
    alignas(cmsghdr) char space[CMSG_SPACE(sizeof descriptor)];
    iovec text{&length, sizeof length};
    msghdr message{};
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    message.msg_control = space;
    message.msg_controllen = sizeof space;
    const auto count = ::recvmsg(channel, &message, MSG_CMSG_CLOEXEC | MSG_WAITALL);
    const cmsghdr* head = count == ssize_t{sizeof length} ? CMSG_FIRSTHDR(&message) : nullptr;
    if (head == nullptr || head->cmsg_len != CMSG_LEN(sizeof descriptor)) return {};
    std::memcpy(&descriptor, CMSG_DATA(head), sizeof descriptor);
    attached = FileDescriptor{descriptor};
    return length;
}

}  // namespace

Result<> send_order(const FileDescriptor& channel, const Command& command, int output) {
    const auto packed = pack(command);
    const auto length = static_cast<Length>(packed.size());
    if (send_length(channel.get(), length, output) && send_all(channel.get(), packed)) return {};
    return from_errno("tell the sandbox what to start");
}

std::optional<Order> receive_order(int channel) {
    Order out;
    const auto length = receive_length(channel, out.output);
    if (!length) return {};
    std::string packed(*length, '\0');
    const auto count = ::recv(channel, packed.data(), packed.size(), MSG_WAITALL);
    if (count != static_cast<ssize_t>(packed.size())) return {};
    unpack(packed, out);
    return out;
}

}  // namespace triphammer::execution
