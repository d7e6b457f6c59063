#include "results/junit.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace triphammer::results {

namespace {

constexpr double kMostSeconds = 1e9;

/// "1.5", also "1,234.5".
std::int64_t read_ms(std::string_view text) {
    std::string digits{trim(text)};
    std::erase(digits, ',');
    double seconds = 0;
    const auto* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, seconds);
    if (read.ec != std::errc{} || !(seconds > 0)) return 0;
    return static_cast<std::int64_t>(std::min(seconds, kMostSeconds) * 1000);
}

bool is_of_path(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '.' || c == '_' ||
           c == '-' || c == '+' || c == '@';
}

/// "12" in "12: AssertionError".
std::int64_t read_line(std::string_view text) {
    std::int64_t line = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), line);
    return read.ec == std::errc{} && line > 0 ? line : 0;
}

std::string first_line(std::string_view text) {
    const auto start = trim(text);
    return std::string{start.substr(0, start.find('\n'))};
}

}  // namespace

std::optional<Place> find_place(std::string_view text) {
    for (auto at = text.find(':'); at != std::string_view::npos; at = text.find(':', at + 1)) {
        const auto line = read_line(text.substr(at + 1, 9));
        if (line == 0) continue;
        auto begin = at;
        while (begin > 0 && is_of_path(text[begin - 1])) --begin;
        const auto path = text.substr(begin, at - begin);
        const auto dot = path.rfind('.');
        // A name with an ending that begins with a letter: neither a clock nor a host's port.
        const bool is_file = dot != std::string_view::npos && dot > 0 && dot + 1 < path.size() &&
                             std::isalpha(static_cast<unsigned char>(path[dot + 1])) != 0;
        if (is_file) return Place{std::string{path}, line};
    }
    return {};
}

std::string shorten(std::string_view path, std::string_view workspace) {
    constexpr std::string_view kScheme = "file://";
    if (path.starts_with(kScheme)) path.remove_prefix(kScheme.size());
    if (!workspace.empty() && path.starts_with(workspace) && path.size() > workspace.size() &&
        path[workspace.size()] == '/') {
        path.remove_prefix(workspace.size() + 1);
    }
    if (path.starts_with("./")) path.remove_prefix(2);
    return clean(path, kMostName);
}

void JunitReader::on_begin(std::string_view name, const xml::Attributes& attributes) {
    if (name == "testsuites") has_suite_ = true;
    if (name == "testsuite") {
        has_suite_ = true;
        suites_.push_back(
            {clean(attributes.get("name"), kMostName), std::string{attributes.get("file")}}
        );
    }
    if (name == "testcase") begin_test(attributes);
    if (!test_) return;
    if (name == "failure" || name == "error" || name == "rerunFailure" || name == "rerunError") {
        begin_failure(attributes);
    } else if (name == "flakyFailure" || name == "flakyError") {
        test_->is_flaky = true;
    } else if (name == "skipped" && test_->outcome == Outcome::passed) {
        test_->outcome = Outcome::skipped;
        test_->message = clean(attributes.get("message"), kMostMessage);
    }
}

void JunitReader::begin_test(const xml::Attributes& attributes) {
    Test test;
    test.suite = clean(attributes.get("classname"), kMostName);
    if (test.suite.empty() && !suites_.empty()) test.suite = suites_.back().name;
    test.name = clean(attributes.get("name"), kMostName);
    test.ms = read_ms(attributes.get("time"));
    test.file = shorten(attributes.get("file"), workspace_);
    test.line = read_line(attributes.get("line"));
    if (test.file.empty() && !suites_.empty()) test.file = shorten(suites_.back().file, workspace_);
    test_ = std::move(test);
}

void JunitReader::begin_failure(const xml::Attributes& attributes) {
    const bool is_first = test_->outcome != Outcome::failed;
    test_->outcome = Outcome::failed;
    if (!is_first) return;
    is_in_failure_ = true;
    test_->message = clean(attributes.get("message"), kMostMessage);
    if (test_->message.empty()) test_->message = clean(attributes.get("type"), kMostMessage);
}

void JunitReader::on_text(std::string_view text) {
    if (!is_in_failure_ || test_->details.size() > kMostDetails) return;
    test_->details += text.substr(0, kMostDetails);
}

void JunitReader::on_end(std::string_view name) {
    if (name == "failure" || name == "error") is_in_failure_ = false;
    if (name == "testsuite" && !suites_.empty()) suites_.pop_back();
    if (name == "testcase" && test_) end_test();
}

void JunitReader::end_test() {
    is_in_failure_ = false;
    auto test = std::move(*test_);
    test_.reset();
    test.details = clean(trim(test.details), kMostDetails);
    if (test.message.empty()) test.message = clean(first_line(test.details), kMostMessage);
    // A tool's text says where it failed; the attributes, where the test begins, at best.
    auto place = find_place(test.details);
    if (!place) place = find_place(test.message);
    if (place && test.outcome == Outcome::failed) {
        auto file = shorten(place->file, workspace_);
        const bool is_same = test.file.empty() || file.ends_with(test.file);
        if (is_same) test.line = place->line;
        if (test.file.empty()) test.file = std::move(file);
    }
    if (!test.name.empty()) take_(std::move(test));
}

}  // namespace triphammer::results
