#pragma once
// Sessions, and the way in while there are no accounts: a one-time link, written to a file that
// only the daemon's user reads, opens a session of an admin.

#include "access/principal.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/people/user_store.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace triphammer::access {

inline constexpr Milliseconds kSetupLinkLife{15 * 60 * 1000};
inline constexpr Milliseconds kSessionIdle{12 * 3600 * 1000};
inline constexpr Milliseconds kSessionLife{7LL * 24 * 3600 * 1000};
inline constexpr std::string_view kSessionCookie = "triphammer_session";

/// 64 hex digits for `/setup?token=…`; earlier links are dead from now on.
Result<Secret> create_setup_link(
    store::Transaction& transaction, Random& random, const std::string& actor
);

/// Puts the whole link into data/setup-link (0600), for people who lost the log's first lines.
Result<> write_setup_link(const std::filesystem::path& data, const Secret& link);

/// Spends the link and opens a session; the answer is the cookie's value (32 random bytes as hex).
/// Code::unauthorized for a link that is unknown, spent, older than 15 minutes or a user's
/// (users.hpp: that one comes with a password).
Result<Secret> use_setup_link(
    store::Transaction& transaction, Random& random, std::string_view token
);

/// Whether `who` came in by a set-up link alone. No account stands behind such a session, so what
/// it gave out would end with nobody: it makes neither tokens nor links (docs/adr/0084).
bool is_without_account(const Principal& who);

/// The same session for a user, whose role is read anew with each request.
Secret open_session(store::Transaction& transaction, Random& random, const store::UserRow& user);

/// Who holds this cookie. Code::unauthorized after logout, 12 h without a request or 7 days.
Result<Principal> check_session(
    store::Connection& connection, std::string_view cookie, TimePoint now
);

/// Notes that the session is in use; call it where check_session said yes, at most once a minute.
Result<> touch_session(store::Transaction& transaction, std::string_view cookie);

/// Logout; fine when it is over already.
Result<> end_session(store::Transaction& transaction, std::string_view cookie);

/// The value of a Set-Cookie header: HttpOnly, SameSite=Lax, Path=/, and Secure where asked for.
std::string make_session_cookie(const Secret& cookie, bool secure);

}  // namespace triphammer::access
