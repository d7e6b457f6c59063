#pragma once

#include "importer/draft.hpp"

#include <string>
#include <vector>

namespace triphammer::importer {

/// A place of the source that is not simply the same in the workflow.
struct Remark {
    enum class Kind {
        changed,  // it is there, in another form
        left,     // it is not there
    };

    Kind kind = Kind::left;
    Lines at;
    std::string message;
    std::string remedy;  // what to do about it; may be empty

    friend bool operator==(const Remark&, const Remark&) = default;
};

class Remarks {
  public:
    void left(const Lines& at, std::string message, std::string remedy = {}) {
        all_.push_back({Remark::Kind::left, at, std::move(message), std::move(remedy)});
    }

    void changed(const Lines& at, std::string message) {
        all_.push_back({Remark::Kind::changed, at, std::move(message), {}});
    }

    const std::vector<Remark>& all() const { return all_; }

  private:
    std::vector<Remark> all_;
};

}  // namespace triphammer::importer
