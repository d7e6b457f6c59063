#include "access/begun_sign_ins.hpp"

#include "base/digest.hpp"

namespace triphammer::access {

namespace {

constexpr std::size_t kBytes = 32;
/// Expired ones are refused anyway: whoever begins need not look through all of them.
constexpr std::size_t kBetweenLooks = 64;

}  // namespace

Result<BegunSignIns::Begun> BegunSignIns::begin(Random& random, std::string linker) {
    const auto now = clock_.instant();
    const bool is_full = begun_.size() >= kMostSignIns;
    if (is_full || begun_.size() % kBetweenLooks == 0) {
        std::erase_if(begun_, [now](const auto& one) { return one.second.expires_at <= now; });
    }
    if (begun_.size() >= kMostSignIns) {
        return Error{Code::unavailable, "too many people are signing in; try again in a minute"};
    }
    Begun out;
    out.cookie = Secret{random_hex(random, kBytes)};
    out.state = Secret{random_hex(random, kBytes)};
    out.verifier = Secret{random_hex(random, kBytes)};
    Entry entry{out.state, out.verifier, std::move(linker), now + kSignInLife};
    begun_.insert_or_assign(sha256_hex(out.cookie.reveal()), std::move(entry));
    return out;
}

Result<BegunSignIns::Taken> BegunSignIns::take(std::string_view cookie, std::string_view state) {
    const auto found = begun_.extract(sha256_hex(cookie));
    const bool fits = found && found.mapped().state == Secret{std::string{state}} &&
                      clock_.instant() < found.mapped().expires_at;
    if (fits) return Taken{found.mapped().verifier, found.mapped().linker};
    return refused(
        "this answer of GitHub's does not belong to a beginning in this browser, came a second "
        "time, or later than ten minutes: begin again"
    );
}

}  // namespace triphammer::access
