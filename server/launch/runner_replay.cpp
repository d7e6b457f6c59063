// A dead runner's spool, applied as if it were sent by the runner.

#include "base/file.hpp"
#include "launch/runner_connection.hpp"
#include "store/sqlite/database.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace triphammer::launch {

namespace {

constexpr std::size_t kReadBytes = 256 * 1024;

Result<protocol::Attached> position_of(
    store::Connection& db,
    model::Fence fence,
    store::Hold& hold,
    model::JobId& job,
    model::RunId& run
) {
    const auto attempt = store::find_attempt(db, fence);
    if (!attempt) return not_found("there is no attempt " + model::to_text(fence));
    const auto row = store::find_job(db, attempt->job);
    if (!row) return not_found("the attempt's job is gone");
    hold = {fence, attempt->nonce};
    job = row->id;
    run = row->run;
    protocol::Attached attached;
    attached.acked = static_cast<std::uint64_t>(attempt->acked);
    return attached;
}

}  // namespace

Task<Result<>> RunnerConnection::replay(model::Fence fence, std::filesystem::path spool) {
    auto finding = parts_.database.read([&](store::Connection& db) {
        return position_of(db, fence, hold_, job_, run_);
    });
    auto attached = co_await std::move(finding);
    if (!attached) co_return attached.error();
    auto measuring = measure_known_logs(fence, attached->acked);
    auto have = co_await std::move(measuring);
    if (!have) co_return have.error();
    attached->have = std::move(*have);
    attached->resend_from = damages(fence) > 0 ? 0 : attached->acked;
    const auto from = attached->resend_from;
    machine_ = protocol::DaemonMachine::replaying(std::move(*attached));
    const auto file = open_file(spool, O_RDONLY);
    if (!file) co_return file.error();
    std::string buffer(kReadBytes, '\0');
    for (auto offset = from; !machine_.is_finished();) {
        const auto count =
            ::pread(file->get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
        if (count < 0) co_return from_errno("read " + spool.string());
        if (count == 0) co_return Error{Code::protocol, "the spool has no whole end"};
        offset += static_cast<std::uint64_t>(count);
        machine_.receive({buffer.data(), static_cast<std::size_t>(count)});
        is_patient_ = false;
        auto working = work();
        if (!co_await std::move(working)) break;
    }
    if (!machine_.is_finished()) co_return conflict("the spool could not be applied");
    co_return Result<>{};
}

}  // namespace triphammer::launch
