#pragma once
// What the programs of AWS's actions have in common: region, keys, one client.

#include "aws/client.hpp"
#include "runner/aws/action_io.hpp"

#include <filesystem>

namespace triphammer::runner {

/// What one program works with; all outlive it.
struct AwsCall {
    ActionIo& io;
    const Clock& clock;
    Random& random;
};

/// AWS_REGION, else AWS_DEFAULT_REGION. Code::invalid says what to do.
Result<std::string> find_region(const AwsCall& call);

/// A client of `service` with credentials of the environment: AWS_ACCESS_KEY_ID & co., else those
/// that AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are good for. Code::invalid where there are
/// none.
Task<Result<aws::Client>> make_client(AwsCall call, aws::Service service, std::string region);

/// The same with these, or with none.
Result<aws::Client> make_client_with(
    const AwsCall& call,
    const aws::Service& service,
    const std::string& region,
    std::optional<aws::Credentials> credentials
);

/// AWS_ACCESS_KEY_ID and its like; nothing where they are not set.
std::optional<aws::Credentials> find_given_credentials(const AwsCall& call);

/// What this machine trusts, where distributions keep it; empty where there is nothing.
std::filesystem::path find_system_certificates();

/// A small file that the step may read; relative to its folder.
Result<std::string> read_small(const std::string& path);

}  // namespace triphammer::runner
