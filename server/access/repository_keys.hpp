#pragma once
// What a repository's row keeps sealed: the secret of its hook, and the token or key it is fetched
// with. All are bound to the hook's name, which is random, unique and never changes. Any thread.

#include "access/sealing.hpp"
#include "store/repository_store.hpp"

namespace triphammer::access {

std::string seal_hook_secret(const Sealer& sealer, const std::string& hook, const Secret& secret);
Result<Secret> open_hook_secret(const Sealer& sealer, const store::RepositoryRow& repository);
/// The one before the last rotation, which is there.
Result<Secret> open_old_hook_secret(const Sealer& sealer, const store::RepositoryRow& repository);

/// Empty stays empty: no token.
std::string seal_clone_token(const Sealer& sealer, const std::string& hook, const Secret& token);
/// Whether it was connected with a token, which is the forge's then; what only fetches is not.
bool has_own_token(const store::RepositoryRow& repository);
Result<Secret> open_clone_token(const Sealer& sealer, const store::RepositoryRow& repository);

/// The private half; empty stays empty.
std::string seal_deploy_key(const Sealer& sealer, const std::string& hook, const Secret& key);
Result<Secret> open_deploy_key(const Sealer& sealer, const store::RepositoryRow& repository);

}  // namespace triphammer::access
