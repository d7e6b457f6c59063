#pragma once
// Collects the problems of one file.

#include "model/workflow.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow {

class Report {
  public:
    /// `allowed`: codes that are lowered to warnings.
    explicit Report(std::vector<std::string> allowed) : allowed_(std::move(allowed)) {}

    /// `code` is stable; `message` says what is wrong, `hint` what to write instead.
    void error(
        std::string_view code, model::Position at, std::string message, std::string hint = {}
    );
    void warning(
        std::string_view code, model::Position at, std::string message, std::string hint = {}
    );

    bool has_errors() const { return errors_ > 0; }

    /// No more are kept: looking further is a waste.
    bool is_full() const;
    /// No more warnings are kept.
    bool is_crowded() const;

    /// By position, each once.
    std::vector<model::Problem> take() &&;

  private:
    void add(model::Problem problem);

    std::vector<std::string> allowed_;
    std::vector<model::Problem> problems_;
    std::size_t errors_ = 0;
};

/// `text` in quotes for a message, cut where it is long.
std::string show(std::string_view text);

/// ", did you mean 'x'?"-style hint from a list of names; empty when none is near.
std::string nearest_hint(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace triphammer::workflow
