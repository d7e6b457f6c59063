#include "results/program.hpp"

#include "archive/collect.hpp"
#include "archive/wire.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "results/gather.hpp"
#include "results/junit.hpp"
#include "results/sarif.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace triphammer::results {

using nlohmann::json;

namespace {

constexpr std::size_t kMostFiles = 500;  // of one kind
constexpr std::size_t kMostEntries = 200'000;
constexpr std::uint64_t kMostXmlBytes = 256U << 20U;  // read in pieces
constexpr std::uint64_t kMostFileBytes = 32U << 20U;  // read at once
constexpr std::size_t kPieceBytes = 64U << 10U;
constexpr std::size_t kMostFailuresSaid = 20;

/// A regular file; whatever else a step has put there is not waited for.
Result<FileDescriptor> open_report(const std::string& path, std::uint64_t most) {
    auto file = open_file(path, O_RDONLY | O_NONBLOCK);
    if (!file) return file;

    struct stat info {};

    if (::fstat(file->get(), &info) != 0) return from_errno("look at " + path);
    if (!S_ISREG(info.st_mode)) return invalid("it is no file");
    if (static_cast<std::uint64_t>(info.st_size) > most) {
        return Error{Code::too_large, "it is larger than " + std::to_string(most >> 20U) + " MiB"};
    }
    return file;
}

/// At most `most` bytes, also of a file that grows meanwhile.
Result<> read_pieces(
    const std::string& path,
    std::uint64_t most,
    const std::function<Result<>(std::string_view)>& take
) {
    auto file = open_report(path, most);
    if (!file) return file.error();
    std::string piece(kPieceBytes, '\0');
    for (std::uint64_t seen = 0; seen <= most;) {
        const auto count = ::read(file->get(), piece.data(), piece.size());
        if (count < 0) return from_errno("read " + path);
        if (count == 0) return {};
        seen += static_cast<std::uint64_t>(count);
        const std::string_view bytes{piece.data(), static_cast<std::size_t>(count)};
        if (auto taken = take(bytes); !taken) return taken;
    }
    return Error{Code::too_large, "it grows"};
}

Result<std::string> read_whole(const std::string& path, std::uint64_t most) {
    std::string out;
    auto read = read_pieces(path, most, [&](std::string_view bytes) -> Result<> {
        out += bytes;
        return {};
    });
    if (!read) return read.error();
    return out;
}

Result<> read_xml(const std::string& path, xml::Handler& handler) {
    xml::Reader reader{handler};
    auto read = read_pieces(path, kMostXmlBytes, [&](std::string_view bytes) {
        return reader.feed(bytes, false);
    });
    return read ? reader.feed({}, true) : read;
}

bool is_xml(std::string_view beginning) {
    if (beginning.starts_with("\xEF\xBB\xBF")) beginning.remove_prefix(3);
    return trim(beginning).starts_with('<');
}

class Reporter {
  public:
    Reporter(const ReportRequest& request, int output) : request_{request}, output_{output} {}

    Result<> run() {
        each("junit", request_.junit, [this](const auto& path) { return read_junit(path); });
        each("coverage", request_.coverage, [this](const auto& path) {
            return read_coverage(path);
        });
        each("sarif", request_.sarif, [this](const auto& path) { return read_findings(path); });
        each("text", request_.text, [this](const auto& path) { return read_text(path); });
        if (auto said = say_tests(); !said) return said;
        return gathered_.hand_on([this](const Part& part) {
            return archive::write_frame(output_, archive::kData, to_text(part));
        });
    }

  private:
    template <class Read>
    void each(const std::string& kind, const std::string& patterns, Read read) {
        if (trim(patterns).empty()) return;
        const archive::PathList paths{patterns, {request_.workspace, request_.home}};
        archive::CollectOptions options;
        options.follow_links = true;
        options.most = kMostEntries;
        const auto found = archive::collect(paths, options);
        if (!found) return problem(kind, found.error().message);
        std::size_t files = 0;
        for (const auto& one : *found) {
            if (one.kind != archive::Kind::file) continue;
            if (++files > kMostFiles) return problem(kind, "there are too many files");
            const auto read_it = read(one.path);
            if (!read_it) problem(shown(one.path), read_it.error().message);
        }
        if (files == 0) problem(kind, "no file is there: " + join_lines(patterns));
    }

    Result<> read_junit(const std::string& path) {
        JunitReader reader{
            request_.workspace, [this](Test test) { gathered_.add(std::move(test)); }};
        auto read = read_xml(path, reader);
        if (read && !reader.has_suite()) return invalid("it has no <testsuite>");
        return read;
    }

