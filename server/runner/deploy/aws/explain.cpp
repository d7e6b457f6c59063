#include "runner/deploy/aws/explain.hpp"

namespace triphammer::runner {

ImageFailure explain_aws(const Error& error) {
    ImageFailure out;
    out.sentence = error.message;
    const bool is_given = error.code == Code::invalid || error.code == Code::not_found ||
                          error.code == Code::conflict || error.code == Code::refused;
    out.cause = is_given ? model::Cause::invalid : model::Cause::infrastructure;
    if (error.code != Code::unauthorized) return out;
    out.cause = model::Cause::invalid;
    out.sentence +=
        ". Look at the environment's secrets AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (expired "
        "ones are replaced there), and at what their user or role may do: docs/deployments.md";
    return out;
}

}  // namespace triphammer::runner
