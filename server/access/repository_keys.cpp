#include "access/repository_keys.hpp"

namespace triphammer::access {

namespace {

Binding bind_hook_secret(const std::string& hook) {
    return {"hook-secret", hook};
}

Binding bind_clone_token(const std::string& hook) {
    return {"clone-token", hook};
}

Binding bind_deploy_key(const std::string& hook) {
    return {"deploy-key", hook};
}

}  // namespace

std::string seal_hook_secret(const Sealer& sealer, const std::string& hook, const Secret& secret) {
    return sealer.seal(secret.reveal(), bind_hook_secret(hook));
}

namespace {

Result<Secret> open_secret(
    const Sealer& sealer, const std::string& sealed, const store::RepositoryRow& repository
) {
    auto opened = sealer.open(sealed, bind_hook_secret(repository.hook));
    if (!opened) return with_context("the hook secret of " + repository.full_name, opened.error());
    return opened;
}

}  // namespace

Result<Secret> open_hook_secret(const Sealer& sealer, const store::RepositoryRow& repository) {
    return open_secret(sealer, repository.hook_secret, repository);
}

Result<Secret> open_old_hook_secret(const Sealer& sealer, const store::RepositoryRow& repository) {
    return open_secret(sealer, repository.old_hook_secret, repository);
}

std::string seal_clone_token(const Sealer& sealer, const std::string& hook, const Secret& token) {
    return token.empty() ? "" : sealer.seal(token.reveal(), bind_clone_token(hook));
}

bool has_own_token(const store::RepositoryRow& repository) {
    return repository.forge_hook != 0 && !repository.clone_token.empty();
}

Result<Secret> open_clone_token(const Sealer& sealer, const store::RepositoryRow& repository) {
    if (repository.clone_token.empty()) return Secret{};
    auto opened = sealer.open(repository.clone_token, bind_clone_token(repository.hook));
    if (!opened) return with_context("the token of " + repository.full_name, opened.error());
    return opened;
}

std::string seal_deploy_key(const Sealer& sealer, const std::string& hook, const Secret& key) {
    return key.empty() ? "" : sealer.seal(key.reveal(), bind_deploy_key(hook));
}

Result<Secret> open_deploy_key(const Sealer& sealer, const store::RepositoryRow& repository) {
    if (repository.deploy_key.empty()) return Secret{};
    auto opened = sealer.open(repository.deploy_key, bind_deploy_key(repository.hook));
    if (!opened) return with_context("the deploy key of " + repository.full_name, opened.error());
    return opened;
}

}  // namespace triphammer::access
