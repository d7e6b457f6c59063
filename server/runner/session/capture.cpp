#include "runner/session/capture.hpp"

namespace triphammer::runner {

namespace {

constexpr int kSignalled = 128;

class TextSink final : public execution::OutputSink {
  public:
    explicit TextSink(std::size_t max_bytes) : max_bytes_{max_bytes} {}

    Task<Result<>> write(std::string_view bytes) override {
        if (text_.size() + bytes.size() > max_bytes_) {
            co_return Error{Code::too_large, "more than " + std::to_string(max_bytes_) + " bytes"};
        }
        text_ += bytes;
        co_return Result<>{};
    }

    std::string take() { return std::move(text_); }

  private:
    std::size_t max_bytes_;
    std::string text_;
};

}  // namespace

Task<Result<Captured>> capture(
    StepExecutor& executor,
    StepCommand command,
    std::size_t max_bytes,
    execution::StopToken& stop,
    std::chrono::minutes limit
) {
    TextSink sink{max_bytes};
    execution::ProcessLimits limits;
    limits.deadline = limit;
    auto running = executor.run_step(std::move(command), limits, sink, stop);
    const auto end = co_await std::move(running);
    if (!end) co_return end.error();
    if (end->cause == execution::EndCause::cancelled) co_return Error{Code::cancelled, "stopped"};
    if (end->cause == execution::EndCause::timed_out) {
        const auto minutes =
            std::to_string(limit.count()) + (limit.count() == 1 ? " minute" : " minutes");
        co_return Error{Code::timed_out, "no answer within " + minutes};
    }
    Captured out;
    out.status = end->status.signal != 0 ? kSignalled + end->status.signal : end->status.code;
    out.text = sink.take();
    co_return out;
}

}  // namespace triphammer::runner
