#include "access/setup.hpp"

#include "access/users.hpp"
#include "base/digest.hpp"
#include "base/file.hpp"
#include "store/people/token_store.hpp"

namespace triphammer::access {

namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::string_view kActor = "setup-link";

Secret add_session(store::Transaction& transaction, Random& random, store::SessionRow session) {
    Secret cookie{random_hex(random, kTokenBytes)};
    session.sha256 = sha256_hex(cookie.reveal());
    session.created_at = transaction.now();
    session.expires_at = transaction.now() + kSessionLife;
    session.last_seen_at = transaction.now();
    store::add_session(transaction, session);
    return cookie;
}

}  // namespace

Result<Secret> create_setup_link(
    store::Transaction& transaction, Random& random, const std::string& actor
) {
    Secret token{random_hex(random, kTokenBytes)};
    const auto expires_at = transaction.now() + kSetupLinkLife;
    store::add_setup_link(transaction, {sha256_hex(token.reveal()), expires_at, {}}, actor);
    return token;
}

Result<> write_setup_link(const std::filesystem::path& data, const Secret& link) {
    return replace_file(data / "setup-link", link.reveal() + "\n", 0600);
}

Result<Secret> use_setup_link(
    store::Transaction& transaction, Random& random, std::string_view token
) {
    const auto user = store::use_setup_link(transaction, sha256_hex(token));
    if (!user) return user.error();
    if (*user) return Error{Code::unauthorized, "this link is for a user who chooses a password"};
    store::SessionRow session;
    session.actor = kActor;
    session.role = name_of(Role::admin);
    session.maker = store::maker_of_setup_link(transaction, sha256_hex(token));
    return add_session(transaction, random, std::move(session));
}

bool is_without_account(const Principal& who) {
    return who.actor == kActor;
}

Secret open_session(store::Transaction& transaction, Random& random, const store::UserRow& user) {
    store::SessionRow session;
    session.user = user.id;
    session.actor = actor_of(user);
    session.role = name_of(Role::viewer);  // a user's is read from `users`
    return add_session(transaction, random, std::move(session));
}

Result<Principal> check_session(
    store::Connection& connection, std::string_view cookie, TimePoint now
) {
    const Error no{Code::unauthorized, "the session has ended; sign in again"};
    const auto row = store::find_valid_session(connection, sha256_hex(cookie), now);
    if (!row || now - row->last_seen_at > kSessionIdle) return no;
    if (row->user) {
        const auto user = store::find_user(connection, row->user);
        if (!user) return no;
        return find_principal(connection, *user);
    }
    const auto role = parse_role(row->role);
    if (!role) return no;
    return Principal{row->actor, *role, {}, row->actor, {}};
}

Result<> touch_session(store::Transaction& transaction, std::string_view cookie) {
    store::touch_session(transaction, sha256_hex(cookie));
    return {};
}

Result<> end_session(store::Transaction& transaction, std::string_view cookie) {
    store::end_session(transaction, sha256_hex(cookie));
    return {};
}

std::string make_session_cookie(const Secret& cookie, bool secure) {
    const auto seconds = kSessionLife.count() / 1000;
    return std::string{kSessionCookie} + "=" + cookie.reveal() +
           "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(seconds) +
           (secure ? "; Secure" : "");
}

}  // namespace triphammer::access
