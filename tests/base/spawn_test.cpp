#include "base/spawn.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

using namespace triphammer;

namespace {

std::string read_to_end(int fd) {
    std::string out;
    char buffer[4096];
    for (;;) {
        const auto count = ::read(fd, buffer, sizeof buffer);
        if (count <= 0) return out;
        out.append(buffer, static_cast<std::size_t>(count));
    }
}

}  // namespace

TEST(Spawn, GivesTheChildNothingButWhatWasNamed) {
    auto pipe = make_pipe().value();
    SpawnRequest request;
    request.arguments = {
        "/bin/sh", "-c", "env | grep -v ^PWD= | grep -v ^_=; ls /proc/self/fd | wc -l"};
    request.environment = {"PATH=/usr/bin:/bin", "ONLY=this"};
    request.output = pipe.second.get();

    auto child = SystemSpawner{}.spawn(request).value();
    pipe.second.close();
    const auto output = read_to_end(pipe.first.get());

    EXPECT_TRUE(child.wait().ok());
    EXPECT_EQ(output, "PATH=/usr/bin:/bin\nONLY=this\n4\n");  // 0, 1, 2 and ls's own folder
}

TEST(Spawn, TellsExitStatusAndSignalApart) {
    SpawnRequest request;
    request.arguments = {"/bin/sh", "-c", "exit 7"};
    auto exited = SystemSpawner{}.spawn(request).value();
    request.arguments = {"/bin/sh", "-c", "kill -9 $$"};
    auto killed = SystemSpawner{}.spawn(request).value();

    EXPECT_EQ(exited.wait().code, 7);
    EXPECT_EQ(killed.wait().signal, 9);
}

TEST(Spawn, NamesTheProgramThatIsNotThere) {
    SpawnRequest request;
    request.arguments = {"/nonexistent/program"};

    const auto child = SystemSpawner{}.spawn(request);

    ASSERT_FALSE(child);
    EXPECT_NE(child.error().message.find("/nonexistent/program"), std::string::npos);
}
