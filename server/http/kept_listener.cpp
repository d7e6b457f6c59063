#include "http/kept_listener.hpp"

#include "base/log.hpp"
#include "base/systemd.hpp"
#include "base/text.hpp"
#include "http/listener.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace triphammer::http {

namespace {

constexpr int kFirstGiven = 3;
constexpr std::string_view kName = "listener";

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view{} : std::string_view{value};
}

/// How many descriptors were given to this process, and not to its parent.
int count_given() {
    if (parse_integer(environment("LISTEN_PID")) != ::getpid()) return 0;
    return static_cast<int>(parse_integer(environment("LISTEN_FDS")).value_or(0));
}

/// The given ones are ours to close; the first that listens there is returned.
FileDescriptor take_given(const std::string& address, std::uint16_t port) {
    FileDescriptor found;
    for (int fd = kFirstGiven; fd < kFirstGiven + count_given(); ++fd) {
        FileDescriptor given{fd};
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
        if (!found && listens_at(fd, address, port)) found = std::move(given);
    }
    ::unsetenv("LISTEN_PID");  // once: these numbers are somebody else's from now on
    return found;
}

}  // namespace

Result<FileDescriptor> open_kept_listener(const std::string& address, std::uint16_t port) {
    if (auto given = take_given(address, port)) return given;
    auto made = open_tcp_listener(address, port);
    if (!made) return made;
    const auto name = "FDNAME=" + std::string{kName};
    auto told = tell_systemd("FDSTOREREMOVE=1\n" + name, -1);
    if (told) told = tell_systemd("FDSTORE=1\n" + name, made->get());
    if (!told) log::warning("a restart refuses connections", {{"error", told.error().message}});
    return made;
}

}  // namespace triphammer::http
