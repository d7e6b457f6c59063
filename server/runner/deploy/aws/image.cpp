#include "runner/deploy/aws/image.hpp"

#include "aws/ecr.hpp"
#include "base/text.hpp"

namespace triphammer::runner {

std::optional<EcrRegistry> parse_ecr_registry(const std::string& host) {
    const auto parts = split(host, '.');
    const bool is_ecr = parts.size() >= 6 && parts[1] == "dkr" && parts[2] == "ecr";
    if (!is_ecr) return {};
    EcrRegistry out{std::string{parts[0]}, std::string{parts[3]}};
    if (!host.ends_with(".dkr.ecr." + out.region + "." + std::string{aws::domain_of(out.region)}))
        return {};
    return out;
}

Task<Result<docker::ImageReference>> pin_image(
    const AwsAccess& access, docker::ImageReference image, const Clock& clock, Random& random
) {
    const auto host = image.registry();
    const auto registry = parse_ecr_registry(host);
    if (!registry && image.digest.empty()) {
        co_return invalid(
            "'" + image.text() +
            "' is a tag, which may name something else tomorrow: write the "
            "image by its digest, NAME@sha256:… (needs.JOB.outputs.ref of an image job)"
        );
    }
    if (!registry) co_return image;
    auto ecr = make_client(access, aws::kEcr, clock, random, registry->region);
    if (!ecr) co_return ecr.error();
    aws::ImageName name;
    name.account = registry->account;
    name.repository = image.repository.substr(host.size() + 1);
    name.tag = image.tag;
    name.digest = image.digest;
    auto finding = aws::find_digest(*ecr, std::move(name));
    auto digest = co_await std::move(finding);
    if (!digest) co_return with_context(image.text(), digest.error());
    image.digest = std::move(*digest);
    co_return image;
}

}  // namespace triphammer::runner
