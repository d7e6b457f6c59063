#pragma once

#include "runner/session/wakeup.hpp"

#include <utility>

namespace triphammer::runner {

/// Lets coroutines of one thread through one by one.
class OneByOne {
  public:
    explicit OneByOne(Executor executor) : news_{std::move(executor)} {}

    /// Lets the next one in at its end.
    class Pass {
      public:
        explicit Pass(OneByOne& gate) : gate_{&gate} {}

        Pass(Pass&& other) noexcept : gate_{std::exchange(other.gate_, nullptr)} {}

        Pass& operator=(Pass&&) = delete;

        ~Pass() {
            if (gate_ == nullptr) return;
            gate_->is_taken_ = false;
            gate_->news_.ring();
        }

      private:
        OneByOne* gate_;
    };

    Task<Pass> enter() {
        while (is_taken_) {
            auto waiting = news_.wait();
            co_await std::move(waiting);
        }
        is_taken_ = true;
        co_return Pass{*this};
    }

  private:
    bool is_taken_ = false;
    Wakeup news_;
};

}  // namespace triphammer::runner
