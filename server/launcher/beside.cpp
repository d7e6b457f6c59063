#include "launcher/beside.hpp"

#include "base/deadline.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "base/text.hpp"
#include "docker/twin.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <csignal>
#include <memory>
#include <utility>

namespace triphammer::launcher {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kLook{500};
constexpr int kLooksAtEnd = 10;
constexpr std::size_t kShortId = 12;
constexpr const char* kLeave = "SIGTERM";  // ends as soon as no job runs
constexpr const char* kStay = "SIGUSR1";   // takes that back
/// On the one beside: the container that made it. Another one has other settings, or another image.
constexpr const char* kOf = "triphammer.beside";

class Beside {
  public:
    Beside(const BesideSettings& settings, std::string self)
        : settings_{settings}, self_{std::move(self)} {}

    Task<> keep() {
        for (;;) {
            auto looking = look();
            const auto looked = co_await std::move(looking);
            tell(looked);
            auto pausing = sleep_for(kLook);
            co_await std::move(pausing);
        }
    }

    /// Where nothing runs it is gone when this returns.
    Task<> leave() {
        for (int look = 0; look < kLooksAtEnd; ++look) {
            auto asking = signal(kLeave);
            if (!co_await std::move(asking)) co_return;
            auto pausing = sleep_for(kLook);
            co_await std::move(pausing);
        }
    }

  private:
    Task<Result<>> look();
    Task<Result<>> make(docker::Engine& engine);
    Task<Result<>> send_away(docker::Engine& engine, const std::string& beside);
    Task<bool> signal(const char* name);

    /// Once for each trouble, not with every look.
    void tell(const Result<>& looked) {
        const auto words = looked ? std::string{} : looked.error().message;
        if (words != told_ && !words.empty())
            log::warning("no container for jobs", {{"error", words}});
        told_ = words;
    }

    const BesideSettings& settings_;
    std::string self_;
    std::string name_;
    std::string told_;
    bool took_over_ = false;
};

Task<Result<>> Beside::look() {
    auto connecting = docker::Engine::connect(settings_.docker_host);
    const auto engine = co_await std::move(connecting);
    if (!engine) co_return engine.error();
    if (name_.empty()) {
        auto inspecting = (*engine)->inspect_container(self_);
        const auto self = co_await std::move(inspecting);
        if (!self) co_return self.error();
        name_ = self->name + "-jobs";
    }
    auto inspecting = (*engine)->inspect_container(name_);
    const auto beside = co_await std::move(inspecting);
    if (!beside && beside.error().code != Code::not_found) co_return beside.error();
    if (!beside) {
        auto making = make(**engine);
        co_return co_await std::move(making);
    }
    if (!beside->running) {
        auto removing = (*engine)->remove_container(beside->id);
        co_return co_await std::move(removing);
    }
    if (took_over_) co_return Result<>{};
    const auto of = beside->labels.find(kOf);
    if (of == beside->labels.end() || of->second != self_) {
        auto sending = send_away(**engine, beside->id);
        co_return co_await std::move(sending);
    }
    took_over_ = true;
    auto staying = (*engine)->kill_container(beside->id, kStay);
    co_return co_await std::move(staying);
}

/// It keeps the jobs that run in it; the next look finds the name free.
Task<Result<>> Beside::send_away(docker::Engine& engine, const std::string& beside) {
    auto telling = engine.kill_container(beside, kLeave);
    const auto told = co_await std::move(telling);
    if (!told) co_return told.error();
    auto renaming = engine.rename_container(beside, name_ + "-" + beside.substr(0, kShortId));
    const auto renamed = co_await std::move(renaming);
    const bool is_gone = !renamed && renamed.error().code == Code::not_found;
    co_return is_gone ? Result<>{} : renamed;
}

Task<Result<>> Beside::make(docker::Engine& engine) {
    auto creating = docker::create_twin(
        settings_.docker_host, self_, {name_, {settings_.keeper}, {{kOf, self_}}}
    );
    const auto made = co_await std::move(creating);
    if (!made) co_return made.error();
    took_over_ = true;
    log::info("launcher and jobs have a container of their own", {{"container", name_}});
    auto starting = engine.start_container(*made);
    co_return co_await std::move(starting);
}

/// False: there is nobody any more.
Task<bool> Beside::signal(const char* name) {
    if (name_.empty()) co_return false;
    auto connecting = docker::Engine::connect(settings_.docker_host);
    const auto engine = co_await std::move(connecting);
    if (!engine) co_return false;
    auto killing = (*engine)->kill_container(name_, name);
    const auto killed = co_await std::move(killing);
    co_return killed.has_value();
}

Task<> keep_until_signal(Beside& beside, Executor executor) {
    TaskGroup keeping{executor, {}};
    asio::signal_set signals{executor, SIGTERM, SIGINT};
    keeping.spawn("beside", beside.keep());
    co_await signals.async_wait(asio::use_awaitable);
    auto stopping = keeping.stop();
    co_await std::move(stopping);
    auto leaving = beside.leave();
    co_await std::move(leaving);
}

}  // namespace

std::optional<std::string> find_container(std::string_view mountinfo) {
    constexpr std::string_view kBefore = "/containers/";
    constexpr std::string_view kAfter = "/hostname /etc/hostname ";
    constexpr std::size_t kIdLength = 64;
    const auto end = mountinfo.find(kAfter);
    if (end == mountinfo.npos || end < kIdLength + kBefore.size()) return {};
    const auto id = mountinfo.substr(end - kIdLength, kIdLength);
    const bool is_id = id.find_first_not_of("0123456789abcdef") == id.npos;
    if (!is_id || !mountinfo.substr(0, end - kIdLength).ends_with(kBefore)) return {};
    return std::string{id};
}

int keep_beside(const BesideSettings& settings) {
    constexpr std::uint64_t kMostMounts = 4U << 20U;
    const auto mounts = read_file("/proc/self/mountinfo", kMostMounts);
    auto self = mounts ? find_container(*mounts) : std::nullopt;
    if (!self) {
        log::error("--beside is for a container of Docker's: this is none", {});
        return 2;
    }
    asio::io_context context{1};
    Beside beside{settings, std::move(*self)};
    auto work = keep_until_signal(beside, context.get_executor());
    std::exception_ptr failure;
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr thrown) { failure = thrown; });
    context.run();
    if (failure) std::rethrow_exception(failure);
    return 0;
}

}  // namespace triphammer::launcher
