#include "runner/image/ecr.hpp"

#include "aws/ecr.hpp"

#include <set>
#include <utility>

namespace triphammer::runner {

namespace {

/// The names in `registry` that the image gets, without the registry.
std::set<std::string> repositories_in(const ImagePlan& plan, const std::string& registry) {
    std::set<std::string> out;
    for (const auto& tag : plan.tags) {
        if (tag.registry() == registry) out.insert(tag.repository.substr(registry.size() + 1));
    }
    return out;
}

class Opener {
  public:
    Opener(const ImagePlan& plan, aws::Client ecr, docker::ProgressSink& log)
        : plan_{plan}, ecr_{std::move(ecr)}, log_{log} {}

    Task<Result<docker::Credentials>> open();

  private:
    const EcrWish& wish() const { return *plan_.ecr; }

    Task<Result<>> prepare(std::string name, std::string registry);
    Task<Result<aws::Repository>> create(std::string name);
    Task<Result<>> add_policy(aws::Repository repository);
    Task<> tell(std::string text);

    const ImagePlan& plan_;
    aws::Client ecr_;
    docker::ProgressSink& log_;
};

Task<> Opener::tell(std::string text) {
    auto telling = log_.line(std::move(text) + "\n");
    co_await std::move(telling);
}

Task<Result<docker::Credentials>> Opener::open() {
    std::vector<std::string> accounts;
    if (!wish().account.empty()) accounts.push_back(wish().account);
    auto asking = aws::get_logins(ecr_, std::move(accounts));
    const auto logins = co_await std::move(asking);
    if (!logins) co_return logins.error();
    docker::Credentials out;
    out.server = logins->front().registry;
    out.username = logins->front().username;
    out.password = logins->front().password;
    auto telling = tell("Logged in to " + out.server);
    co_await std::move(telling);
    const auto names = repositories_in(plan_, out.server);
    if (names.empty() && wish().create) {
        co_return invalid(
            "login.ecr.create: no tag is in " + out.server + ": write " + out.server + "/NAME:TAG"
        );
    }
    for (const auto& name : names) {
        auto preparing = prepare(name, out.server);
        const auto prepared = co_await std::move(preparing);
        if (!prepared) co_return prepared.error();
    }
    co_return out;
}

Task<Result<>> Opener::prepare(std::string name, std::string registry) {
    auto finding = aws::find_repository(ecr_, wish().account, name);
    auto found = co_await std::move(finding);
    const bool is_missing = !found && found.error().code == Code::not_found;
    if (is_missing && !wish().create) {
        co_return invalid(
            registry + " has no repository '" + name +
            "': make it, or write login: { ecr: { create: true } }"
        );
    }
    if (is_missing) {
        auto creating = create(std::move(name));
        found = co_await std::move(creating);
    }
    if (!found) co_return found.error();
    if (!is_missing && wish().is_immutable && !found->is_immutable) {
        auto telling =
            tell("'" + found->name + "' was made before: its tags may move, and stay so");
        co_await std::move(telling);
    }
    auto adding = add_policy(std::move(*found));
    co_return co_await std::move(adding);
}

Task<Result<aws::Repository>> Opener::create(std::string name) {
    aws::Repository wanted;
    wanted.account = wish().account;
    wanted.name = std::move(name);
    wanted.is_immutable = wish().is_immutable;
    wanted.scans = wish().scans;
    auto creating = aws::create_repository(ecr_, wanted);
    const auto created = co_await std::move(creating);
    if (!created) co_return created.error();
    auto telling = tell("Made the repository '" + wanted.name + "'");
    co_await std::move(telling);
    co_return wanted;
}

/// Of a repository that has one, somebody has decided.
Task<Result<>> Opener::add_policy(aws::Repository repository) {
    if (wish().policy.empty()) co_return Result<>{};
    auto asking = aws::has_lifecycle_policy(ecr_, repository);
    const auto has = co_await std::move(asking);
    if (!has) co_return has.error();
    if (*has) co_return Result<>{};
    auto putting = aws::put_lifecycle_policy(ecr_, repository, wish().policy);
    const auto put = co_await std::move(putting);
    if (!put) co_return put;
    auto telling = tell("Gave '" + repository.name + "' its lifecycle policy");
    co_await std::move(telling);
    co_return Result<>{};
}

}  // namespace

Task<Result<docker::Credentials>> open_ecr(
    const ImagePlan& plan, AwsSources sources, docker::ProgressSink& log
) {
    SystemClock clock;
    SystemRandom random;
    auto opening = open_access(std::move(sources), clock, random);
    const auto access = co_await std::move(opening);
    if (!access) co_return access.error();
    auto ecr = make_client(*access, aws::kEcr, clock, random);
    if (!ecr) co_return with_context("login.ecr.region", ecr.error());
    Opener opener{plan, std::move(*ecr), log};
    auto working = opener.open();
    co_return co_await std::move(working);
}

}  // namespace triphammer::runner
