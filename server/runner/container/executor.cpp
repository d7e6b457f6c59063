// Steps in a container that lives as long as its job: what one step installs is there in the next.
// Its first process is our supervisor; files go in and out as archives, so that it works with an
// engine that is elsewhere.
#include "runner/container/executor.hpp"

#include "base/deadline.hpp"
#include "base/file.hpp"
#include "base/task_group.hpp"
#include "launcher/start_line.hpp"
#include "runner/container/engine_place.hpp"
#include "runner/container/guard.hpp"
#include "runner/container/job_files.hpp"
#include "runner/container/link.hpp"
#include "runner/container/loopback.hpp"
#include "runner/container/service_group.hpp"
#include "runner/container/sudo.hpp"
#include "runner/container/watch.hpp"
#include "runner/session/job_session.hpp"
#include "runner/session/one_by_one.hpp"
#include "runner/session/together.hpp"

#include <boost/asio/this_coro.hpp>

#include <fcntl.h>

#include <filesystem>
#include <optional>
#include <utility>

namespace triphammer::runner {

namespace {

constexpr std::chrono::seconds kReadyLimit{30};
/// After KILL through the supervisor the engine is asked.
constexpr std::chrono::seconds kStubborn{5};

execution::ProcessEnd to_process_end(const wire::Ended& ended, execution::EndCause watched) {
    execution::ProcessEnd end;
    const bool is_signal = ended.how == wire::How::signalled;
    (is_signal ? end.status.signal : end.status.code) = ended.value;
    end.cause = watched;
    if (watched != execution::EndCause::exited || end.status.ok()) return end;
    if (is_signal) end.cause = execution::EndCause::signalled;
    if (ended.out_of_memory) end.cause = execution::EndCause::oom;
    return end;
}

class NoOutput final : public execution::OutputSink {
  public:
    Task<Result<>> write(std::string_view) override { co_return Result<>{}; }
};

/// What is in the network of another container has that one's names and ports.
bool may_share_network(const docker::ContainerSpec& spec) {
    return spec.hostname.empty() && spec.ports.empty() && spec.extra_hosts.empty() &&
           spec.aliases.empty();
}

class ContainerExecutor final : public StepExecutor {
  public:
    explicit ContainerExecutor(JobSession& session)
        : session_{session},
          place_{session},
          services_{session, place_},
          files_{session.folders(), session.document().source.repository} {}

    Task<Result<>> prepare() override;
    Task<Result<execution::ProcessEnd>> run_step(
        StepCommand command,
        execution::ProcessLimits limits,
        execution::OutputSink& output,
        execution::StopToken& stop
    ) override;
    Task<> cleanup() override;

    const JobFolders& folders() const override { return files_.folders(); }

    std::vector<std::string> base_environment() const override { return environment_; }

    /// What the file's own `container` runs is run by sh. Source: GitHub's page "Workflow syntax",
    /// jobs.<job_id>.container.
    bool has_bash() const override { return is_labels_ && ready_.has_bash; }

    bool hides_changes() const override { return last_command_ > 0; }

    Task<Result<>> renew(std::string path, bool keeps_files) override;

    Task<Result<std::uint64_t>> measure_disk() override {
        return engine().measure_container(container_id_);
    }

    JobPlace place() const override {
        const auto& own = plan_.spec.network;
        return {container_id_, own.empty() ? place_.network() : own, services_.facts()};
    }

    std::string description() const override {
        if (image_.id.empty()) return "a container";
        return "a container of " + plan_.image.text() + " (" + image_.id.substr(0, 19) + ", " +
               place_.version().engine + ")";
    }

  private:
    Task<Result<>> make();
    Task<Result<>> bring_up();
    Task<Result<>> create();
    Task<Result<>> start();
    Task<Result<>> send(const wire::Start& command);
    Task<> watch(
        execution::ProcessLimits limits,
        execution::StopToken& stop,
        execution::EndCause& cause,
        wire::Number command
    );
    Task<Error> explain(Error error);
    docker::ContainerSpec spec() const;

    docker::Engine& engine() { return place_.engine(); }

