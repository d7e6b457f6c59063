// Steps in a container that lives as long as its job: what one step installs is there in the next.
// Its first process is our supervisor; files go in and out as archives, so that it works with an
// engine that is elsewhere.
#include "runner/container/executor.hpp"

#include "base/deadline.hpp"
#include "base/file.hpp"
#include "base/task_group.hpp"
#include "runner/container/engine_place.hpp"
#include "runner/container/files.hpp"
#include "runner/container/guard.hpp"
#include "runner/container/link.hpp"
#include "runner/container/loopback.hpp"
#include "runner/container/service_group.hpp"
#include "runner/session/job_session.hpp"
#include "runner/session/together.hpp"

#include <boost/asio/this_coro.hpp>

#include <signal.h>

#include <utility>

namespace triphammer::runner {

namespace {

constexpr const char* kWorkspace = "/triphammer/workspace";
constexpr const char* kTemp = "/triphammer/temp";
constexpr const char* kHome = "/triphammer/home";
constexpr const char* kActions = "/triphammer/actions";
constexpr std::uint64_t kMaxCommandFile = 2U << 20U;
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

/// Paths of the command files (GITHUB_OUTPUT & co.), relative to the temp folder.
std::vector<std::string> list_command_files(const std::vector<std::string>& environment) {
    const std::string folder = std::string{kTemp} + "/";
    std::vector<std::string> out;
    for (const auto& entry : environment) {
        const auto equals = entry.find('=');
        if (!entry.starts_with("GITHUB_") || equals == std::string::npos) continue;
        const auto value = entry.substr(equals + 1);
        if (value.starts_with(folder)) out.push_back(value.substr(folder.size()));
    }
    return out;
}

class ContainerExecutor final : public StepExecutor {
  public:
    explicit ContainerExecutor(JobSession& session)
        : session_{session},
          place_{session},
          services_{session, place_},
          folders_{session.folders()},
          workspace_{folders_.workspace.outside},
          temp_{folders_.temp.outside},
          home_{folders_.home.outside},
          actions_{folders_.actions.outside} {
        folders_.workspace.inside = kWorkspace;
        folders_.temp.inside = kTemp;
        folders_.home.inside = kHome;
        folders_.actions.inside = kActions;
    }

    Task<Result<>> prepare() override;
    Task<Result<execution::ProcessEnd>> run_step(
        StepCommand command,
        execution::ProcessLimits limits,
        execution::OutputSink& output,
        execution::StopToken& stop
    ) override;
    Task<> cleanup() override;

    const JobFolders& folders() const override { return folders_; }

    std::vector<std::string> base_environment() const override { return environment_; }

    bool has_bash() const override { return ready_.has_bash; }

    JobPlace place() const override { return {container_id_, place_.network(), services_.facts()}; }

    std::string description() const override {
        if (image_.id.empty()) return "a container";
        return "a container of " + plan_.image.text() + " (" + image_.id.substr(0, 19) + ", " +
               place_.version().engine + ")";
    }

  private:
    Task<Result<>> make();
    Task<Result<>> bring_up();
    Task<Result<>> create();
    Task<Result<>> put_supervisor();
    Task<Result<>> start();
    Task<Result<>> send_changes(FolderSync& folder, const char* inside);
    Task<Result<>> send_all_changes();
    Task<Result<>> fetch_command_files(const std::vector<std::string>& environment);
    Task<Result<>> fetch_file(const std::string& path);
    Task<> watch(
        execution::ProcessLimits limits, execution::StopToken& stop, execution::EndCause& cause
    );
    docker::ContainerSpec spec() const;

    docker::Engine& engine() { return place_.engine(); }

