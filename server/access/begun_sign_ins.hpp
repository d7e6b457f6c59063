#pragma once
// Who is on the way to GitHub and back: a random `state` that GitHub repeats, a random cookie that
// only this browser has, and PKCE's verifier, which nobody but this process knows. In memory alone:
// strangers begin these, and a restart costs them a click. The logic thread.

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace triphammer::access {

inline constexpr std::chrono::minutes kSignInLife{10};  // as long as GitHub's code
inline constexpr std::size_t kMostSignIns = 10'000;

class BegunSignIns {
  public:
    /// The clock outlives this object.
    explicit BegunSignIns(const Clock& clock) : clock_{clock} {}

    struct Begun {
        Secret cookie;
        Secret state;
        Secret verifier;
    };

    struct Taken {
        Secret verifier;
        std::string linker;  // Principal::id of who links an account; empty: somebody signs in
    };

    /// Code::unavailable where too many are on their way.
    Result<Begun> begin(Random& random, std::string linker);

    /// Once, within ten minutes, with the cookie of the browser that began it; whatever the answer,
    /// it is spent. Code::refused.
    Result<Taken> take(std::string_view cookie, std::string_view state);

    std::size_t size() const { return begun_.size(); }

  private:
    struct Entry {
        Secret state;
        Secret verifier;
        std::string linker;
        Instant expires_at;
    };

    const Clock& clock_;
    std::map<std::string, Entry> begun_;  // by the cookie's SHA-256
};

}  // namespace triphammer::access
