#pragma once

#include "base/clock.hpp"

namespace triphammer::testing {

/// A clock that moves when the test says so.
class ManualClock final : public Clock {
  public:
    TimePoint now() const override { return now_; }

    Instant instant() const override { return instant_; }

    void advance(Milliseconds by) {
        now_ += by;
        instant_ += by;
    }

  private:
    TimePoint now_ = from_unix_ms(1'700'000'000'000);
    Instant instant_{};
};

}  // namespace triphammer::testing
