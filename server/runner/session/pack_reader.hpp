#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

/// Cuts the daemon's answer into the shallow commits and the pack. Pure; feed it any pieces.
class PackReader {
  public:
    /// The pack's bytes among `bytes`, which stay valid as long as this object does not change.
    /// Code::protocol for anything that is not "shallow"*, flush, "NAK".
    Result<std::string_view> feed(std::string_view bytes);

    const std::vector<std::string>& shallow() const { return shallow_; }

    bool has_begun() const { return in_pack_; }

  private:
    Result<bool> take_line();

    std::string head_;  // what came before the pack and is not read yet
    std::string rest_;
    std::vector<std::string> shallow_;
    bool in_pack_ = false;
};

}  // namespace triphammer::runner
