#include "api/runs/shown_log.hpp"

#include "api/call/reply.hpp"
#include "history/history.hpp"
#include "store/runs/job_store.hpp"

#include <unistd.h>

namespace triphammer::api {

namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;

}  // namespace

Result<model::Fence> find_shown_attempt(store::Connection& db, const Call& call) {
    const auto run = id_of(call.parameter(0));
    const auto job_id = id_of(call.parameter(1));
    const auto attempt = query_number(call, "attempt", 0);
    for (const auto* number : {&run, &job_id, &attempt}) {
        if (!*number) return number->error();
    }
    const auto job = store::find_job(db, model::JobId{*job_id});
    const auto unknown = not_found("run " + call.parameter(0) + " has no job " + call.parameter(1));
    if (!job || job->run != model::RunId{*run}) return unknown;
    if (auto reached = check_reach(call, job->repository, unknown); !reached) {
        return reached.error();
    }
    return history::find_shown_attempt(db, job->id, *attempt);
}

Result<std::string> read_piece(int fd, std::uint64_t offset) {
    std::string piece(kPieceBytes, '\0');
    const auto count = ::pread(fd, piece.data(), piece.size(), static_cast<off_t>(offset));
    if (count < 0) return from_errno("read the log");
    piece.resize(static_cast<std::size_t>(count));
    return piece;
}

}  // namespace triphammer::api
