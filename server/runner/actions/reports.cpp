#include "runner/actions/reports.hpp"

#include "archive/wire.hpp"
#include "base/file.hpp"
#include "results/part.hpp"
#include "results/program.hpp"
#include "runner/session/own_program.hpp"
#include "runner/session/store_link.hpp"

#include <fcntl.h>

#include <fstream>

namespace triphammer::runner {

namespace {

namespace fs = std::filesystem;

/// Of all parts together: what a program that is not ours any more may make us keep.
constexpr std::uint64_t kMostBytes = 256U << 20U;
/// A program's argument may have 128 KiB (MAX_ARG_STRLEN of Linux).
constexpr std::size_t kLongestRequest = 120U << 10U;
/// Of a job that was cancelled or whose time is over.
constexpr std::chrono::minutes kLastLimit{1};

void mask(Session& session, results::Part& part) {
    const auto hide = [&session](std::string& text) { text = session.masks().mask(text); };
    for (auto& test : part.tests) {
        for (auto* text : {&test.suite, &test.name, &test.file}) hide(*text);
        for (auto* text : {&test.message, &test.details}) hide(*text);
    }
    for (auto& finding : part.findings) {
        for (auto* text : {&finding.rule, &finding.message, &finding.file}) hide(*text);
    }
    for (auto& one : part.texts) {
        for (auto* text : {&one.path, &one.text}) hide(*text);
    }
    for (auto& problem : part.problems) hide(problem);
    if (!part.coverage) return;
    for (auto& file : part.coverage->files) hide(file.path);
}

/// A piece of the report; `file` is where it lies while it is sent.
Task<Result<>> send_part(
    Session& session, fs::path file, int number, bool is_last, std::string text
) {
    {
        auto opened = open_file(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (!opened) co_return opened.error();
        if (auto written = write_all(opened->get(), text); !written) co_return written;
    }
    StoredFile stored;
    stored.path = file;
    stored.bytes = text.size();
    StoreLink::Query query{{"part", std::to_string(number)}};
    if (is_last) query.emplace_back("last", "true");
    StoreLink link{session};
    auto sending = link.send("/runner/v1/reports", std::move(query), std::move(stored));
    if (auto sent = co_await std::move(sending); !sent) co_return sent.error();
    co_return Result<>{};
}

/// What the reporter says: parts into a file, a line each, words into the log.
class ReporterOutput final : public execution::OutputSink {
  public:
    ReporterOutput(Session& session, int step, int parts)
        : session_{session}, step_{step}, parts_{parts} {}

    Task<Result<>> write(std::string_view bytes) override {
        auto fed = reader_.feed(bytes, [this](char type, std::string_view payload) {
            return take(type, payload);
        });
        if (!fed || words_.empty()) co_return fed;
        auto logging = session_.log(step_, std::exchange(words_, {}));
        co_return co_await std::move(logging);
    }

    /// How many parts there are.
    Result<int> end() const {
        if (failure_) return *failure_;
        if (!has_ended_) return Error{Code::io, "the program that reads reports ended early"};
        return count_;
    }

  private:
    Result<> take(char type, std::string_view payload) {
        if (type == archive::kMessage) words_ += payload;
        if (type == archive::kFailure) failure_ = archive::parse_failure(payload);
        if (type == archive::kEnd) has_ended_ = true;
        return type == archive::kData ? keep(payload) : Result<>{};
    }

    /// Masked before it lies on a disk.
    Result<> keep(std::string_view payload) {
        auto part = results::parse_part(payload);
        if (!part) return part.error();
        mask(session_, *part);
        const auto line = results::to_text(*part) + "\n";
        bytes_ += line.size();
        if (line.size() > results::kMostPartBytes || bytes_ > kMostBytes) {
            return Error{Code::too_large, "the reports are too large"};
        }
        ++count_;
        return write_all(parts_, line);
    }

    Session& session_;
    int step_;
    int parts_;  // a descriptor
    archive::FrameReader reader_;
    std::string words_;
    std::uint64_t bytes_ = 0;
    int count_ = 0;
    bool has_ended_ = false;
    std::optional<Error> failure_;
};

/// A job's collecting.
class Collection {
  public:
    Collection(Session& session, StepExecutor& executor, int step)
        : session_{session}, executor_{executor}, step_{step} {
        const auto folder = fs::path{session.folders().temp.outside}.parent_path();
        all_ = folder / ("reports-" + std::to_string(step));
        one_ = folder / ("report-" + std::to_string(step));
    }

    ~Collection() {
        std::error_code ignored;
        fs::remove(all_, ignored);
        fs::remove(one_, ignored);
    }

    Collection(const Collection&) = delete;
    Collection& operator=(const Collection&) = delete;

    Task<Result<>> run() {
        auto request = make_request();
        if (!request) co_return request.error();
        auto reading = read(std::move(*request));
        const auto parts = co_await std::move(reading);
        if (!parts) co_return parts.error();
        auto sending = send_all(*parts);
        co_return co_await std::move(sending);
    }

  private:
    Result<std::string> make_request() const {
        const auto& reports = session_.document().job.reports;
        results::ReportRequest request;
        request.workspace = executor_.folders().workspace.inside;
        request.home = executor_.folders().home.inside;
        auto fine = add(reports.junit, request.junit);
        if (fine) fine = add(reports.coverage, request.coverage);
        if (fine) fine = add(reports.sarif, request.sarif);
        if (fine) fine = add(reports.text, request.text);
        if (!fine) return fine.error();
        auto text = results::to_text(request);
        if (text.size() > kLongestRequest) return invalid("the list of paths is too long");
        return text;
    }

    Result<> add(const std::vector<model::Template>& paths, std::string& to) const {
        for (const auto& path : paths) {
            const auto text = session_.evaluate(path);
            if (!text) return with_context("reports", text.error());
            to += *text + "\n";
        }
        return {};
    }

    Task<Result<int>> read(std::string request) {
        auto file = open_file(all_, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (!file) co_return file.error();
        auto command = make_own_command(executor_, {"report", std::move(request)});
        if (!command) co_return command.error();
        execution::ProcessLimits limits;
        limits.grace = std::chrono::seconds{session_.document().grace_seconds};
        if (session_.is_stopped()) limits.deadline = kLastLimit;
        auto& stop = session_.is_stopped() ? session_.last_stop() : session_.stop();
        ReporterOutput said{session_, step_, file->get()};
        auto running = executor_.run_step(std::move(*command), limits, said, stop);
        const auto end = co_await std::move(running);
        if (!end) co_return end.error();
        if (end->cause == execution::EndCause::cancelled) {
            co_return Error{Code::cancelled, "stopped"};
        }
        if (end->cause == execution::EndCause::timed_out) {
            co_return Error{Code::timed_out, "reading them took too long"};
        }
        co_return said.end();
    }

    Task<Result<>> send_all(int parts) {
        std::ifstream lines{all_};
        std::string line;
        for (int part = 0; part < parts && std::getline(lines, line); ++part) {
            auto sending = send_part(session_, one_, part, part + 1 == parts, line);
            if (auto sent = co_await std::move(sending); !sent) co_return sent;
        }
        co_return Result<>{};
    }

    Session& session_;
    StepExecutor& executor_;
    int step_;
    fs::path all_;  // a part a line
    fs::path one_;  // the part that is being sent
};

}  // namespace

bool has_reports(const model::JobDefinition& job) {
    return !(job.reports == model::Reports{});
}

Task<Result<>> send_report(Session& session, results::Part part) {
    mask(session, part);
    const auto file = fs::path{session.folders().temp.outside}.parent_path() / "report";
    auto sending = send_part(session, file, 0, true, results::to_text(part));
    const auto sent = co_await std::move(sending);
    std::error_code ignored;
    fs::remove(file, ignored);
    co_return sent;
}

Task<Result<>> collect_reports(Session& session, StepExecutor& executor, int step) {
    protocol::StepBegin begin;
    begin.number = step;
    begin.name = "Collect reports";
    auto beginning = session.step_begin(std::move(begin));
    if (auto kept = co_await std::move(beginning); !kept) co_return kept;
    Collection collection{session, executor, step};
    auto running = collection.run();
    const auto done = co_await std::move(running);
    protocol::StepEnd end;
    end.number = step;
    if (!done) {
        end.state = session.is_stopped() ? model::StepState::cancelled : model::StepState::failed;
        end.cause = model::Cause::infrastructure;
        end.reason = done.error().message;
        auto saying = session.log(step, "##[error]" + end.reason + "\n");
        if (auto said = co_await std::move(saying); !said) co_return said;
    }
    auto ending = session.step_end(std::move(end));
    co_return co_await std::move(ending);
}

}  // namespace triphammer::runner
