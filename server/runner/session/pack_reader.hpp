#pragma once

#include "base/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

/// Cuts the daemon's answer into refs, shallow commits and the pack. Pure; feed it any pieces.
class PackReader {
  public:
    /// The pack's bytes among `bytes`, which stay valid as long as this object does not change.
    /// Code::protocol for anything that is not "ref"*, "shallow"*, flush, "NAK" or "ACK".
    Result<std::string_view> feed(std::string_view bytes);

    const std::vector<std::string>& shallow() const { return shallow_; }

    /// Full name → id.
    const std::map<std::string, std::string>& refs() const { return refs_; }

    bool has_begun() const { return in_pack_; }

  private:
    Result<bool> take_line();
    Result<> take_ref(std::string_view line);

    std::string head_;  // what came before the pack and is not read yet
    std::string rest_;
    std::vector<std::string> shallow_;
    std::map<std::string, std::string> refs_;
    bool in_pack_ = false;
};

}  // namespace triphammer::runner
