#pragma once
// Test results as JUnit's Ant task wrote them first and everybody since: <testsuite>, <testcase>,
// <failure>, <error>, <skipped>; Surefire's <flakyFailure> and <rerunFailure>. Pure.
// Source: the schema of maven-surefire-plugin (surefire-test-report.xsd); pytest's and GoogleTest's
// pages about their XML output for `file` and `line`.

#include "results/part.hpp"
#include "xml/reader.hpp"

#include <functional>

namespace triphammer::results {

class JunitReader final : public xml::Handler {
  public:
    using Take = std::function<void(Test)>;

    /// `workspace`: what absolute paths are shortened by.
    JunitReader(std::string workspace, Take take)
        : workspace_{std::move(workspace)}, take_{std::move(take)} {}

    void on_begin(std::string_view name, const xml::Attributes& attributes) override;
    void on_end(std::string_view name) override;
    void on_text(std::string_view text) override;

    /// Whether it was such a file at all.
    bool has_suite() const { return has_suite_; }

  private:
    struct Suite {
        std::string name;
        std::string file;
    };

    void begin_test(const xml::Attributes& attributes);
    void begin_failure(const xml::Attributes& attributes);
    void end_test();

    std::string workspace_;
    Take take_;
    std::vector<Suite> suites_;
    std::optional<Test> test_;
    bool has_suite_ = false;
    bool is_in_failure_ = false;
};

/// A place as tools write it: "tests/test_a.py:12: …".
struct Place {
    std::string file;
    std::int64_t line = 0;
};

/// The first one in the text; nothing where there is none.
std::optional<Place> find_place(std::string_view text);

/// Without the workspace in front, without "./".
std::string shorten(std::string_view path, std::string_view workspace);

}  // namespace triphammer::results
