#pragma once
// Real layers of a real repository, and attempts that rest on them: each a process of its own, as a
// runner is.

#include "base/result.hpp"
#include "runner/session/seed.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace triphammer::runner::testing {

/// The users of the attempts; as root only.
uid_t user_of(int attempt);

class LayerTest : public ::testing::Test {
  protected:
    LayerTest();

    /// Writes the files, an empty text removes one, and commits; its id.
    std::string commit(const std::map<std::string, std::string>& files);
    /// The folder of a seed as a checkout leaves it: the commit's pack, or what it has more than
    /// `base`, whose layer is there.
    std::filesystem::path seed(
        const std::string& pool, const std::string& commit, const std::string& base = ""
    );
    /// Makes the commit's layer; the files of it.
    std::filesystem::path make(const std::string& pool, const std::string& commit);

    /// What `script` says as the user of a new attempt with a workspace on the pool's layer, in its
    /// folder; "no layer" where there is none.
    std::string in_attempt(const std::string& pool, const std::string& script);

    /// What a shell says here.
    std::string sh(const std::string& script) const;

    triphammer::testing::TempDir folder_;
    std::filesystem::path run_;
    std::filesystem::path repository_;
    int attempts_ = 0;
    int seeds_ = 0;
};

}  // namespace triphammer::runner::testing
