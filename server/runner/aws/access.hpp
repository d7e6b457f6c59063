#pragma once
// With which keys, in which region and where a runner calls AWS itself (docs/adr/0049).

#include "aws/client.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace triphammer::runner {

/// Where values come from, by the names that AWS's own tools use; empty where nobody has set one.
struct AwsSources {
    using Find = std::function<Result<std::string>(const std::string& name)>;
    Find find;              // keys, region, role
    Find find_variable;     // AWS_ENDPOINT_URL: only the server's variables
    std::string no_region;  // what to do where there is none
    std::string no_keys;
};

struct AwsAccess {
    std::string region;
    aws::Credentials credentials;
    std::string endpoint;  // instead of the region's own; empty: none
    std::filesystem::path ca_file;
};

/// Assumes AWS_ROLE_ARN where there is one. Code::invalid says what is missing.
Task<Result<AwsAccess>> open_access(AwsSources sources, const Clock& clock, Random& random);

/// `clock` and `random` outlive it. `region`: empty: the access's own.
Result<aws::Client> make_client(
    const AwsAccess& access,
    const aws::Service& service,
    const Clock& clock,
    Random& random,
    std::string region = {}
);

}  // namespace triphammer::runner
