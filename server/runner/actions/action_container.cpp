#include "runner/actions/action_container.hpp"

#include "base/deadline.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "launcher/start_line.hpp"
#include "runner/actions/workspace_move.hpp"
#include "runner/container/guard.hpp"
#include "runner/container/plan.hpp"
#include "runner/container/watch.hpp"
#include "runner/steps/files.hpp"

#include <boost/asio/this_coro.hpp>

#include <signal.h>

#include <algorithm>
#include <filesystem>

namespace triphammer::runner {

using execution::EndCause;
using execution::ProcessEnd;

namespace {

const std::string kWorkspace = "/github/workspace";
const std::string kHome = "/github/home";
const std::string kCommands = "/github/file_commands";
const std::string kTemp = "/github/runner_temp";
const std::string kEvent = "/github/workflow/event.json";
constexpr std::uint64_t kMostCommandBytes = 2U << 20U;
constexpr std::uint64_t kMostEventBytes = 64U << 20U;
constexpr int kOutOfMemory = 137;

std::string relative(const std::string& path) {
    return path.substr(1);
}

void note(const Result<>& removed) {
    if (!removed) log::warning("cannot remove what is left", {{"error", removed.error().message}});
}

}  // namespace

ActionContainer::ActionContainer(Parts parts, ActionProgram program)
    : parts_{parts},
      program_{std::move(program)},
      folders_{parts.steps.folders()},
      network_{parts.steps.place().network},
      owns_network_{network_.empty()} {
    if (owns_network_) network_ = parts_.place.network() + "-" + parts_.key;
    folders_.workspace.inside = kWorkspace;
    folders_.home.inside = kHome;
    folders_.temp.inside = kCommands;
}

Task<Result<ProcessEnd>> ActionContainer::run_step(
    StepCommand command,
    execution::ProcessLimits limits,
    execution::OutputSink& output,
    execution::StopToken& stop
) {
    translate(command.environment);
    auto running = run(limits, output, stop);
    auto end = co_await std::move(running);
    auto removing = remove();
    co_await std::move(removing);
    co_return end;
}

/// What the place of the steps gives, PATH among it, means nothing in this image.
void ActionContainer::translate(const std::vector<std::string>& environment) {
    const auto base = parts_.steps.base_environment();
    for (const auto& line : environment) {
        const bool is_places = std::find(base.begin(), base.end(), line) != base.end();
        const auto equals = line.find('=');
        const auto name = line.substr(0, equals);
        if (is_places || equals == std::string::npos || name == "PATH") continue;
        auto value = name == "GITHUB_EVENT_PATH" ? kEvent : translated(line.substr(equals + 1));
        if (value.starts_with(kCommands + "/")) {
            command_files_.push_back(value.substr(kCommands.size() + 1));
        }
        environment_.emplace_back(name, std::move(value));
    }
}

std::string ActionContainer::translated(const std::string& value) const {
    const auto& folders = parts_.steps.folders();
    const std::pair<const std::string&, const std::string&> names[] = {
        {folders.workspace.inside, kWorkspace},
        {folders.temp.inside, kTemp},
        {folders.home.inside, kHome}};
    for (const auto& [here, there] : names) {
        if (value == here || value.starts_with(here + "/"))
            return there + value.substr(here.size());
    }
    return value;
}

Task<Result<ProcessEnd>> ActionContainer::run(
    const execution::ProcessLimits& limits,
    execution::OutputSink& output,
    execution::StopToken& stop
) {
    auto creating = create();
    auto done = co_await std::move(creating);
    if (!done) co_return done.error();
    auto putting = put_files(stop);
    done = co_await std::move(putting);
    if (!done) co_return done.error();
    auto starting = start();
    done = co_await std::move(starting);
    if (!done) co_return done.error();
    auto following = follow(limits, output, stop);
    auto end = co_await std::move(following);
    if (!end) co_return end;
    // After a cancel the steps that run always want the files too.
    auto& session = parts_.session;
    auto taking = take_files(session.is_stopped() ? session.last_stop() : stop);
    done = co_await std::move(taking);
    if (!done && end->cause != EndCause::cancelled) co_return done.error();
    co_return end;
}

Task<Result<>> ActionContainer::create() {
    const auto folder = std::filesystem::path{parts_.session.folders().temp.outside}.parent_path();
    auto marked = write_new_file((folder / launcher::kEngineMark).string(), "", 0640);
    if (!marked) co_return marked;
    if (!parts_.session.document().job.resources.network.empty()) {
        co_return invalid("resources.network: an action in a container has one; leave it out");
    }
    docker::ContainerSpec spec;
    restrain(spec);
    if (auto set = set_resources(parts_.session, spec); !set) co_return set;
    spec.image = program_.image.id;
    spec.env = environment_;
    spec.working_directory = kWorkspace;
    if (!program_.entrypoint.empty()) spec.entrypoint = {program_.entrypoint};
    spec.command = program_.arguments;
    spec.health.emplace().test = {"NONE"};
    if (auto hidden = hide_behind_gate(spec, program_.image); !hidden) co_return hidden;
    spec.network = network_;
    if (owns_network_) {
        auto making = parts_.place.engine().create_network(network_, parts_.place.labels());
        const auto made = co_await std::move(making);
        if (!made) co_return made.error();
    }
    auto creating = parts_.place.create_container(std::move(spec), "action-" + parts_.key);
    auto created = co_await std::move(creating);
    if (!created) co_return created.error();
    id_ = std::move(*created);
    auto guarding =
        make_guard(parts_.place, id_, program_.image.id, "action-" + parts_.key + "-guard");
    auto guard = co_await std::move(guarding);
    if (!guard) co_return guard.error();
    guard_ = std::move(*guard);
    co_return Result<>{};
}

Task<Result<>> ActionContainer::put_files(execution::StopToken& stop) {
    const auto event =
        read_file(parts_.session.folders().temp.outside + "/" + kEventFile, kMostEventBytes);
    docker::TarBuilder tar;
    tar.add_directory("github");
    for (const auto* folder : {&kWorkspace, &kHome, &kTemp, &kCommands}) {
        tar.add_directory(relative(*folder), 0777);
    }
    tar.add_directory("github/workflow");
    tar.add_file(relative(kEvent), event ? *event : "{}");
    for (const auto& name : command_files_) {
        tar.add_file(relative(kCommands) + "/" + name, "", 0666);
    }
    docker::TextSource source{tar.finish()};
    auto putting = parts_.place.engine().put_archive(id_, "/", source);
    const auto put = co_await std::move(putting);
    if (!put) co_return put;
    WorkspaceMove move{
        {parts_.session, parts_.steps, parts_.place.engine(), parts_.key, kWorkspace}};
    auto moving = move.put_into(id_, stop);
    co_return co_await std::move(moving);
}

Task<Result<>> ActionContainer::start() {
    auto starting = parts_.place.start_container(id_, false);
    auto output = co_await std::move(starting);
    if (!output) co_return output.error();
    output_ = std::move(*output);
    auto opening = open_gate(parts_.place, guard_);
    co_return co_await std::move(opening);
}

Task<Result<ProcessEnd>> ActionContainer::follow(
    const execution::ProcessLimits& limits,
    execution::OutputSink& output,
    execution::StopToken& stop
) {
    auto watched = EndCause::exited;
    TaskGroup watchers{co_await boost::asio::this_coro::executor, {}};
    const SendSignal send = [this](int number) {
        return parts_.place.engine().kill_container(id_, number == SIGTERM ? "TERM" : "KILL");
    };
    watchers.spawn("watch", watch_for_end(limits, stop, watched, send));
    Result<> passed;
    while (passed) {
        auto reading = output_->read();
        const auto bytes = co_await std::move(reading);
        if (!bytes) passed = bytes.error();
        if (!bytes || bytes->empty()) break;
        auto writing = output.write(*bytes);
        passed = co_await std::move(writing);
    }
    auto unwatching = watchers.stop();
    co_await std::move(unwatching);
    if (!passed) co_return passed.error();
    auto ending = end(watched);
    co_return co_await std::move(ending);
}

Task<Result<ProcessEnd>> ActionContainer::end(EndCause watched) {
    auto waiting = parts_.place.engine().wait_container(id_);
    const auto status = co_await std::move(waiting);
    if (!status) co_return status.error();
    auto inspecting = parts_.place.engine().inspect_container(id_);
    const auto info = co_await std::move(inspecting);
    ProcessEnd out;
    out.status.code = *status;
    out.cause = watched;
    const bool is_killed = watched == EndCause::exited && *status == kOutOfMemory;
    if (is_killed && info && info->oom_killed) out.cause = EndCause::oom;
    co_return out;
}

Task<Result<>> ActionContainer::take_files(execution::StopToken& stop) {
    for (const auto& name : command_files_) {
        auto taking = take_file(name);
        const auto taken = co_await std::move(taking);
        if (!taken) co_return taken;
    }
    WorkspaceMove move{
        {parts_.session, parts_.steps, parts_.place.engine(), parts_.key, kWorkspace}};
    auto moving = move.take_from(id_, stop);
    co_return co_await std::move(moving);
}

Task<Result<>> ActionContainer::take_file(std::string name) {
    auto& engine = parts_.place.engine();
    auto getting = engine.get_archive(id_, kCommands + "/" + name, kMostCommandBytes);
    const auto archive = co_await std::move(getting);
    // The program may have removed it.
    if (!archive && archive.error().code == Code::not_found) co_return Result<>{};
    if (!archive) co_return archive.error();
    const auto entries = docker::read_tar(*archive);
    if (!entries) co_return entries.error();
    if (entries->size() != 1 || entries->front().header.kind != docker::TarKind::file) {
        co_return invalid("the action replaced its command file " + name + " by something else");
    }
    co_return write_new_file(folders_.temp.outside + "/" + name, entries->front().content, 0666);
}

/// What is not removed now is, with all of the attempt.
Task<> ActionContainer::remove() {
    output_.reset();
    auto& engine = parts_.place.engine();
    for (const auto* container : {&guard_, &id_}) {
        if (container->empty()) continue;
        auto removing = engine.remove_container(*container);
        const auto removed = co_await std::move(removing);
        note(removed);
    }
    if (!owns_network_) co_return;
    auto removing = engine.remove_network(network_);
    const auto removed = co_await std::move(removing);
    note(removed);
}

}  // namespace triphammer::runner
