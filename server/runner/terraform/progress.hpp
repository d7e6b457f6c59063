#pragma once
// What `apply -json` says while it works, and what is left when it did not come to its end. Pure.
// Source: developer.hashicorp.com/terraform/internals/machine-readable-ui (version 1.2); OpenTofu's
// is the same.

#include "base/clock.hpp"
#include "runner/terraform/changes.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace triphammer::runner {

class ApplyProgress {
  public:
    explicit ApplyProgress(ResourceChanges planned) : planned_{std::move(planned)} {}

    /// A piece of output; gives what people read, whole lines.
    std::string feed(std::string_view bytes);

    /// "nothing was applied", or "partially applied: 1 of 3 changes. Done: … Failed: … Interrupted:
    /// … Not begun: …"
    std::string describe() const;

    /// What a person should know and do where something was begun; empty where nothing was.
    std::string advise() const;

    bool is_complete() const { return number_of(State::done) == planned_.size(); }

    /// The first error: "Saved plan is stale"; empty: none was told.
    const std::string& error() const { return error_; }

    /// Everything that errors said.
    const std::string& details() const { return details_; }

  private:
    enum class State { not_begun, interrupted, failed, done };

    std::string read_line(std::string_view line);
    State state_of(const ResourceChange& change) const;
    std::size_t number_of(State state) const;
    std::string names_of(State state) const;

    ResourceChanges planned_;
    std::string rest_;  // of a line that is not whole
    std::set<std::string> begun_;
    std::set<std::string> failed_;
    std::set<std::pair<std::string, std::string>> ended_;  // address, action
    std::string error_;
    std::string details_;
};

/// Who holds a state's lock, since when, and what to do; nothing where the output of a command says
/// nothing of a lock.
std::optional<std::string> describe_lock(std::string_view output, TimePoint now);

/// The first "Error: …" of a command's output.
std::string first_error(std::string_view output);

}  // namespace triphammer::runner
