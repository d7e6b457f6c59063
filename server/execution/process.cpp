#include "execution/process.hpp"

#include "base/deadline.hpp"
#include "base/task_group.hpp"
#include "execution/descendants.hpp"
#include "execution/leftovers.hpp"
#include "execution/output_pump.hpp"
#include "execution/readable.hpp"
#include "execution/sandbox.hpp"

#include <boost/asio/this_coro.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace triphammer::execution {

namespace asio = boost::asio;

namespace {

constexpr int kPipeBytes = 1 << 20;
constexpr std::chrono::milliseconds kTellAgain{10};
/// A name for what ended the wait first.
constexpr auto kNone = EndCause::exited;

/// TERM, grace, KILL. A sandbox that is still being set up has nothing inside to tell: tried again.
/// Without grace nobody is told: looking for whom takes long beside a fork bomb.
Task<> end_tree(Tree tree, std::chrono::milliseconds grace) {
    if (grace.count() == 0) co_return kill_tree(tree);
    auto left = grace;
    while (!signal_tree(tree, SIGTERM) && left > kTellAgain) {
        co_await sleep_for(kTellAgain);
        left -= kTellAgain;
    }
    signal_tree(tree, SIGCONT);
    co_await sleep_for(left);
    kill_tree(tree);
}

Task<> watch_deadline(ProcessLimits limits, Tree tree, EndCause& cause) {
    if (!limits.deadline) co_return;
    co_await sleep_for(*limits.deadline);
    if (cause == kNone) cause = EndCause::timed_out;
    auto end = end_tree(tree, limits.grace);
    co_await std::move(end);
}

Task<> watch_stop(StopToken& stop, Tree tree, EndCause& cause) {
    auto asked = stop.wait();
    co_await std::move(asked);
    if (cause == kNone) cause = EndCause::cancelled;
    auto end = end_tree(tree, stop.grace());
    co_await std::move(end);
}

struct Started {
    Child child;
    FileDescriptor output;
    FileDescriptor report;  // of a sandbox
};

Result<Enclosed> start_beside(const Command& command, int output) {
    SpawnRequest request;
    request.arguments = command.arguments;
    request.environment = command.environment;
    request.directory = command.directory;
    request.output = output;
    request.error = output;
    SystemSpawner spawner;
    auto child = spawner.spawn(request);
    if (!child) return child.error();
    return Enclosed{std::move(*child), {}};
}

Result<Started> start(const Command& command) {
    auto pipe = make_pipe();
    if (!pipe) return pipe.error();
    ::fcntl(pipe->first.get(), F_SETPIPE_SZ, kPipeBytes);
    const int output = pipe->second.get();
    auto started = command.sandbox != nullptr ? command.sandbox->start(command, output)
                                              : start_beside(command, output);
    if (!started) return started.error();
    return Started{std::move(started->first), std::move(pipe->first), std::move(started->report)};
}

/// Until the command has ended.
Task<> wait_for_end(const Started& started) {
    return wait_readable(started.report ? started.report.get() : started.child.pidfd());
}

/// Its first process is reaped, unless it stays and may.
Task<Report> settle(Started& started, Tree tree, bool may_stay) {
    auto report = started.report ? read_report(started.report) : std::nullopt;
    const bool stays = report && report->stays;
    if (stays && may_stay) co_return *report;
    if (stays) kill_tree(tree);
    auto gone = wait_readable(started.child.pidfd());
    co_await std::move(gone);
    const auto status = started.child.wait();
    co_return Report{report ? report->status : Result<ExitStatus>{status}, false};
}

/// In a sandbox nothing can leave the tree of its first process, which must not see a TERM.
Tree tree_of(const Command& command, const Started& started) {
    return command.sandbox != nullptr ? Tree{started.child.pid(), 1} : Tree{};
}

std::uint64_t count_oom_kills(const Command& command) {
    return command.sandbox != nullptr ? command.sandbox->count_oom_kills() : count_own_oom_kills();
}

EndCause cause_of(EndCause watched, const ExitStatus& status, bool lacked_memory) {
    if (watched != kNone) return watched;
    if (status.ok()) return EndCause::exited;
    if (lacked_memory) return EndCause::oom;
    return status.signal != 0 ? EndCause::signalled : EndCause::exited;
}

}  // namespace

void become_subreaper() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

Task<Result<ProcessEnd>> run_process(
    Command command, ProcessLimits limits, OutputSink& output, StopToken& stop
) {
    const auto oom_before = count_oom_kills(command);
    auto started = start(command);
    if (!started) co_return started.error();
    const auto executor = co_await asio::this_coro::executor;
    const auto tree = tree_of(command, *started);
    OutputPump pump{executor, std::move(started->output), output, tree};
    EndCause watched = kNone;
    TaskGroup pumps{executor, {}};
    TaskGroup watchers{executor, {}};
    pumps.spawn("output", pump.run());
    watchers.spawn("deadline", watch_deadline(limits, tree, watched));
    watchers.spawn("stop", watch_stop(stop, tree, watched));

    auto ended = wait_for_end(*started);
    co_await std::move(ended);
    auto unwatched = watchers.stop();
    co_await std::move(unwatched);
    auto settling = settle(*started, tree, watched == kNone);
    const auto report = co_await std::move(settling);
    if (command.sandbox == nullptr) {  // the end of a sandbox's first process is everybody's there
        auto swept = kill_descendants();
        co_await std::move(swept);
    }
    pump.finish();
    auto drained = pumps.join();
    co_await std::move(drained);
    if (report.stays) {
        command.leftovers->add(
            {std::move(started->child), std::move(started->report)}, pump.release()
        );
    }
    if (pump.failure()) co_return *pump.failure();
    if (!report.status) co_return report.status.error();
    const bool lacked_memory = count_oom_kills(command) > oom_before;
    co_return ProcessEnd{cause_of(watched, *report.status, lacked_memory), *report.status};
}

/// Orphans come to us (subreaper): once no child is left, no descendant is.
Task<> kill_descendants() {
    for (;;) {
        const auto all = list_descendants();
        if (all.empty()) co_return;
        for (const auto& each : all) ::kill(each.pid, SIGKILL);
        for (const auto& each : all) {
            if (each.depth > 1) continue;
            const FileDescriptor pidfd{static_cast<int>(::syscall(SYS_pidfd_open, each.pid, 0))};
            if (!pidfd) continue;
            auto gone = wait_readable(pidfd.get());
            co_await std::move(gone);
            ::waitpid(each.pid, nullptr, 0);
        }
    }
}

}  // namespace triphammer::execution
