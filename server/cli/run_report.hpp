#pragma once
// What `triphammer run` says while it runs: lines for people, or one JSON object a line.

#include "app/single_run.hpp"
#include "cli/paint.hpp"

#include <memory>

namespace triphammer::cli {

class RunReport : public app::RunWatcher {
  public:
    virtual void begin(const plan::PlannedRun& run) = 0;
    virtual void end(const store::RunRow& run) = 0;
};

/// What the steps write, as they write it; a line when a job or a step ends.
std::unique_ptr<RunReport> make_text_report(const Paint& paint);

/// {"event": "run"|"job"|"step"|"output"|"interrupt"|"result", …}; states and causes as in the API.
std::unique_ptr<RunReport> make_json_report();

}  // namespace triphammer::cli
