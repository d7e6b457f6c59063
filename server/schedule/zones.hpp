#pragma once
// Time zones of the machine: /usr/share/zoneinfo, in the form of RFC 8536 (TZif). One thread.

#include "base/result.hpp"
#include "plan/cron.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace triphammer::schedule {

/// Code::invalid: not that form. Times beyond the file's last change keep its last offset.
Result<plan::Zone> parse_zone(std::string_view file);

class Zones {
  public:
    explicit Zones(std::filesystem::path folder = "/usr/share/zoneinfo")
        : folder_{std::move(folder)} {}

    /// By IANA name, "" is UTC; read once. Code::not_found: the machine does not know it.
    Result<plan::Zone> find(const std::string& name);

  private:
    std::filesystem::path folder_;
    std::map<std::string, plan::Zone> known_;
};

}  // namespace triphammer::schedule
