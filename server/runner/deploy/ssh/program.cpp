#include "runner/deploy/ssh/program.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "execution/value_file.hpp"
#include "runner/steps/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

namespace triphammer::runner {

namespace {

constexpr const char* kSshKey = "/ssh_key";
constexpr const char* kSshKnownHosts = "/ssh_known_hosts";
constexpr const char* kSshQuestion = "/ssh_question";
constexpr const char* kSshAnswer = "/ssh_answer";
/// Standard input and output are files: what is said to people goes to standard error.
constexpr const char* kSshStart = "exec <\"$1\" >\"$2\"; shift 2; exec ssh \"$@\"";
constexpr int kSshFailed = 255;  // of the client itself: ssh(1), "EXIT STATUS"
constexpr std::size_t kMostLastLine = 300;

/// Readable for the user of the folder alone: the client refuses any other key.
Result<> write_private_file(const std::string& folder, const char* name, std::string_view text) {
    struct stat facts {};

    if (::stat(folder.c_str(), &facts) != 0) return Error{Code::io, folder + " is gone"};
    std::error_code ignored;
    std::filesystem::remove_all(folder + name, ignored);
    auto file = open_file(folder + name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (!file) return file.error();
    const bool is_given =
        facts.st_uid == ::geteuid() || ::fchown(file->get(), facts.st_uid, facts.st_gid) == 0;
    if (!is_given) return Error{Code::io, "a file cannot be given to the job's user"};
    return write_all(file->get(), text);
}

/// Takes the files with secrets away when the question is over.
class SshFiles {
  public:
    explicit SshFiles(std::string folder) : folder_{std::move(folder)} {}

    SshFiles(const SshFiles&) = delete;
    SshFiles& operator=(const SshFiles&) = delete;

    ~SshFiles() {
        for (const char* name : {kSshKey, kSshQuestion}) {
            const auto path = folder_ + name;
            ::unlink(path.c_str());
        }
    }

  private:
    std::string folder_;
};

/// Standard error, for people; the last line also says why the client has failed.
class SshLog final : public execution::OutputSink {
  public:
    SshLog(JobSession& session, int step) : session_{session}, step_{step} {}

    Task<Result<>> write(std::string_view bytes) override {
        keep_last(bytes);
        if (step_ == 0) return nothing();
        return session_.log(step_, std::string{bytes});
    }

    std::string last() const { return std::string{trim(last_)}; }

  private:
    static Task<Result<>> nothing() { co_return Result<>{}; }

    void keep_last(std::string_view bytes) {
        last_ += bytes;
        const auto text = trim(last_);
        const auto begin = text.rfind('\n');
        auto line = std::string{begin == text.npos ? text : text.substr(begin + 1)};
        if (last_.ends_with('\n')) line += '\n';
        last_ = std::string{cut_utf8(line, kMostLastLine)};
    }

    JobSession& session_;
    int step_;
    std::string last_;
};

}  // namespace

Task<Result<ExecAnswer>> SshProgram::ask(
    const ExecRequest& request,
    int step,
    std::chrono::milliseconds limit,
    execution::StopToken& stop
) {
    const auto& temp = place_.folders().temp;
    const SshFiles files{temp.outside};
    auto command = make_command(request);
    if (!command) co_return command.error();
    SshLog sink{session_, step};
    execution::ProcessLimits limits;
    limits.deadline = limit;
    auto running = place_.run_step(std::move(*command), limits, sink, stop);
    const auto end = co_await std::move(running);
    if (!end) co_return end.error();
    if (auto judged = judge(request, *end, sink.last()); !judged) co_return judged.error();
    const auto text = execution::read_summary_file(temp.outside + kSshAnswer);
    if (!text) co_return with_context("the program's answer", text.error());
    co_return parse_answer(request.action, *text);
}

Result<> SshProgram::judge(
    const ExecRequest& request, const execution::ProcessEnd& end, const std::string& last
) const {
    using execution::EndCause;
    const auto action = std::string{name_of(request.action)};
    const bool is_broken = end.cause == EndCause::exited && end.status.code == kSshFailed;
    if (is_broken) {
        return Error{
            Code::unavailable,
            "ssh to " + access_.address.text() + " failed at " + action +
                (last.empty() ? "" : ": " + last)};
    }
    if (end.cause != EndCause::exited) {
        return Error{
            Code::unavailable,
            "the connection to " + access_.address.text() + " was ended at " + action +
                ": nobody knows whether the program is still at work"};
    }
    return judge_end(request, end);
}

Result<StepCommand> SshProgram::make_command(const ExecRequest& request) const {
    const auto& temp = place_.folders().temp;
    const auto& payload = payload_.reveal();
    auto key = access_.key.reveal();
    if (!key.ends_with('\n')) key += '\n';  // the client cannot read it otherwise
    auto written = write_private_file(temp.outside, kSshKey, key);
    wipe(key);
    if (written) {
        auto question = payload + to_text(request);
        written = write_private_file(temp.outside, kSshQuestion, question);
        wipe(question);
    }
    const auto hosts = temp.outside + kSshKnownHosts;
    if (written) written = write_new_file(hosts, access_.known_hosts + "\n", 0644);
    if (written) written = write_new_file(temp.outside + kSshAnswer, "", 0666);
    if (!written) return written.error();
    StepCommand command;
    command.arguments = {
        "/bin/sh", "-c", kSshStart, "ssh", temp.inside + kSshQuestion, temp.inside + kSshAnswer};
    auto arguments = make_ssh_arguments(
        access_.address, temp.inside + kSshKey, temp.inside + kSshKnownHosts, payload.size()
    );
    for (auto& argument : arguments) command.arguments.push_back(std::move(argument));
    command.environment = {
        std::string{"PATH="} + kUsualPath, "LANG=C.UTF-8", "HOME=" + place_.folders().home.inside};
    command.directory = place_.folders().workspace.inside;
    return command;
}

}  // namespace triphammer::runner
