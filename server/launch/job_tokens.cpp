#include "launch/job_tokens.hpp"

#include "base/deadline.hpp"
#include "base/digest.hpp"
#include "base/log.hpp"
#include "launch/passed_secrets.hpp"
#include "launch/token_permissions.hpp"
#include "store/repository_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/job_token_store.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::launch {

namespace {

using namespace std::chrono_literals;

/// Below the dispatcher's kAttachDeadline.
constexpr Milliseconds kMintLimit{20'000};
constexpr Milliseconds kRetryPause{2'000};
/// What could not be revoked is tried again, and runners that died are noticed.
constexpr Milliseconds kLongestNap{60'000};
constexpr int kAtOnce = 50;

access::Binding binding_of(model::Fence fence) {
    return {"job-token", std::to_string(fence.value)};
}

std::optional<model::Permissions> permissions_of(const store::JobRow& job) {
    return nlohmann::json::parse(job.definition_json).get<model::JobDefinition>().permissions;
}

bool may_be_better_later(const Error& error) {
    return error.code == Code::unavailable || error.code == Code::timed_out ||
           error.code == Code::io;
}

}  // namespace

struct JobTokens::Asked {
    std::string repository;
    github::Permissions permissions;
};

std::optional<JobTokens::Asked> JobTokens::asked_of(store::Connection& db, model::JobId id) {
    const auto job = store::find_job(db, id);
    const auto run = job ? store::find_run(db, job->run) : std::nullopt;
    const auto repository = run ? store::find_repository(db, run->repository) : std::nullopt;
    if (!repository) return {};
    PermissionLevels levels;
    for (const auto& call : list_calls(store::list_jobs(db, run->id), *job)) {
        levels.push_back(permissions_of(call));
    }
    levels.push_back(permissions_of(*job));
    const bool is_read_only = run->from_fork || run->actor == "dependabot[bot]";
    return Asked{repository->full_name, make_token_permissions(levels, is_read_only)};
}

JobTokens::JobTokens(Parts parts, github::App& app)
    : parts_{parts}, app_{app}, alarm_{parts.executor} {}

Result<std::optional<JobTokens::Asked>> JobTokens::find_asked(
    store::Connection& db, model::Fence fence, const Secret& attempt_token
) {
    const auto attempt = store::find_attempt(db, fence);
    const bool is_new = attempt && attempt->token_sha256 == sha256_hex(attempt_token.reveal()) &&
                        !model::is_final(attempt->state) && attempt->acked == 0;
    if (!is_new) return std::optional<Asked>{};
    return asked_of(db, attempt->job);
}

Result<JobTokens::Asked> JobTokens::find_renewed(store::Connection& db, model::Fence fence) const {
    const auto attempt = store::find_attempt(db, fence);
    const bool is_open = attempt && !model::is_final(attempt->state);
    const auto end = is_open ? store::find_job_token_end(db, fence) : std::nullopt;
    auto asked = end ? asked_of(db, attempt->job) : std::nullopt;
    if (!asked) return not_found("the attempt has no token of a GitHub App");
    if (*end - parts_.clock.now() <= kRenewToken) return std::move(*asked);
    return conflict("the attempt's token lasts until " + to_rfc3339(*end));
}

Task<Result<github::InstallationToken>> JobTokens::mint_patiently(Asked asked) {
    for (;;) {
        auto minting = app_.mint(asked.repository, asked.permissions);
        auto token = co_await std::move(minting);
        if (token || !may_be_better_later(token.error())) co_return token;
        log::warning("no token for a job yet", {{"error", token.error().message}});
        auto pause = sleep_for(kRetryPause);
        co_await std::move(pause);
    }
}

Task<Result<JobToken>> JobTokens::mint(model::Fence fence, Secret attempt_token) {
    if (!app_.is_known()) co_return JobToken{};
    auto find = [&](store::Connection& db) { return find_asked(db, fence, attempt_token); };
    auto finding = parts_.database.read(find);
    auto asked = co_await std::move(finding);
    if (!asked) co_return asked.error();
    if (!*asked) co_return JobToken{};
    auto minting = mint_asked(std::move(**asked));
    co_return co_await std::move(minting);
}

Task<Result<JobToken>> JobTokens::renew(model::Fence fence) {
    auto find = [&](store::Connection& db) { return find_renewed(db, fence); };
    auto finding = parts_.database.read(find);
    auto asked = co_await std::move(finding);
    if (!asked) co_return asked.error();
    auto minting = mint_asked(std::move(*asked));
    auto token = co_await std::move(minting);
    if (!token) co_return token;
    if (token->value.empty()) co_return not_found(token->note);
    auto put = [&](store::Transaction& tx) -> Result<> {
        keep(tx, fence, *token);
        return {};
    };
    auto putting = parts_.database.write(put);
    if (const auto kept = co_await std::move(putting); !kept) co_return kept.error();
    co_return token;
}

Task<Result<JobToken>> JobTokens::mint_asked(Asked asked) {
    const auto repository = asked.repository;
    auto minting = with_deadline(mint_patiently(std::move(asked)), kMintLimit);
    auto minted = co_await std::move(minting);
    JobToken out;
    if (!minted && minted.error().code == Code::not_found) {
        out.note = "none: " + minted.error().message;
        co_return out;
    }
    if (!minted) {
        co_return with_context("the job's GITHUB_TOKEN could not be made", minted.error());
    }
    out.value = std::move(minted->value);
    out.expires_at = minted->expires_at;
    out.note = "for " + repository + " alone: " + describe(minted->permissions);
    co_return out;
}

void JobTokens::keep(store::Transaction& tx, model::Fence fence, const JobToken& token) const {
    if (token.value.empty()) return;
    const auto sealed = parts_.sealer.seal(token.value.reveal(), binding_of(fence));
    store::add_job_token(tx, {{}, fence, sealed, token.expires_at});
}

Task<> JobTokens::run() {
    for (;;) {
        auto revoking = revoke_dead();
        co_await std::move(revoking);
        auto napping = alarm_.sleep(kLongestNap);
        co_await std::move(napping);
    }
}

/// False: to be tried again.
Task<bool> JobTokens::revoke(model::Fence fence, const std::string& sealed) {
    auto token = parts_.sealer.open(sealed, binding_of(fence));
    if (!token) co_return true;  // of another master key: it dies within the hour
    auto revoking = app_.revoke(std::move(*token));
    const auto done = co_await std::move(revoking);
    if (done) co_return true;
    log::warning(
        "the token of a job that has ended could not be revoked",
        {{"fence", fence.value}, {"error", done.error().message}}
    );
    co_return false;
}

Task<> JobTokens::revoke_dead() {
    const auto now = parts_.clock.now();
    auto list = [](store::Connection& db) -> Result<std::vector<store::JobTokenRow>> {
        return store::list_dead_job_tokens(db, kAtOnce);
    };
    auto listing = parts_.database.read(list);
    const auto rows = co_await std::move(listing);
    if (!rows) co_return;
    for (const auto& row : *rows) {
        if (row.expires_at >= now) {
            auto revoking = revoke(row.attempt, row.sealed);
            if (!co_await std::move(revoking)) co_return;
        }
        auto forget = [&row](store::Transaction& tx) -> Result<> {
            store::remove_job_token(tx, row.id);
            return {};
        };
        auto forgetting = parts_.database.write(forget);
        (void)co_await std::move(forgetting);
    }
    if (rows->size() == kAtOnce) alarm_.ring();
}

}  // namespace triphammer::launch
