#pragma once
// Which lines were run, of several files together. Pure.
// Sources: geninfo(1) for lcov's tracefiles; coverage-04.dtd of Cobertura.

#include "results/part.hpp"
#include "xml/reader.hpp"

#include <map>
#include <unordered_map>

namespace triphammer::results {

class Lines {
  public:
    static constexpr std::size_t kMost = 4'000'000;

    /// A line counts as covered when one report says so.
    void add(const std::string& file, std::int64_t line, bool is_covered);

    bool empty() const { return files_.empty(); }

    /// At most `most_files`, those with the most lines left out first.
    Coverage sum(std::size_t most_files) const;

  private:
    std::map<std::string, std::unordered_map<std::int64_t, bool>> files_;
    std::size_t count_ = 0;
};

class CoberturaReader final : public xml::Handler {
  public:
    CoberturaReader(std::string workspace, Lines& lines)
        : workspace_{std::move(workspace)}, lines_{lines} {}

    void on_begin(std::string_view name, const xml::Attributes& attributes) override;
    void on_end(std::string_view name) override;

    void on_text(std::string_view) override {}

    /// Whether it was such a file at all.
    bool has_coverage() const { return has_coverage_; }

  private:
    std::string workspace_;
    Lines& lines_;
    std::string file_;
    bool has_coverage_ = false;
};

/// A tracefile of lcov. Code::invalid where it is none.
Result<> read_lcov(std::string_view text, std::string_view workspace, Lines& lines);

}  // namespace triphammer::results
