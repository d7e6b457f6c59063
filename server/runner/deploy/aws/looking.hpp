#pragma once
// Looks at something of AWS until it is proven, has failed, or the patience is over. Pure.

#include "aws/ecs.hpp"
#include "base/clock.hpp"
#include "runner/deploy/aws/ecs_plan.hpp"
#include "runner/deploy/gate.hpp"

#include <optional>

namespace triphammer::runner {

class Looking {
  public:
    Looking(AwsPatience patience, Instant begin) : patience_{patience}, begin_{begin} {}

    /// An error after which nobody knows more than before is no finding; any other one is the end.
    void add(const Result<aws::Judgement>& seen, Instant now);

    bool is_over() const { return is_over_; }

    const GateOutcome& outcome() const { return outcome_; }

  private:
    void judge(const aws::Judgement& seen, Instant now);

    AwsPatience patience_;
    Instant begin_;
    std::optional<Instant> good_since_;
    bool is_over_ = false;
    GateOutcome outcome_;
};

}  // namespace triphammer::runner
