// triphammer-runner: one attempt, one process. Static and small, because it is started for each
// job. Started once more where the steps run, it packs and unpacks (archive/archiver.hpp),
// reads reports (results/program.hpp), computes hashFiles() (runner/session/hash_files.hpp) and
// carries out AWS's actions (runner/aws/program.hpp). Started by the launcher with `layers`, it
// makes layers and takes them away (runner/layers/tend.hpp); with `networks`, networks for jobs in
// containers (runner/container/ready_network.hpp).

#include "archive/archiver.hpp"
#include "launcher/layer_keeper.hpp"
#include "launcher/network_stock.hpp"
#include "launcher/standby.hpp"
#include "results/program.hpp"
#include "runner/aws/program.hpp"
#include "runner/container/ready_network.hpp"
#include "runner/entry.hpp"
#include "runner/layers/tend.hpp"
#include "runner/session/hash_files.hpp"
#include "runner/standby.hpp"

#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string_view>

int main(int count, char** arguments) {
    using namespace triphammer;
    try {
        if (count > 1 && std::string_view{arguments[1]} == "archive") {
            return archive::run_archiver(count - 2, arguments + 2, STDOUT_FILENO);
        }
        if (count > 1 && std::string_view{arguments[1]} == "report") {
            return results::run_reporter(count - 2, arguments + 2, STDOUT_FILENO);
        }
        if (count > 1 && std::string_view{arguments[1]} == "hash-files") {
            return runner::run_hash_files(count - 2, arguments + 2);
        }
        if (count > 1 && std::string_view{arguments[1]} == "action") {
            return runner::run_aws_action(count - 2, arguments + 2);
        }
        if (count == 3 && std::string_view{arguments[1]} == launcher::kLayersArgument) {
            return runner::tend_layers(arguments[2]);
        }
        if (count == 5 && std::string_view{arguments[1]} == launcher::kNetworksArgument) {
            return runner::run_network_keeper(arguments[2], arguments[3], arguments[4]);
        }
        const bool waits =
            count == 2 && arguments[1] == std::string_view{launcher::kStandbyArgument};
        if (!waits) return runner::enter();
        auto copy = runner::stand_by(arguments[1]);
        return copy ? runner::enter(std::move(*copy)) : 0;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "triphammer-runner: %s\n", failure.what());
        return 1;
    }
}
