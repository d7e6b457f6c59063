#include "launch/gateway_fixture.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::testing {

namespace {

constexpr const char* kNonce = "00112233445566778899aabbccddeeff";

}  // namespace

// ── the runner ───────────────────────────────────────────────────────────────────────────────

WireRunner::WireRunner(model::Fence fence, const std::string& token)
    : machine{{fence, Secret{token}, kNonce, "test"}, Instant{}},
      spool{machine.opening_record(from_unix_ms(1))} {}

void WireRunner::log(int step, std::string_view bytes) {
    for (const auto& frame : machine.append_log(step, bytes)) spool += frame.to_string();
    truth[step] += bytes;
}

void WireRunner::end() {
    protocol::End end;
    end.at = 9;
    for (const auto& [step, bytes] : truth) {
        end.steps.push_back({step, bytes.size(), sha256_hex(bytes)});
    }
    append(end);
}

Task<> WireRunner::talk(
    Executor executor, launch::RunnerGateway& gateway, std::function<bool()> until
) {
    auto [mine, theirs] = make_streams(executor);
    TaskGroup serving{executor, {}};
    serving.spawn("serve", gateway.serve(std::move(theirs)));
    machine.on_connected({});
    std::string buffer(64 * 1024, '\0');
    for (;;) {
        auto sending = send_all(*mine);
        if (!co_await std::move(sending) || machine.is_over()) break;
        if (until && until()) break;
        auto reading = mine->read_some(buffer);
        const auto count = co_await std::move(reading);
        if (!count || *count == 0) break;
        machine.on_received({buffer.data(), *count}, {});
        take_actions();
    }
    mine->close();
    machine.on_disconnected({});
    auto joined = serving.join();
    co_await std::move(joined);
}

Task<Result<>> WireRunner::send_all(http::Stream& stream) {
    std::string bytes = machine.take_outgoing();
    for (auto range = machine.wanted_spool(); range; range = machine.wanted_spool()) {
        const auto piece = std::string_view{spool}.substr(range->offset, range->bytes);
        bytes += machine.frames_from_spool(range->offset, piece);
    }
    take_actions();
    if (bytes.empty()) co_return Result<>{};
    auto writing = stream.write(bytes);
    co_return co_await std::move(writing);
}

void WireRunner::take_actions() {
    for (auto& action : machine.take_actions()) actions.push_back(std::move(action));
}

// ── the daemon ───────────────────────────────────────────────────────────────────────────────

GatewayFixture::GatewayFixture() {
    run_id = db.add_run(db.add_repository("mona/app"));
    job = db.add_job(run_id, "build");
    fence = db.write([&](store::Transaction& tx) -> Result<model::Fence> {
        queue::ClaimRequest request;
        request.token_sha256 = sha256_hex(token);
        auto claim = queue::claim_next(tx, request);
        if (!claim) return claim.error();
        return (*claim)->fence;
    });
    db.database.reset();
    database_ = std::move(store::Database::open(db.folder / "triphammer.db", db.clock, {}).value());
    logs_ = std::move(logs::LogStore::open(db.folder / "logs", db.clock).value());
}

void GatewayFixture::run(const std::function<Task<>(Executor, launch::RunnerGateway&)>& body) {
    const std::function<Task<>(Executor)> start = [&](Executor executor) -> Task<> {
        launch::RunnerGateway::Parts parts{
            executor, *database_, *logs_, log_thread_, documents_, clock_, lease};
        launch::RunnerGateway::Callbacks callbacks;
        callbacks.on_attached = [this](model::Fence) { events.emplace_back("attached"); };
        callbacks.on_detached = [this](model::Fence) { events.emplace_back("detached"); };
        callbacks.on_silent = [this](model::Fence) { events.emplace_back("silent"); };
        callbacks.on_over = [this](model::Fence) { events.emplace_back("over"); };
        callbacks.on_log = [this](const launch::LogNews& news) { logged_lines = news.lines; };
        launch::RunnerGateway gateway{parts, std::move(callbacks)};
        auto task = body(executor, gateway);
        co_await std::move(task);
    };
    run_until_done(start);
}

namespace {

/// Runs `change` in a transaction of the database with its threads.
template <class Change>
void change_now(store::Database& database, Change change) {
    const std::function<Task<>(Executor)> start = [&](Executor) -> Task<> {
        auto writing = database.write(change);
        const auto done = co_await std::move(writing);
        done.value();
    };
    run_until_done(start);
}

}  // namespace

void GatewayFixture::attach_runner_once() {
    change_now(*database_, [this](store::Transaction& tx) -> Result<> {
        auto attached = queue::attach(tx, {fence, sha256_hex(token), kNonce, "test"});
        if (!attached) return attached.error();
        return {};
    });
}

namespace {

model::JobId insert_job(store::Database& database, const store::NewJob& wanted) {
    model::JobId id;
    change_now(database, [&](store::Transaction& tx) -> Result<> {
        auto job = wanted;
        job.repository = store::find_run(tx, job.run)->repository;
        id = store::insert_job(tx, job);
        return {};
    });
    return id;
}

}  // namespace

model::JobId GatewayFixture::add_job(const std::string& key) {
    store::NewJob wanted;
    wanted.run = run_id;
    wanted.key = wanted.name = key;
    wanted.stage = "build";
    wanted.state = model::JobState::queued;
    wanted.definition_json = "{\"key\":\"" + key + "\"}";
    return insert_job(*database_, wanted);
}

model::JobId GatewayFixture::add_deploy_job(const std::string& key) {
    model::JobDefinition definition;
    definition.key = key;
    definition.deploy = model::DeploySpec{};
    definition.deploy->to = "container";
    definition.deploy->service.text = "app";
    store::NewJob wanted;
    wanted.run = run_id;
    wanted.key = wanted.name = key;
    wanted.kind = model::JobKind::deploy;
    wanted.environment = "production";
    wanted.stage = "deploy";
    wanted.state = model::JobState::queued;
    wanted.definition_json = nlohmann::json(definition).dump();
    return insert_job(*database_, wanted);
}

std::string GatewayFixture::state_of_job() {
    std::string state;
    const std::function<Task<>(Executor)> start = [&](Executor) -> Task<> {
        auto find = [this](store::Connection& reader) -> Result<std::string> {
            return std::string{name_of(store::find_job(reader, job)->state)};
        };
        auto finding = database_->read(find);
        const auto found = co_await std::move(finding);
        state = found.value();
    };
    run_until_done(start);
    return state;
}

std::filesystem::path GatewayFixture::log_file(int step) const {
    const auto name = std::to_string(step) + ".log";
    return db.folder.path() / "logs" / "0" / to_text(fence) / name;
}

std::string GatewayFixture::log_of(int step) {
    return read_file(log_file(step), 1U << 30U).value();
}

}  // namespace triphammer::testing
