#pragma once
// A workflow that is being made from something else, and its YAML. Every part knows the lines that
// it came from, so that what the language refuses can be named there and left out.

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::importer {

/// Lines of the source, 1-based; 0: made up.
struct Lines {
    int first = 0;
    int last = 0;

    friend auto operator<=>(const Lines&, const Lines&) = default;
};

using Texts = std::vector<std::pair<std::string, std::string>>;

struct DraftStep {
    Lines from;
    std::string id;
    std::string name;
    std::string condition;
    std::string run;
    std::string uses;
    std::string shell;
    std::string directory;
    std::string minutes;  // timeout-minutes
    bool may_fail = false;
    Texts env;
    Texts with;
};

struct DraftAxis {
    std::string name;
    std::vector<std::string> values;
};

struct DraftJob {
    Lines from;
    std::string key;
    std::string name;
    std::string condition;
    std::string label = "host";
    std::string image;  // of its container; empty: none
    std::string minutes;
    std::vector<std::string> needs;
    std::vector<DraftAxis> axes;
    std::vector<Texts> excluded;  // of the matrix
    Texts env;
    bool is_gate = false;                              // waits for an approval; has no steps
    std::vector<std::string> approvers;                // of a gate; empty: whoever may
    std::vector<std::pair<Lines, std::string>> junit;  // patterns of report files
    std::vector<DraftStep> steps;
};

/// Whole lines of YAML, for what needs no more thought.
struct DraftLines {
    Lines from;
    std::vector<std::string> yaml;
};

struct Draft {
    std::string name;
    std::vector<DraftLines> triggers;  // below `on:`
    std::vector<DraftLines> inputs;    // below `on.workflow_dispatch.inputs:`
    std::vector<DraftLines> settings;  // on the top level
    Texts env;
    std::vector<DraftJob> jobs;
};

struct Written {
    std::string text;
    std::vector<Lines> from;  // of each line of the text
};

/// `left_out`: parts that came from these lines are not written. What waited for a gate that is
/// left out never runs.
Written write_yaml(const Draft& draft, const std::set<Lines>& left_out);

/// As YAML writes it in one line; with quotes where it could be taken for anything else.
std::string to_scalar(const std::string& text);

}  // namespace triphammer::importer
