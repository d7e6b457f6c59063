#pragma once
// A real runner, started as the launcher does it, and a daemon for it.

#include "base/spawn.hpp"
#include "launcher/attempts.hpp"
#include "model/job_document.hpp"
#include "runner/daemon_double.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::runner::testing {

model::Step a_step(const std::string& run);
/// With fence 7, of octo/app, on the host.
model::JobDocument a_job(std::vector<model::Step> steps);

class RealRunner : public ::testing::Test {
  protected:
    void start(const model::JobDocument& document, const std::string& repository = "");
    /// Waits for the end; nothing of the attempt is left.
    protocol::End finish();
    void kill_runner();
    void TearDown() override;

    triphammer::testing::TempDir run_;
    launcher::Settings settings_;
    launcher::Attempts attempts_{settings_};
    std::optional<DaemonDouble> daemon_;
    Child child_;
    bool ended_ = false;
};

}  // namespace triphammer::runner::testing