    JobSession& session_;
    EnginePlace place_;
    ServiceGroup services_;
    ContainerPlan plan_;
    JobFiles files_;
    std::optional<OneByOne> sending_;  // each command behind the files that it needs
    docker::ImageInfo image_;
    std::vector<std::string> environment_;  // the image's, then the file's
    std::string container_id_;
    bool is_labels_ = false;  // the container is that of a label: the file means a machine
    std::unique_ptr<SupervisorLink> link_;
    wire::Ready ready_;
    wire::Number last_command_ = 0;
};

Task<Result<>> ContainerExecutor::prepare() {
    auto made = make_directory(files_.folders().actions.outside, 0755);
    if (!made) co_return made;
    // Beside the folders of the attempt; the launcher keeps networks ready where jobs are in
    // containers.
    const auto attempt = std::filesystem::path{files_.folders().temp.outside}.parent_path();
    (void)open_file(attempt / launcher::kContainerMark, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    sending_.emplace(co_await boost::asio::this_coro::executor);
    auto plan = make_container_plan(session_);
    if (!plan) co_return plan.error();
    plan_ = std::move(*plan);
    const auto asked = has_container(session_);
    if (!asked) co_return asked.error();
    is_labels_ = !*asked;
    const auto reach = is_labels_ ? Reach::localhost : Reach::name;
    if (auto planned = services_.plan(reach); !planned) co_return planned;
    auto connecting = place_.connect();
    auto done = co_await std::move(connecting);
    if (!done) co_return done;
    auto bringing = bring_up();
    co_return co_await std::move(bringing);
}

/// What is slow stands beside each other: pulls, the network and what needs no network yet, then
/// all starts. (A container may be made for a network that is still being made.)
Task<Result<>> ContainerExecutor::bring_up() {
    const auto executor = co_await boost::asio::this_coro::executor;
    const bool has_network = plan_.spec.network.empty();
    if (has_network && may_share_network(plan_.spec)) {
        auto taking = place_.take_network();
        co_await std::move(taking);
    }
    auto first = services_.makes();
    first.push_back(make());
    if (has_network) first.push_back(place_.make_network());
    auto making = run_together(std::move(first), session_.stop());
    auto done = co_await std::move(making);
    if (!done) co_return done;
    auto second = services_.starts(executor);
    second.push_back(start());
    auto starting = run_together(std::move(second), session_.stop());
    done = co_await std::move(starting);
    if (!done || !is_labels_) co_return done;
    auto network = place_.steps_network();
    if (!network.starts_with("container:")) network = "container:" + container_id_;
    auto leading = lead_loopback(place_, std::move(network), image_.id, services_.leads());
    co_return co_await std::move(leading);
}

Task<Result<>> ContainerExecutor::make() {
    auto getting = place_.get_image(plan_);
    auto image = co_await std::move(getting);
    if (!image) co_return image.error();
    image_ = std::move(*image);
    if (plan_.spec.user.empty()) plan_.spec.user = image_.user;
    environment_ = image_.env;
    for (const auto& [name, value] : plan_.spec.env) environment_.push_back(name + "=" + value);
    if (is_labels_) {
        auto offered = offer_sudo(files_.folders().temp, environment_);
        if (!offered) co_return offered;
    }
    auto creating = create();
    co_return co_await std::move(creating);
}

docker::ContainerSpec ContainerExecutor::spec() const {
    auto spec = plan_.spec;
    spec.image = image_.id;
    guard_steps(spec, files_.folders().workspace.inside, is_labels_);
    spec.interactive = true;
    if (spec.network.empty()) spec.network = place_.steps_network();
    return spec;
}

Task<Result<>> ContainerExecutor::create() {
    auto creating = place_.create_container(spec(), "1");
    auto created = co_await std::move(creating);
    if (!created) co_return created.error();
    container_id_ = std::move(*created);
    co_return Result<>{};
}

Task<Result<>> ContainerExecutor::start() {
    auto starting = place_.start_container(container_id_, true);
    auto stream = co_await std::move(starting);
    if (!stream) co_return stream.error();
    link_ = std::make_unique<SupervisorLink>(
        co_await boost::asio::this_coro::executor, std::move(*stream)
    );
    auto waiting = with_deadline(link_->wait_ready(), kReadyLimit);
    auto ready = co_await std::move(waiting);
    if (!ready) co_return with_context("the job container", ready.error());
    ready_ = *ready;
    files_.give_to(ready_.user, ready_.group);
    co_return Result<>{};
}

Task<Result<>> ContainerExecutor::send(const wire::Start& command) {
    auto entering = sending_->enter();
    const auto pass = co_await std::move(entering);
    std::string frames;
    auto sending = files_.send_changes(engine(), container_id_, frames);
    auto sent = co_await std::move(sending);
    if (!sent) co_return sent;
    frames += wire::to_frame(command);
    auto starting = link_->start(command.command, std::move(frames));
    co_return co_await std::move(starting);
}

/// A container that stays after KILL is ended by the engine; an engine that says nothing more is
/// not waited for.
Task<> ContainerExecutor::watch(
    execution::ProcessLimits limits,
    execution::StopToken& stop,
    execution::EndCause& cause,
    wire::Number command
) {
    const SendSignal send = [this, command](int number) { return link_->signal(command, number); };
    auto watching = watch_for_end(limits, stop, cause, send);
    co_await std::move(watching);
    co_await sleep_for(kStubborn);
    auto ending = engine().kill_container(container_id_, "KILL");
    co_await std::move(ending);
    co_await sleep_for(kStubborn);
    link_->give_up({Code::unavailable, "the job container cannot be ended"});
}

Task<Result<execution::ProcessEnd>> ContainerExecutor::run_step(
    StepCommand command,
    execution::ProcessLimits limits,
    execution::OutputSink& output,
    execution::StopToken& stop
) {
    const auto number = ++last_command_;
    auto wanted = JobFiles::list_command_files(command.environment);
    const wire::Start start{
        number,
        std::move(command.arguments),
        std::move(command.environment),
        std::move(command.directory),
        wanted};
    auto sending = send(start);
    const auto sent = co_await std::move(sending);
    if (!sent) {
        auto explaining = explain(sent.error());
        co_return co_await std::move(explaining);
    }
    auto watched = execution::EndCause::exited;
    TaskGroup watchers{co_await boost::asio::this_coro::executor, {}};
    watchers.spawn("watch", watch(limits, stop, watched, number));
    const SupervisorLink::TakeFile take = [this, &wanted](const wire::File& file) {
        return files_.take_back(wanted, file);
    };
    auto following = link_->follow(number, output, take);
    const auto ended = co_await std::move(following);
    auto unwatching = watchers.stop();
    co_await std::move(unwatching);
    if (!ended) {
        auto explaining = explain(ended.error());
        co_return co_await std::move(explaining);
    }
    if (ended->how == wire::How::not_started) co_return invalid(ended->text);
    co_return to_process_end(*ended, watched);
}

/// Before anything has run there is nothing to go.
Task<Result<>> ContainerExecutor::renew(std::string path, bool keeps_files) {
    if (!hides_changes()) co_return Result<>{};
    const auto number = ++last_command_;
    auto entering = sending_->enter();
    const auto pass = co_await std::move(entering);
    auto frames = files_.renew(path, keeps_files);
    const wire::Start nothing{number, {}, {}, {}, {}};
    frames += wire::to_frame(nothing);
    auto starting = link_->start(number, std::move(frames));
    if (auto sent = co_await std::move(starting); !sent) co_return sent;
    NoOutput silent;
    auto following = link_->follow(number, silent, [](const wire::File&) { return Result<>{}; });
    const auto ended = co_await std::move(following);
    if (!ended) {
        auto explaining = explain(ended.error());
        co_return co_await std::move(explaining);
    }
    co_return ended->text.empty() ? Result<>{} : invalid(ended->text);
}

/// A stream that breaks does not say why; the engine does, if it is still there.
Task<Error> ContainerExecutor::explain(Error error) {
    if (error.code != Code::unavailable && error.code != Code::io) {
        co_return with_context("the job container", error);
    }
    auto inspecting = engine().inspect_container(container_id_);
    const auto info = co_await std::move(inspecting);
    if (!info) {
        co_return Error{
            Code::unavailable,
            "the engine that runs the job's container went away: " + info.error().message};
    }
    if (info->running) co_return with_context("the engine let go of the job's container", error);
    co_return Error{
        Code::unavailable,
        info->oom_killed
            ? "the job's container was killed: its memory limit was reached"
            : "the job's container ended, with status " + std::to_string(info->exit_status)};
}

Task<> ContainerExecutor::cleanup() {
    link_.reset();
    if (!place_.is_connected()) co_return;
    auto looking = services_.look_back();
    co_await std::move(looking);
    auto removing = place_.remove_all();
    co_await std::move(removing);
    auto finishing = services_.finish();
    co_await std::move(finishing);
}

}  // namespace

std::unique_ptr<StepExecutor> make_container_executor(JobSession& session) {
    return std::make_unique<ContainerExecutor>(session);
}

}  // namespace triphammer::runner