    Result<> read_coverage(const std::string& path) {
        std::string beginning;
        auto peeked = read_pieces(path, kMostXmlBytes, [&](std::string_view bytes) -> Result<> {
            if (beginning.empty()) beginning = bytes.substr(0, 256);
            return {};
        });
        if (!peeked) return peeked;
        if (is_xml(beginning)) {
            CoberturaReader reader{request_.workspace, gathered_.lines()};
            auto read = read_xml(path, reader);
            if (read && !reader.has_coverage()) return invalid("it has no <coverage>");
            return read;
        }
        const auto text = read_whole(path, kMostFileBytes);
        if (!text) return text.error();
        return read_lcov(*text, request_.workspace, gathered_.lines());
    }

    Result<> read_findings(const std::string& path) {
        const auto text = read_whole(path, kMostFileBytes);
        if (!text) return text.error();
        auto findings = read_sarif(*text, request_.workspace);
        if (!findings) return findings.error();
        for (auto& one : *findings) gathered_.add(std::move(one));
        return {};
    }

    Result<> read_text(const std::string& path) {
        const auto text = read_whole(path, kMostFileBytes);
        if (!text) return text.error();
        gathered_.add(Text{shown(path), clean(*text, kMostText)});
        return {};
    }

    Result<> say_tests() const {
        if (gathered_.tests().empty()) return {};
        const auto counts = gathered_.count();
        auto words = std::to_string(gathered_.tests().size()) +
                     " tests: " + std::to_string(counts.passed) + " passed, " +
                     std::to_string(counts.failed) + " failed, " + std::to_string(counts.skipped) +
                     " skipped";
        if (counts.flaky > 0) words += ", " + std::to_string(counts.flaky) + " flaky";
        words += "\n";
        std::size_t said = 0;
        for (const auto& test : gathered_.tests()) {
            if (test.outcome != Outcome::failed || ++said > kMostFailuresSaid) continue;
            words += describe(test) + "\n";
        }
        return say(words);
    }

    static std::string describe(const Test& test) {
        auto place = test.file;
        if (test.line > 0) place += ":" + std::to_string(test.line);
        const auto name = test.suite.empty() ? test.name : test.suite + " " + test.name;
        const auto message = test.message.substr(0, test.message.find('\n'));
        return "failed: " + name + (place.empty() ? "" : " (" + place + ")") + ": " + message;
    }

    void problem(const std::string& what, const std::string& why) {
        gathered_.add_problem(what + ": " + why);
        (void)say("##[warning]" + what + ": " + why + "\n");
    }

    Result<> say(const std::string& words) const {
        return archive::write_frame(output_, archive::kMessage, words);
    }

    std::string shown(const std::string& path) const { return shorten(path, request_.workspace); }

    static std::string join_lines(const std::string& patterns) {
        std::vector<std::string> out;
        for (const auto line : split(patterns, '\n')) {
            if (!trim(line).empty()) out.emplace_back(trim(line));
        }
        return join(out, ", ");
    }

    const ReportRequest& request_;
    int output_;
    Gather gathered_;
};

Result<ReportRequest> parse_request(std::string_view text) {
    const auto in = json::parse(text, nullptr, false);
    if (!in.is_object()) return invalid("the request is no JSON object");
    ReportRequest out;
    const auto take = [&in](const char* name, std::string& to) {
        const auto found = in.find(name);
        if (found != in.end() && found->is_string()) to = found->get<std::string>();
    };
    take("workspace", out.workspace);
    take("home", out.home);
    take("junit", out.junit);
    take("coverage", out.coverage);
    take("sarif", out.sarif);
    take("text", out.text);
    return out;
}

Result<> carry_out(std::string_view text, int output) {
    const auto request = parse_request(text);
    if (!request) return request.error();
    return Reporter{*request, output}.run();
}

}  // namespace

std::string to_text(const ReportRequest& request) {
    const json out{
        {"workspace", request.workspace},
        {"home", request.home},
        {"junit", request.junit},
        {"coverage", request.coverage},
        {"sarif", request.sarif},
        {"text", request.text}};
    return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

int run_reporter(int count, const char* const* arguments, int output) {
    const auto done =
        count == 1 ? carry_out(arguments[0], output) : Result<>{invalid("report, and a request")};
    if (!done) {
        (void)archive::write_frame(output, archive::kFailure, archive::failure_text(done.error()));
        return 1;
    }
    return archive::write_frame(output, archive::kEnd, "{}") ? 0 : 1;
}

}  // namespace triphammer::results
