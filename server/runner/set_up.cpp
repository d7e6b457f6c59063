#include "runner/set_up.hpp"

#include "runner/session/session.hpp"
#include "runner/session/step_executor.hpp"

namespace triphammer::runner {

namespace {

std::string token_line(const Session& session) {
    const auto& note = session.document().token_note;
    if (!note.empty()) return "GITHUB_TOKEN: " + note + "\n";
    const bool known = session.contexts().has_token();
    return known ? "GITHUB_TOKEN: the secret of that name; `permissions` do not limit it\n"
                 : "GITHUB_TOKEN: none; without a GitHub App a job has one only where an admin "
                   "stored a secret of that name\n";
}

Task<Result<>> prepare(Session& session, std::string place, StepExecutor& executor) {
    auto preparing = executor.prepare();
    const auto ready = co_await std::move(preparing);
    if (!ready || executor.description() == place) co_return ready;
    auto described = session.log(0, executor.description() + "\n");
    co_return co_await std::move(described);
}

}  // namespace

model::Cause cause_of(const Error& error) {
    switch (error.code) {
        case Code::disk_full:
            return model::Cause::disk_full;
        case Code::invalid:
            return model::Cause::invalid;
        case Code::timed_out:
            return model::Cause::timeout;
        default:
            return model::Cause::infrastructure;
    }
}

Task<Result<>> set_up_job(
    Session& session, std::string place, std::string notes, StepExecutor* executor
) {
    protocol::StepBegin begin;
    begin.name = "Set up job";
    auto begun = session.step_begin(std::move(begin));
    if (auto kept = co_await std::move(begun); !kept) co_return kept;
    const auto& label = session.document().executor.label;
    auto said = session.log(
        0, "runs-on '" + label + "': this job runs in " + place + "\n" + token_line(session) + notes
    );
    auto ready = co_await std::move(said);
    if (ready && executor != nullptr) {
        auto preparing = prepare(session, std::move(place), *executor);
        ready = co_await std::move(preparing);
    }
    protocol::StepEnd end;
    if (!ready) {
        auto told = session.log(0, "##[error]" + ready.error().message + "\n");
        co_await std::move(told);
        end.state = model::StepState::failed;
        end.cause = cause_of(ready.error());
        end.reason = ready.error().message;
    }
    auto ended = session.step_end(std::move(end));
    const auto kept = co_await std::move(ended);
    co_return ready ? kept : ready;
}

}  // namespace triphammer::runner
