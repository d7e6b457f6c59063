#include "intake/repository_remote.hpp"

#include "access/repository_keys.hpp"

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

}  // namespace triphammer::intake
