#include "access/setup.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "store/token_store.hpp"

namespace triphammer::access {

namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::string_view kActor = "setup-link";

Secret open_session(store::Transaction& transaction, Random& random) {
    Secret cookie{random_hex(random, kTokenBytes)};
    store::SessionRow session;
    session.sha256 = sha256_hex(cookie.reveal());
    session.actor = kActor;
    session.role = name_of(Role::admin);
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
    store::add_setup_link(transaction, sha256_hex(token.reveal()), expires_at, actor);
    return token;
}

Result<> write_setup_link(const std::filesystem::path& data, const Secret& link) {
    return replace_file(data / "setup-link", link.reveal() + "\n", 0600);
}

Result<Secret> use_setup_link(
    store::Transaction& transaction, Random& random, std::string_view token
) {
    if (auto used = store::use_setup_link(transaction, sha256_hex(token)); !used) {
        return used.error();
    }
    return open_session(transaction, random);
}

Result<Principal> check_session(
    store::Connection& connection, std::string_view cookie, TimePoint now
) {
    const Error no{Code::unauthorized, "the session has ended; open a new set-up link"};
    const auto row = store::find_valid_session(connection, sha256_hex(cookie), now);
    if (!row || now - row->last_seen_at > kSessionIdle) return no;
    const auto role = parse_role(row->role);
    if (!role) return no;
    return Principal{row->actor, *role, {}};
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
