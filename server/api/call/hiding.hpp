#pragma once

#include "access/sealing.hpp"
#include "execution/masking.hpp"
#include "model/ids.hpp"

#include <string>
#include <string_view>

namespace triphammer::store {
class Connection;
}

namespace triphammer::api {

/// Takes the server's and a repository's secrets out of texts that people wrote and others read:
/// the inputs of a run. Holds the values; made for one answer.
class Hiding {
  public:
    Hiding(
        store::Connection& connection, const access::Sealer& sealer, model::RepositoryId repository
    );

    /// "***" in place of each secret. Where one does not open, nobody can say what must be hidden:
    /// then nothing of any text is shown.
    std::string hide(std::string_view text) const;

  private:
    execution::MaskTable table_;
    bool is_blind_ = false;
};

}  // namespace triphammer::api
