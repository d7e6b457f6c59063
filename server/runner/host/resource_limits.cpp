#include "runner/host/resource_limits.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

namespace triphammer::runner {

namespace expression = workflow::expression;
using expression::Contexts;

namespace {

constexpr double kMostPids = 4'000'000;
constexpr std::uint64_t kUsualPids[] = {1000, 4000};  // the least, the most
constexpr std::uint64_t kUsualPidsOfProcessor = 250;
constexpr double kMostProcessors = 4096;

Result<std::optional<double>> read_number(
    const model::Template& text, const Contexts& contexts, double most
) {
    if (text.empty()) return std::optional<double>{};
    const auto value = expression::evaluate_template(text.text, contexts);
    if (!value) return value.error();
    const auto number = value->to_number();
    if (std::isfinite(number) && number > 0 && number <= most) return std::optional{number};
    return invalid("'" + value->to_text() + "' is no usable number");
}

Result<std::optional<std::uint64_t>> read_bytes(
    const model::Template& text, const Contexts& contexts
) {
    if (text.empty()) return std::optional<std::uint64_t>{};
    const auto value = expression::interpolate(text.text, contexts);
    if (!value) return value.error();
    const auto bytes = parse_bytes(trim(*value));
    if (bytes && *bytes > 0) return bytes;
    return invalid("'" + *value + "' is no amount such as 512m or 2g");
}

std::string in_mebibytes(std::uint64_t bytes) {
    return std::to_string(bytes >> 20U) + " MiB";
}

}  // namespace

std::uint64_t usual_pids() {
    const auto wanted = kUsualPidsOfProcessor * std::thread::hardware_concurrency();
    return std::clamp(wanted, kUsualPids[0], kUsualPids[1]);
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    constexpr std::string_view kUnits = "bkmgt";
    auto lower = to_lower(text);
    if (lower.size() > 1 && lower.ends_with("b") && kUnits.find(lower[lower.size() - 2]) < 5) {
        lower.pop_back();
    }
    unsigned shift = 0;
    if (!lower.empty() && kUnits.find(lower.back()) < 5) {
        shift = 10 * static_cast<unsigned>(kUnits.find(lower.back()));
        lower.pop_back();
    }
    const auto number = parse_integer(lower);
    if (!number || *number >= (std::int64_t{1} << 62U) >> shift) return {};
    return static_cast<std::uint64_t>(*number) << shift;
}

Result<ResourceLimits> read_limits(const model::Resources& resources, const Contexts& contexts) {
    ResourceLimits out;
    const auto cpu = read_number(resources.cpu, contexts, kMostProcessors);
    if (!cpu) return with_context("resources.cpu", cpu.error());
    const auto pids = read_number(resources.pids, contexts, kMostPids);
    if (!pids) return with_context("resources.pids", pids.error());
    const auto memory = read_bytes(resources.memory, contexts);
    if (!memory) return with_context("resources.memory", memory.error());
    const auto disk = read_bytes(resources.disk, contexts);
    if (!disk) return with_context("resources.disk", disk.error());
    out.cpu = *cpu;
    if (*pids) out.pids = static_cast<std::uint64_t>(**pids);
    out.memory = *memory;
    out.disk = *disk;
    return out;
}

std::string ResourceLimits::describe() const {
    std::string out;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
    if (cpu) add("processors " + std::to_string(static_cast<int>(std::ceil(*cpu))));
    if (memory) add("memory " + in_mebibytes(*memory));
    if (disk) add("disk " + in_mebibytes(*disk));
    if (pids) add("processes and threads " + std::to_string(*pids));
    return out;
}

}  // namespace triphammer::runner
