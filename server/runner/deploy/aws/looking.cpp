#include "runner/deploy/aws/looking.hpp"

#include "runner/deploy/target.hpp"

#include <chrono>

namespace triphammer::runner {

using Progress = aws::Judgement::Progress;

void Looking::add(const Result<aws::Judgement>& seen, Instant now) {
    ++outcome_.looks;
    outcome_.milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - begin_).count();
    if (seen) {
        judge(*seen, now);
    } else {
        good_since_.reset();
        outcome_.reason = seen.error().message;
        // An answer that cannot be read says nothing about what is there.
        is_over_ = !is_silence(seen.error()) && seen.error().code != Code::protocol;
    }
    if (is_over_ || now - begin_ < patience_.timeout) return;
    is_over_ = true;
    outcome_.reason = "not proven within " + std::to_string(patience_.timeout.count() / 1000) +
                      " s (health.timeout): " + outcome_.reason;
}

void Looking::judge(const aws::Judgement& seen, Instant now) {
    outcome_.reason = seen.words;
    is_over_ = seen.progress == Progress::failed;
    if (seen.progress != Progress::done) {
        good_since_.reset();
        return;
    }
    if (!good_since_) good_since_ = now;
    outcome_.passed = now - *good_since_ >= patience_.hold;
    is_over_ = outcome_.passed;
    if (outcome_.passed) outcome_.reason.clear();
}

}  // namespace triphammer::runner
