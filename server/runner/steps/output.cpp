#include "runner/steps/output.hpp"

#include "runner/session/job_file.hpp"

namespace triphammer::runner {

namespace {

execution::CommandReach reach_of(Session& session, const JobFolders& folders, bool debug) {
    execution::CommandReach reach;
    reach.add_mask = [&session](std::string value) {
        return session.masks().add(Secret{std::move(value)});
    };
    reach.read_file = [&folders](const std::string& path) {
        return read_job_file(folders, path, execution::ProblemMatcher::kMostBytes);
    };
    reach.matchers = &session.matchers();
    reach.debug = debug;
    return reach;
}

}  // namespace

StepOutput::StepOutput(Session& session, const JobFolders& folders, int step, bool debug)
    : session_{session}, step_{step}, reader_{requests_, reach_of(session, folders, debug)} {}

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
