#include "intake/repository_remote.hpp"

#include "access/repository_keys.hpp"
#include "github/clients.hpp"

namespace triphammer::intake {

Result<git::Remote> make_remote(
    const store::RepositoryRow& repository,
    const access::Sealer& sealer,
    const RemoteSettings& settings
) {
    auto url = git::check_url(repository.clone_url, settings.urls);
    if (!url) return with_context(repository.full_name, url.error());
    auto token = access::open_clone_token(sealer, repository);
    if (!token) return token.error();
    auto key = access::open_deploy_key(sealer, repository);
    if (!key) return key.error();
    const bool is_home = url->host() == settings.token_host;
    git::Remote remote{
        std::move(*url), token->empty() && is_home ? settings.token : std::move(*token)};
    remote.ssh_key = std::move(*key);
    remote.known_hosts = settings.known_hosts;
    return remote;
}

Task<Result<git::Remote>> find_remote(
    store::RepositoryRow repository,
    const access::Sealer& sealer,
    const RemoteSettings& settings,
    github::Clients* clients
) {
    auto remote = make_remote(repository, sealer, settings);
    const bool has_own = !repository.clone_token.empty() || !repository.deploy_key.empty();
    if (!remote || has_own || clients == nullptr) co_return remote;
    if (remote->url.host() != settings.token_host) co_return remote;
    auto finding = clients->find_token(std::move(repository.full_name), {{"contents", "read"}});
    auto token = co_await std::move(finding);
    if (!token) co_return token.error();
    remote->token = std::move(*token);
    co_return remote;
}

}  // namespace triphammer::intake
