#include "http/kept_listener.hpp"

#include "http/listener.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace triphammer::http {

namespace {

using testing::TempDir;

/// systemd's end of NOTIFY_SOCKET.
class Manager {
  public:
    Manager() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const auto path = (folder_.path() / "notify").string();
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }

    ~Manager() { ::unsetenv("NOTIFY_SOCKET"); }

    /// The next message's text; a descriptor that comes with it is kept.
    std::string next() {
        char text[256] = {};
        iovec bytes{text, sizeof text};
        alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
        msghdr message{};
        message.msg_iov = &bytes;
        message.msg_iovlen = 1;
        message.msg_control = room;
        message.msg_controllen = sizeof room;
        const auto count = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (count < 0) return {};
        if (const auto* head = CMSG_FIRSTHDR(&message); head != nullptr) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(head), sizeof fd);
            kept = FileDescriptor{fd};
        }
        return {text, static_cast<std::size_t>(count)};
    }

    FileDescriptor kept;

  private:
    TempDir folder_;
    FileDescriptor socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

/// What `check` says in a process that was given `fd` as systemd gives it.
bool in_next_process(int fd, bool (*check)(std::uint16_t), std::uint16_t port) {
    const auto child = ::fork();
    if (child == 0) {
        ::dup2(fd, 3);
        ::setenv("LISTEN_FDS", "1", 1);
        ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
        ::_exit(check(port) ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return status == 0;
}

TEST(KeptListener, IsGivenToSystemdWhichKeepsItListening) {
    Manager systemd;
    std::uint16_t port = 0;
    {
        const auto made = open_kept_listener("127.0.0.1", 0);
        ASSERT_TRUE(made) << made.error().message;
        port = port_of(made->get()).value();
    }

    EXPECT_EQ(systemd.next(), "FDSTOREREMOVE=1\nFDNAME=listener");
    EXPECT_EQ(systemd.next(), "FDSTORE=1\nFDNAME=listener");
    EXPECT_TRUE(listens_at(systemd.kept.get(), "127.0.0.1", port));
}

TEST(KeptListener, IsTakenByTheNextProcessAndOnce) {
    const auto kept = open_tcp_listener("127.0.0.1", 0);
    ASSERT_TRUE(kept);

    EXPECT_TRUE(in_next_process(
        kept->get(),
        [](std::uint16_t port) {
            const auto taken = open_kept_listener("127.0.0.1", port);
            const auto again = open_kept_listener("127.0.0.1", port);
            return taken && taken->get() == 3 && !again && again.error().code == Code::conflict;
        },
        port_of(kept->get()).value()
    ));
}

TEST(KeptListener, OfAnotherAddressIsLeft) {
    const auto kept = open_tcp_listener("127.0.0.1", 0);
    ASSERT_TRUE(kept);

    EXPECT_TRUE(in_next_process(
        kept->get(),
        [](std::uint16_t port) {
            const auto made = open_kept_listener("127.0.0.2", port);
            return made && listens_at(made->get(), "127.0.0.2", port);
        },
        port_of(kept->get()).value()
    ));
}

}  // namespace

}  // namespace triphammer::http
