#include "results/gather.hpp"

#include <algorithm>

namespace triphammer::results {

namespace {

constexpr std::size_t kMostFindings = 500;
constexpr std::size_t kMostTexts = 20;
constexpr std::size_t kMostProblems = 20;
constexpr std::size_t kMostFiles = 100;
/// As JSON a part is at most three times as long.
constexpr std::size_t kPartBytes = kMostPartBytes / 4;
constexpr std::size_t kEntryBytes = 150;

/// What stands for a test when it comes twice: what is worse.
int weight_of(Outcome outcome) {
    if (outcome == Outcome::failed) return 2;
    return outcome == Outcome::passed ? 1 : 0;
}

/// Sends when a part is full.
class Parts {
  public:
    explicit Parts(const std::function<Result<>(const Part&)>& send) : send_{send} {}

    Result<> make_room(std::size_t bytes) {
        bytes += kEntryBytes;
        if (used_ > 0 && used_ + bytes > kPartBytes) {
            if (auto sent = flush(); !sent) return sent;
        }
        used_ += bytes;
        return {};
    }

    Part& part() { return part_; }

    Result<> flush() {
        auto sent = send_(part_);
        part_ = {};
        used_ = 0;
        return sent;
    }

  private:
    const std::function<Result<>(const Part&)>& send_;
    Part part_;
    std::size_t used_ = 0;
};

std::size_t bytes_of(const Test& test) {
    return test.suite.size() + test.name.size() + test.file.size() + test.message.size() +
           test.details.size();
}

std::size_t bytes_of(const Finding& finding) {
    return finding.tool.size() + finding.rule.size() + finding.message.size() + finding.file.size();
}

std::size_t bytes_of(const Text& text) {
    return text.path.size() + text.text.size();
}

template <class Item>
Result<> hand_on_all(Parts& parts, std::vector<Item> Part::*list, std::vector<Item>& items) {
    for (auto& item : items) {
        if (auto room = parts.make_room(bytes_of(item)); !room) return room;
        (parts.part().*list).push_back(std::move(item));
    }
    return {};
}

}  // namespace

void Gather::add(Test test) {
    const auto [known, is_new] = known_.try_emplace({test.suite, test.name}, tests_.size());
    if (is_new) {
        if (tests_.size() < kMostTests) return tests_.push_back(std::move(test));
        known_.erase(known);
        ++left_out_;
        return;
    }
    auto& before = tests_[known->second];
    const auto ms = before.ms + test.ms;
    const bool is_flaky = before.is_flaky || test.is_flaky;
    if (weight_of(test.outcome) > weight_of(before.outcome)) before = std::move(test);
    before.ms = ms;
    before.is_flaky = is_flaky;
}

void Gather::add(Finding finding) {
    if (findings_.size() == kMostFindings) add_problem("there are more findings than are kept");
    if (findings_.size() <= kMostFindings) findings_.push_back(std::move(finding));
}

void Gather::add(Text text) {
    if (texts_.size() < kMostTexts) return texts_.push_back(std::move(text));
    add_problem(text.path + " is left out: there are too many texts");
}

void Gather::add_problem(std::string problem) {
    if (problems_.size() < kMostProblems) problems_.push_back(clean(problem, kMostMessage));
}

Gather::Counts Gather::count() const {
    Counts out;
    for (const auto& test : tests_) {
        auto& one = test.outcome == Outcome::failed    ? out.failed
                    : test.outcome == Outcome::skipped ? out.skipped
                                                       : out.passed;
        ++one;
        if (test.is_flaky) ++out.flaky;
    }
    return out;
}

Result<> Gather::hand_on(const std::function<Result<>(const Part&)>& send) {
    if (left_out_ > 0) {
        add_problem(std::to_string(left_out_) + " tests more than are kept are left out");
    }
    Parts parts{send};
    if (auto done = hand_on_all(parts, &Part::tests, tests_); !done) return done;
    if (auto done = hand_on_all(parts, &Part::findings, findings_); !done) return done;
    if (auto done = hand_on_all(parts, &Part::texts, texts_); !done) return done;
    if (auto room = parts.make_room(kPartBytes); !room) return room;
    parts.part().problems = std::move(problems_);
    if (!lines_.empty()) parts.part().coverage = lines_.sum(kMostFiles);
    return parts.flush();
}

}  // namespace triphammer::results
