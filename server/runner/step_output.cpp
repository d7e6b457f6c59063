#include "runner/step_output.hpp"

namespace triphammer::runner {

StepOutput::StepOutput(Session& session, int step, bool debug)
    : session_{session},
      step_{step},
      reader_{
          requests_,
          [&session](std::string value) { (void)session.masks().add(Secret{std::move(value)}); },
          debug} {}

Task<Result<>> StepOutput::write(std::string_view bytes) {
    if (reader_.pass(bytes)) return session_.write(step_, bytes);
    text_.clear();
    reader_.write(bytes, text_);
    return session_.write(step_, text_);
}

Task<Result<>> StepOutput::flush() {
    text_.clear();
    reader_.flush(text_);
    return session_.write(step_, text_);
}

}  // namespace triphammer::runner
