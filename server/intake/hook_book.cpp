#include "intake/hook_book.hpp"

#include "access/repository_keys.hpp"
#include "store/repository_store.hpp"
#include "store/sqlite/database.hpp"

#include <chrono>
#include <optional>
#include <utility>

namespace triphammer::intake {

using namespace std::chrono_literals;

namespace {

constexpr auto kFresh = 1s;
constexpr std::size_t kMaxKnown = 4096;  // strangers' guesses are kept too, for their second

using Row = std::optional<store::RepositoryRow>;

/// Null without a secret.
std::shared_ptr<const Hook> make_server_hook(std::vector<Secret> secrets) {
    std::erase_if(secrets, [](const Secret& secret) { return secret.empty(); });
    if (secrets.empty()) return nullptr;
    auto hook = std::make_shared<Hook>();
    hook->secrets = std::move(secrets);
    return hook;
}

}  // namespace

HookBook::HookBook(store::Database& database, const access::Sealer& sealer, const Clock& clock)
    : database_{database}, sealer_{sealer}, clock_{clock} {}

void HookBook::set_server_secrets(std::vector<Secret> secrets, const OldSecret& old) {
    server_hook_ = make_server_hook(secrets);
    secrets.push_back(old.secret);
    changing_hook_ = make_server_hook(std::move(secrets));
    old_until_ = old.until;
}

Task<Result<std::shared_ptr<const Hook>>> HookBook::find_hook(std::string name) {
    if (name.empty()) co_return clock_.now() < old_until_ ? changing_hook_ : server_hook_;
    const auto found = known_.find(name);
    const auto now = clock_.instant();
    if (found != known_.end() && now - found->second.read_at < kFresh) {
        co_return found->second.hook;
    }
    auto reading = read_hook(std::move(name));
    co_return co_await std::move(reading);
}

void HookBook::forget(const std::string& name) {
    known_.erase(name);
}

Task<Result<std::shared_ptr<const Hook>>> HookBook::read_hook(std::string name) {
    auto work = [&name](store::Connection& db) {
        return Result<Row>{store::find_repository_by_hook(db, name)};
    };
    auto reading = database_.read(work);
    auto row = co_await std::move(reading);
    if (!row) co_return row.error();
    std::shared_ptr<Hook> hook;
    if (*row) {
        auto secrets = open_secrets(**row);
        if (!secrets) co_return with_context("the secret of hook " + name, secrets.error());
        hook = std::make_shared<Hook>();
        hook->name = name;
        hook->secrets = std::move(*secrets);
        hook->repository = (*row)->id;
        hook->forge_id = (*row)->forge_id;
        hook->full_name = (*row)->full_name;
    }
    keep(name, hook);
    co_return std::shared_ptr<const Hook>{std::move(hook)};
}

/// After a rotation two, for a while.
Result<std::vector<Secret>> HookBook::open_secrets(const store::RepositoryRow& row) const {
    auto secret = access::open_hook_secret(sealer_, row);
    if (!secret) return secret.error();
    std::vector<Secret> out;
    out.push_back(std::move(*secret));
    if (row.old_hook_secret.empty() || clock_.now() >= row.old_secret_until) return out;
    auto old = access::open_old_hook_secret(sealer_, row);
    if (!old) return old.error();
    out.push_back(std::move(*old));
    return out;
}

void HookBook::keep(const std::string& name, std::shared_ptr<const Hook> hook) {
    if (known_.size() >= kMaxKnown) known_.clear();
    Entry entry{std::move(hook), clock_.instant()};
    known_.insert_or_assign(name, std::move(entry));
}

}  // namespace triphammer::intake
