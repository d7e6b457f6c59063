#pragma once
// Everything that the reports of one job say, put together; handed on in parts. Pure.

#include "results/coverage.hpp"
#include "results/part.hpp"

#include <functional>
#include <map>
#include <utility>

namespace triphammer::results {

class Gather {
  public:
    /// A test that comes twice counts once; a failure is not covered by a later success, which may
    /// be of another setting.
    void add(Test test);
    void add(Finding finding);
    void add(Text text);
    void add_problem(std::string problem);

    Lines& lines() { return lines_; }

    struct Counts {
        std::size_t passed = 0;
        std::size_t failed = 0;
        std::size_t skipped = 0;
        std::size_t flaky = 0;
    };

    Counts count() const;

    const std::vector<Test>& tests() const { return tests_; }

    /// In parts that are small enough, at least one; `send` may end it with an error.
    Result<> hand_on(const std::function<Result<>(const Part&)>& send);

  private:
    std::vector<Test> tests_;
    std::map<std::pair<std::string, std::string>, std::size_t> known_;
    std::size_t left_out_ = 0;  // tests
    Lines lines_;
    std::vector<Finding> findings_;
    std::vector<Text> texts_;
    std::vector<std::string> problems_;
};

}  // namespace triphammer::results
