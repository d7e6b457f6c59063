// Requests at a fixed rate, each on a connection of its own and at its own time, whatever became of
// the ones before. rate ADDRESS PORT PATH RATE CONNECTIONS: until its standard input ends; then one
// line of what it saw. A request has failed when it was not answered in full with 200 within 5 s;
// when and why goes to standard error.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

using Clock = std::chrono::steady_clock;

static std::atomic<bool> stop{false};

struct Seen {
    std::vector<double> milliseconds;
    long failed = 0;
    std::string first_failure;
};

static std::string ask(const sockaddr_in& to, const std::string& request) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{5, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    std::string answer, trouble;
    if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        trouble = std::string{"connect: "} + strerror(errno);
    if (trouble.empty() && send(fd, request.data(), request.size(), MSG_NOSIGNAL) !=
                               static_cast<ssize_t>(request.size())) {
        trouble = std::string{"send: "} + strerror(errno);
    }
    char buffer[16384];
    while (trouble.empty()) {
        const auto got = recv(fd, buffer, sizeof buffer, 0);
        if (got == 0) break;
        if (got < 0) trouble = std::string{"receive: "} + strerror(errno);
        if (got > 0) answer.append(buffer, static_cast<size_t>(got));
    }
    close(fd);
    if (!trouble.empty()) return trouble;
    if (!answer.starts_with("HTTP/1.1 200 "))
        return "answer: " + answer.substr(0, answer.find('\r'));
    const auto body = answer.find("\r\n\r\n");
    const auto length = answer.find("Content-Length: ");
    if (body == answer.npos) return "half a head";
    if (length == answer.npos || length > body) return {};
    return answer.size() - body - 4 == strtoul(answer.c_str() + length + 16, nullptr, 10)
               ? ""
               : "half an answer";
}

static void work(
    sockaddr_in to, std::string request, Clock::time_point at, Clock::duration step, Seen& seen
) {
    for (; !stop; at += step) {
        std::this_thread::sleep_until(at);
        auto trouble = ask(to, request);
        // From when it was due: what a stalled server holds up counts.
        seen.milliseconds.push_back(
            std::chrono::duration<double, std::milli>(Clock::now() - at).count()
        );
        if (trouble.empty()) continue;
        fprintf(
            stderr,
            "%.1f %s\n",
            std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
                .count(),
            trouble.c_str()
        );
        if (seen.failed++ == 0) seen.first_failure = std::move(trouble);
    }
}

int main(int argc, char** argv) {
    if (argc != 6) return 2;
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(atoi(argv[2])));
    if (inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) return 2;
    const int rate = atoi(argv[4]), count = atoi(argv[5]);
    const std::string request = std::string{"GET "} + argv[3] + " HTTP/1.1\r\nHost: " + argv[1] +
                                "\r\nConnection: close\r\n\r\n";
    const auto step = std::chrono::nanoseconds{1'000'000'000LL * count / rate};
    const auto begin = Clock::now();
    std::vector<Seen> seen(static_cast<size_t>(count));
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i)
        threads.emplace_back(
            work,
            to,
            request,
            begin + step * i / count,
            step,
            std::ref(seen[static_cast<size_t>(i)])
        );
    char ignored[64];
    while (read(0, ignored, sizeof ignored) > 0) {
    }
    stop = true;
    for (auto& thread : threads) thread.join();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    std::vector<double> all;
    long failed = 0;
    std::string first;
    for (auto& one : seen) {
        all.insert(all.end(), one.milliseconds.begin(), one.milliseconds.end());
        failed += one.failed;
        if (first.empty()) first = one.first_failure;
    }
    std::sort(all.begin(), all.end());
    const auto at = [&all](double part) {
        return all.empty() ? 0.0
                           : all[static_cast<size_t>(static_cast<double>(all.size() - 1) * part)];
    };
    printf(
        "requests=%zu failed=%ld rate=%.0f p50=%.1f p99=%.1f max=%.1f first=%s\n",
        all.size(),
        failed,
        static_cast<double>(all.size()) / seconds,
        at(0.5),
        at(0.99),
        at(1),
        first.empty() ? "-" : first.c_str()
    );
}
