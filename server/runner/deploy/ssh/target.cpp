#include "runner/deploy/ssh/target.hpp"

#include "base/deadline.hpp"
#include "runner/deploy/probe.hpp"

#include <boost/asio/this_coro.hpp>

#include <unistd.h>

#include <tuple>
#include <utility>

namespace triphammer::runner {

using rollout::EffectKind;

namespace {

constexpr const char* kClient = "/usr/bin/ssh";
constexpr std::chrono::seconds kSettle{2};  // what was sent last may still arrive
constexpr std::chrono::seconds kBetweenQuestions{2};
constexpr std::chrono::seconds kPatience{120};

bool is_unanswered(const Result<ExecAnswer>& answer) {
    return !answer && is_silence(answer.error());
}

}  // namespace

Task<Result<std::unique_ptr<Program>>> SshTarget::make_program() {
    if (::access(kClient, X_OK) != 0) {
        co_return invalid("there is no OpenSSH client on this machine: apt install openssh-client");
    }
    if (!terms_.rolls_back) {
        co_return invalid(
            "on-failure: keep is not for ssh: after a broken connection only the way back tells "
            "what is there"
        );
    }
    auto access = read_access();
    if (!access) co_return access.error();
    address_ = access->address;
    if (auto read = read_probes(); !read) co_return read.error();
    if (auto reached = reach_loopback(); !reached) co_return reached.error();
    auto environment = read_environment();
    if (!environment) co_return environment.error();
    for (const auto& [name, value] :
         {std::pair{"CI", std::string{"true"}},
          std::pair{"TRIPHAMMER", std::string{"true"}},
          std::pair{"GITHUB_REPOSITORY", request_.repository},
          std::pair{"GITHUB_SHA", request_.sha}}) {
        environment->push_back(std::string{name} + "=" + value);
    }
    auto script = session_.evaluate(session_.document().job.deploy->run);
    if (!script) co_return script.error();
    auto payload = make_ssh_payload(*environment, *script);
    if (!payload) co_return payload.error();
    co_return std::make_unique<SshProgram>(
        session_, place_, std::move(*access), Secret{std::move(*payload)}
    );
}

Result<SshAccess> SshTarget::read_access() const {
    const auto& deploy = *session_.document().job.deploy;
    SshAccess out;
    auto host = session_.evaluate(deploy.host);
    if (!host) return host.error();
    auto address = parse_ssh_address(*host);
    if (!address) return address.error();
    out.address = std::move(*address);
    auto known_hosts = session_.evaluate(deploy.known_hosts);
    if (!known_hosts) return known_hosts.error();
    if (auto checked = check_known_hosts(*known_hosts); !checked) return checked.error();
    out.known_hosts = std::move(*known_hosts);
    auto key = session_.evaluate(deploy.key);
    if (!key) return key.error();
    if (auto checked = check_private_key(*key); !checked) return checked.error();
    out.key = Secret{std::move(*key)};
    return out;
}

Result<> SshTarget::read_probes() {
    const auto& deploy = *session_.document().job.deploy;
    const Evaluate evaluate = [this](const model::Template& value) {
        return session_.evaluate(value);
    };
    for (const auto& [name, spec, to] :
         {std::tuple{"health", &deploy.health, &health_},
          std::tuple{"verify", &deploy.verify, &verify_}}) {
        auto probe = make_probe(deploy, *spec, evaluate);
        if (!probe) return probe.error();
        if (probe->kind == ProbeSpec::Kind::command) {
            return invalid(
                std::string{name} + ".command: over ssh the program itself answers to verify"
            );
        }
        const bool asks = probe->kind != ProbeSpec::Kind::none;
        if (asks && probe->port == 0) return invalid(std::string{name} + " needs a port here");
        *to = std::move(*probe);
    }
    return {};
}

/// The sandbox has a loopback of its own.
Result<> SshTarget::reach_loopback() const {
    if (!address_.is_loopback() || !place_.has_own_loopback()) return {};
    return place_.bring_in({address_.port, address_.port, false});
}

// ── effects ──────────────────────────────────────────────────────────────────────────────────

Task<EffectOutcome> SshTarget::perform(
    EffectKind kind, std::int64_t n, execution::StopToken& stop
) {
    if (kind != EffectKind::update) {
        if (is_lost_) {
            co_return effect_failed(conflict(
                "nothing is sent after it: nobody knows whether the deploy is still at work on " +
                address_.text()
            ));
        }
        auto going_back = ExecTarget::perform(kind, n, stop);
        co_return co_await std::move(going_back);
    }
    auto asking = ask(ExecAction::deploy, n, stop);
    const auto answer = co_await std::move(asking);
    if (!is_unanswered(answer)) co_return take_deployed(answer);
    auto settling = settle(n, answer.error());
    co_return co_await std::move(settling);
}

/// Of a deploy that was not heard of again.
Task<EffectOutcome> SshTarget::settle(std::int64_t n, Error lost) {
    is_lost_ = true;
    if (!observes_) co_return effect_failed(conflict(lost.message));
    // A job that was told to stop has to know all the same.
    const auto loop = co_await boost::asio::this_coro::executor;
    execution::StopToken own{loop};
    const auto deadline = clock_.instant() + kPatience;
    co_await sleep_for(kSettle);
    for (;;) {
        auto asking = ask(ExecAction::observe, n, own);
        const auto answer = co_await std::move(asking);
        const bool is_over = answer && answer->state != "in-flight";
        if (is_over || (!answer && !is_silence(answer.error()))) {
            const bool is_known = answer && answer->state != "foreign";
            is_lost_ = !is_known;
            if (answer && answer->state == "done") co_return take_deployed(answer);
            co_return effect_failed(conflict(lost.message));
        }
        if (clock_.instant() >= deadline) co_return effect_failed(conflict(lost.message));
        co_await sleep_for(kBetweenQuestions);
    }
}

// ── proof ────────────────────────────────────────────────────────────────────────────────────

Task<GateOutcome> SshTarget::probe(ProbeSpec spec) {
    if (spec.kind == ProbeSpec::Kind::none) {
        GateOutcome out;
        out.passed = true;
        co_return out;
    }
    auto watching = watch_address(spec, address_.host, spec.port, clock_);
    co_return co_await std::move(watching);
}

Task<GateOutcome> SshTarget::watch_candidate() {
    return probe(health_);
}

Task<GateOutcome> SshTarget::watch_public() {
    auto asking = ExecTarget::watch_public();
    auto said = co_await std::move(asking);
    if (!said.passed) co_return said;
    if (verify_.kind == ProbeSpec::Kind::none) co_return said;
    auto probing = probe(verify_);
    co_return co_await std::move(probing);
}

}  // namespace triphammer::runner
