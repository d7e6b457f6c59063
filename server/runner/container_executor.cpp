// Steps in a container that lives as long as its job: what one step installs is there in the next.
// Its first process is our supervisor; files go in and out as archives, so that it works with an
// engine that is elsewhere.
#include "base/deadline.hpp"
#include "base/task_group.hpp"
#include "model/engine_labels.hpp"
#include "runner/container_files.hpp"
#include "runner/container_link.hpp"
#include "runner/image_log.hpp"
#include "runner/job_kinds.hpp"

#include <boost/asio/this_coro.hpp>

#include <signal.h>

#include <utility>

namespace triphammer::embedded {

const char* supervisor_begin();
const char* supervisor_end();

}  // namespace triphammer::embedded

namespace triphammer::runner {

namespace {

constexpr const char* kSupervisor = ".triphammer/supervisor";
constexpr const char* kWorkspace = "/triphammer/workspace";
constexpr const char* kTemp = "/triphammer/temp";
constexpr const char* kHome = "/triphammer/home";
constexpr std::int64_t kMostProcesses = 4096;
constexpr std::uint64_t kMaxCommandFile = 2U << 20U;
constexpr std::chrono::seconds kReadyLimit{30};
/// After KILL through the supervisor the engine is asked.
constexpr std::chrono::seconds kStubborn{5};

/// What package managers need; nothing that reaches beyond the container.
const std::vector<std::string> kCapabilities{
    "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "NET_BIND_SERVICE"};

struct Login {
    std::string image;
    docker::Credentials credentials;
};

Result<Login> evaluate_login(const JobSession& session) {
    const auto& document = session.document();
    Login login{document.executor.image, {}};
    if (!document.job.container) return login;
    auto image = session.evaluate(document.job.container->image);
    auto username = session.evaluate(document.job.container->username);
    auto password = session.evaluate(document.job.container->password);
    for (const auto* text : {&image, &username, &password}) {
        if (!*text) return text->error();
    }
    login.image = std::move(*image);
    login.credentials.username = std::move(*username);
    login.credentials.password = Secret{std::move(*password)};
    return login;
}

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
          folders_{session.folders()},
          workspace_{folders_.workspace.outside},
          temp_{folders_.temp.outside},
          home_{folders_.home.outside} {
        folders_.workspace.inside = kWorkspace;
        folders_.temp.inside = kTemp;
        folders_.home.inside = kHome;
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

    std::vector<std::string> base_environment() const override { return image_.env; }

    bool has_bash() const override { return ready_.has_bash; }

    std::string description() const override {
        if (!engine_) return "a container";
        return "a container of " + image_name_ + " (" + image_.id.substr(0, 19) + ", " +
               engine_->version().engine + ")";
    }

  private:
    Task<Result<>> find_image(Login login);
    Task<Result<>> create();
    Task<Result<>> start();
    Task<Result<>> send_changes(FolderSync& folder, const char* inside);
    Task<Result<>> send_all_changes();
    Task<Result<>> fetch_command_files(const std::vector<std::string>& environment);
    Task<Result<>> fetch_file(const std::string& path);
    Task<> watch(
        execution::ProcessLimits limits, execution::StopToken& stop, execution::EndCause& cause
    );
    docker::Labels labels() const;
    std::string name() const;
    docker::ContainerSpec spec() const;

    JobSession& session_;
    JobFolders folders_;
    FolderSync workspace_;
    FolderSync temp_;
    FolderSync home_;
    std::unique_ptr<docker::Engine> engine_;
    std::string image_name_;
    docker::ImageInfo image_;
    std::string network_id_;
    std::string container_id_;
    std::unique_ptr<SupervisorLink> link_;
    wire::Ready ready_;
};

Task<Result<>> ContainerExecutor::prepare() {
    auto login = evaluate_login(session_);
    if (!login) co_return login.error();
    auto connecting = docker::Engine::connect(session_.document().executor.docker_host);
    auto engine = co_await std::move(connecting);
    if (!engine) co_return engine.error();
    engine_ = std::move(*engine);
    auto finding = find_image(std::move(*login));
    auto found = co_await std::move(finding);
    if (!found) co_return found;
    auto creating = create();
    auto created = co_await std::move(creating);
    if (!created) co_return created;
    auto starting = start();
    co_return co_await std::move(starting);
}

/// What is here already is used; else it is pulled.
Task<Result<>> ContainerExecutor::find_image(Login login) {
    auto reference = docker::parse_reference(login.image);
    if (!reference) co_return reference.error();
    image_name_ = reference->text();
    auto looking = engine_->inspect_image(image_name_);
    auto image = co_await std::move(looking);
    if (!image && image.error().code == Code::not_found) {
        StepLog log{session_, 0};
        login.credentials.server = reference->registry();
        auto pulling = engine_->pull(*reference, std::move(login.credentials), &log);
        auto pulled = co_await std::move(pulling);
        if (!pulled) co_return pulled;
        auto again = engine_->inspect_image(image_name_);
        image = co_await std::move(again);
    }
    if (!image) co_return image.error();
    image_ = std::move(*image);
    co_return Result<>{};
}

std::string ContainerExecutor::name() const {
    const auto& document = session_.document();
    return model::engine_prefix(document.server_id) + std::to_string(document.fence) + "-1";
}

docker::Labels ContainerExecutor::labels() const {
    const auto& document = session_.document();
    return {
        {model::kServerLabel, document.server_id},
        {model::kFenceLabel, std::to_string(document.fence)},
        {model::kRoleLabel, model::kJobRole}};
}

docker::ContainerSpec ContainerExecutor::spec() const {
    docker::ContainerSpec spec;
    spec.name = name();
    spec.image = image_.id;
    spec.entrypoint = {std::string{"/"} + kSupervisor};
    spec.labels = labels();
    spec.user = "0:0";
    spec.network = name();
    spec.interactive = true;
    spec.drop_capabilities = {"ALL"};
    spec.add_capabilities = kCapabilities;
    spec.log_driver = "none";  // the attached stream is the only reader; nothing is kept twice
    spec.pids_limit = kMostProcesses;
    return spec;
}

Task<Result<>> ContainerExecutor::create() {
    // A network of its own: neighbours are out of reach.
    auto making = engine_->create_network(name(), labels());
    auto network = co_await std::move(making);
    if (!network) co_return network.error();
    network_id_ = std::move(*network);
    auto creating = engine_->create_container(spec());
    auto created = co_await std::move(creating);
    if (!created) co_return created.error();
    container_id_ = std::move(*created);
    docker::TarBuilder tar;
    for (const char* folder : {".triphammer", "triphammer"}) tar.add_directory(folder);
    for (const char* folder : {kWorkspace, kTemp, kHome}) tar.add_directory(folder + 1, 0777);
    const std::string_view program{
        embedded::supervisor_begin(),
        static_cast<std::size_t>(embedded::supervisor_end() - embedded::supervisor_begin())};
    tar.add_file(kSupervisor, program, 0755);
    docker::TextSource source{tar.finish()};
    auto putting = engine_->put_archive(container_id_, "/", source);
    co_return co_await std::move(putting);
}

Task<Result<>> ContainerExecutor::start() {
    auto attaching = engine_->attach(container_id_);
    auto stream = co_await std::move(attaching);
    if (!stream) co_return stream.error();
    link_ = std::make_unique<SupervisorLink>(std::move(*stream));
    auto starting = engine_->start_container(container_id_);
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
    auto putting = engine_->put_archive(container_id_, inside, **changes);
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
    co_return co_await std::move(home);
}

Task<Result<>> ContainerExecutor::fetch_file(const std::string& path) {
    auto getting =
        engine_->get_archive(container_id_, std::string{kTemp} + "/" + path, kMaxCommandFile);
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
    auto ending = engine_->kill_container(container_id_, "KILL");
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
    if (!container_id_.empty()) {
        auto removing = engine_->remove_container(container_id_);
        co_await std::move(removing);
    }
    if (!network_id_.empty()) {
        auto removing = engine_->remove_network(network_id_);
        co_await std::move(removing);
    }
}

}  // namespace

std::unique_ptr<StepExecutor> make_container_executor(JobSession& session) {
    return std::make_unique<ContainerExecutor>(session);
}

}  // namespace triphammer::runner
