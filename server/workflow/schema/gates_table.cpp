// Tables of `terraform`, `approve`, `retry`, `reports` and `resources`; all ours.
#include "base/text.hpp"
#include "workflow/schema/words.hpp"

#include <algorithm>
#include <array>

namespace triphammer::workflow {

namespace {

/// The server takes the lock of what they name before there is a runner.
constexpr Shape kTerraformPlace = text_shape(&places::kTerraformPlace);
constexpr Shape kTexts = one_or_many_shape(&kTerraformPlace);
constexpr Shape kValue = value_shape(&places::kTerraform);
constexpr Shape kPairs = free_map_shape(&kValue);
constexpr Shape kComment = boolean_shape(&places::kTerraform);
constexpr std::array<std::string_view, 2> kCommands{"plan", "apply"};
constexpr Shape kCommand = words_shape(kCommands);
constexpr std::array kTerraformKeys{
    Key{"directory", &kTexts, "One folder, or several in their order", true},
    Key{"command", &kCommand, "plan without it; apply takes the plan that was approved"},
    Key{"variables", &kPairs, "Values of its variables"},
    Key{"workspace", &kTerraformPlace, "The workspace; made where there is none"},
    Key{"backend", &kPairs, "Settings of the backend"},
    Key{"comment", &kComment, "Whether the plan is written to the pull request"},
};

constexpr Shape kApproveText = text_shape(&places::kApprove);
constexpr Shape kApproveTexts = one_or_many_shape(&kApproveText);
constexpr Shape kApproveMin = number_shape(&places::kApprove);
constexpr Shape kApproveTimeout = duration_shape(&places::kApprove);
constexpr std::array kApproveKeys{
    Key{"subject", &kApproveText, "What is approved: a digest, a plan; the commit without it"},
    Key{"by", &kApproveTexts, "Who may approve; every approver without it"},
    Key{"min", &kApproveMin, "How many must; 1 without it"},
    Key{"not", &kApproveTexts, "Who may not: author"},
    Key{"timeout", &kApproveTimeout, "Rejected after that"},
};

/// infrastructure, timeout, or exit:STATUS
void check_cause(const Node& node, Report& report) {
    const std::string_view text = node.text;
    const auto status = text.starts_with("exit:") ? parse_integer(text.substr(5)) : std::nullopt;
    const bool is_status = status && *status > 0 && *status < 256;
    if (text == "infrastructure" || text == "timeout" || is_status) return;
    report.error(
        "unknown-value",
        node.at,
        "unknown value " + show(text) + " of 'on'",
        "infrastructure, timeout, or exit:75"
    );
}

constexpr Shape kCause = [] {
    Shape shape = text_shape();
    shape.extra = check_cause;
    return shape;
}();
constexpr Shape kCauses = [] {
    Shape shape = list_shape(&kCause);
    shape.accepts = kText | kList;
    shape.extra = [](const Node& node, Report& report) {
        if (node.kind == NodeKind::scalar) check_cause(node, report);
    };
    return shape;
}();
constexpr Shape kRetryMax = number_shape(&places::kJobKeys);
constexpr Shape kBackoff = duration_shape(&places::kJobKeys);
constexpr std::array kRetryKeys{
    Key{"max", &kRetryMax, "How often again", true},
    Key{"on", &kCauses, "After which failures; infrastructure without it"},
    Key{"backoff", &kBackoff, "How long to wait before"},
};

constexpr Shape kPath = text_shape(&places::kStep);
constexpr Shape kPaths = one_or_many_shape(&kPath);
constexpr std::array kReportsKeys{
    Key{"junit", &kPaths, "Results of tests"},
    Key{"coverage", &kPaths, "Coverage of tests"},
    Key{"sarif", &kPaths, "Findings of scanners"},
    Key{"text", &kPaths, "Any tool's output"},
};

constexpr Shape kAmount = text_shape(&places::kJobKeys);
constexpr Shape kCount = number_shape(&places::kJobKeys);
constexpr std::array<std::string_view, 1> kNetworks{"none"};
constexpr Shape kNetwork = words_shape(kNetworks);
constexpr std::array kResourcesKeys{
    Key{"cpu", &kCount, "Processors: 0.5, 2"},
    Key{"memory", &kAmount, "512m, 2g"},
    Key{"disk", &kAmount, "10g"},
    Key{"pids", &kCount, "Processes and threads"},
    Key{"network", &kNetwork, "none: the steps reach nothing but themselves"},
};

}  // namespace

constexpr Shape kTerraformShape = map_shape(kTerraformKeys);
constexpr Shape kApproveShape = map_shape(kApproveKeys);
constexpr Shape kRetryShape = map_shape(kRetryKeys);
constexpr Shape kReportsShape = map_shape(kReportsKeys);
constexpr Shape kResourcesShape = map_shape(kResourcesKeys);

}  // namespace triphammer::workflow