    JobSession& session_;
    EnginePlace place_;
    ServiceGroup services_;
    ContainerPlan plan_;
    JobFolders folders_;
    FolderSync workspace_;
    FolderSync temp_;
    FolderSync home_;
    FolderSync actions_;
    docker::ImageInfo image_;
    std::vector<std::string> environment_;  // the image's, then the file's
    std::string container_id_;
    bool is_labels_ = false;  // the container is that of a label: the file means a machine
    std::unique_ptr<SupervisorLink> link_;
    wire::Ready ready_;
};

Task<Result<>> ContainerExecutor::prepare() {
    auto made = make_directory(folders_.actions.outside, 0755);
    if (!made) co_return made;
    auto plan = make_container_plan(session_);
    if (!plan) co_return plan.error();
    plan_ = std::move(*plan);
    if (!plan_.spec.user.empty()) {
        for (auto* folder : {&workspace_, &temp_, &home_}) folder->open_to_all();
    }
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
    auto first = services_.makes();
    first.push_back(make());
    first.push_back(place_.make_network());
    auto making = run_together(std::move(first), session_.stop());
    auto done = co_await std::move(making);
    if (!done) co_return done;
    auto second = services_.starts(executor);
    second.push_back(start());
    auto starting = run_together(std::move(second), session_.stop());
    done = co_await std::move(starting);
    if (!done || !is_labels_) co_return done;
    auto leading = lead_loopback(place_, container_id_, image_.id, services_.leads());
    co_return co_await std::move(leading);
}

Task<Result<>> ContainerExecutor::make() {
    auto getting = place_.get_image(plan_);
    auto image = co_await std::move(getting);
    if (!image) co_return image.error();
    image_ = std::move(*image);
    environment_ = image_.env;
    for (const auto& [name, value] : plan_.spec.env) environment_.push_back(name + "=" + value);
    auto creating = create();
    co_return co_await std::move(creating);
}

docker::ContainerSpec ContainerExecutor::spec() const {
    auto spec = plan_.spec;
    spec.image = image_.id;
    guard_steps(spec);
    spec.interactive = true;
    return spec;
}

Task<Result<>> ContainerExecutor::create() {
    auto creating = place_.create_container(spec(), "1");
    auto created = co_await std::move(creating);
    if (!created) co_return created.error();
    container_id_ = std::move(*created);
    auto putting = put_supervisor();
    co_return co_await std::move(putting);
}

Task<Result<>> ContainerExecutor::put_supervisor() {
    docker::TarBuilder tar;
    add_supervisor(tar);
    tar.add_directory("triphammer");
    tar.add_directory(kActions + 1);
    for (const char* folder : {kWorkspace, kTemp, kHome}) tar.add_directory(folder + 1, 0777);
    docker::TextSource source{tar.finish()};
    auto putting = engine().put_archive(container_id_, "/", source);
    co_return co_await std::move(putting);
}

Task<Result<>> ContainerExecutor::start() {
    auto attaching = engine().attach(container_id_);
    auto stream = co_await std::move(attaching);
    if (!stream) co_return stream.error();
    link_ = std::make_unique<SupervisorLink>(std::move(*stream));
    auto starting = engine().start_container(container_id_);
    auto started = co_await std::move(starting);
    if (!started) co_return started;
    auto waiting = with_deadline(link_->wait_ready(), kReadyLimit);
    auto ready = co_await std::move(waiting);
    if (!ready) co_return with_context("the job container", ready.error());
    ready_ = *ready;
    co_return Result<>{};
}

Task<Result<>> ContainerExecutor::send_changes(FolderSync& folder, const char* inside) {
    auto changes = folder.take_changes();
    if (!changes) co_return changes.error();
    if (!*changes) co_return Result<>{};
    auto putting = engine().put_archive(container_id_, inside, **changes);
    co_return co_await std::move(putting);
}

Task<Result<>> ContainerExecutor::send_all_changes() {
    auto workspace = send_changes(workspace_, kWorkspace);
    auto sent = co_await std::move(workspace);
    if (!sent) co_return sent;
    auto temp = send_changes(temp_, kTemp);
    sent = co_await std::move(temp);
    if (!sent) co_return sent;
    auto home = send_changes(home_, kHome);
    sent = co_await std::move(home);
    if (!sent) co_return sent;
    auto actions = send_changes(actions_, kActions);
    co_return co_await std::move(actions);
}

Task<Result<>> ContainerExecutor::fetch_file(const std::string& path) {
    auto getting =
        engine().get_archive(container_id_, std::string{kTemp} + "/" + path, kMaxCommandFile);
    auto archive = co_await std::move(getting);
    // The step may have removed it.
    if (!archive && archive.error().code == Code::not_found) co_return Result<>{};
    if (!archive) co_return archive.error();
    auto entries = docker::read_tar(*archive);
    if (!entries) co_return entries.error();
    if (entries->size() != 1 || entries->front().header.kind != docker::TarKind::file) {
        co_return invalid("the step replaced its command file " + path + " by something else");
    }
    co_return temp_.replace(path, entries->front().content);
}

Task<Result<>> ContainerExecutor::fetch_command_files(const std::vector<std::string>& environment) {
    for (const auto& path : list_command_files(environment)) {
        auto fetching = fetch_file(path);
        auto fetched = co_await std::move(fetching);
        if (!fetched) co_return fetched;
    }
    co_return Result<>{};
}

/// TERM to everything inside, after the grace KILL; a container that stays is ended by the engine.
Task<> ContainerExecutor::watch(
    execution::ProcessLimits limits, execution::StopToken& stop, execution::EndCause& cause
) {
    bool is_stopped = true;
    auto asked = stop.wait();
    if (limits.deadline) {
        auto racing = finish_within(std::move(asked), *limits.deadline);
        is_stopped = co_await std::move(racing);
    } else {
        co_await std::move(asked);
    }
    cause = is_stopped ? execution::EndCause::cancelled : execution::EndCause::timed_out;
    auto terminating = link_->signal(SIGTERM);
    co_await std::move(terminating);
    co_await sleep_for(is_stopped ? stop.grace() : limits.grace);
    auto killing = link_->signal(SIGKILL);
    co_await std::move(killing);
    co_await sleep_for(kStubborn);
    auto ending = engine().kill_container(container_id_, "KILL");
    co_await std::move(ending);
}

Task<Result<execution::ProcessEnd>> ContainerExecutor::run_step(
    StepCommand command,
    execution::ProcessLimits limits,
    execution::OutputSink& output,
    execution::StopToken& stop
) {
    auto sending = send_all_changes();
    auto sent = co_await std::move(sending);
    if (!sent) co_return with_context("the job container", sent.error());
    wire::Start start{
        std::move(command.arguments), command.environment, std::move(command.directory)};
    auto starting = link_->start(std::move(start));
    auto started = co_await std::move(starting);
    if (!started) co_return with_context("the job container", started.error());

    auto watched = execution::EndCause::exited;
    TaskGroup watchers{co_await boost::asio::this_coro::executor, {}};
    watchers.spawn("watch", watch(limits, stop, watched));
    auto following = link_->follow(output);
    auto ended = co_await std::move(following);
    auto unwatching = watchers.stop();
    co_await std::move(unwatching);
    if (!ended) co_return with_context("the job container", ended.error());
    if (ended->how == wire::How::not_started) co_return invalid(ended->text);
    auto fetching = fetch_command_files(command.environment);
    auto fetched = co_await std::move(fetching);
    if (!fetched) co_return fetched.error();
    co_return to_process_end(*ended, watched);
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
