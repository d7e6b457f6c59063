#include "runner/session/store_call.hpp"

#include "base/text.hpp"

namespace triphammer::runner {

std::string StoreInputs::text(const std::string& name, std::string_view fallback) const {
    const auto found = values_.find(name);
    const auto value = found == values_.end() ? std::string_view{} : trim(found->second);
    return std::string{value.empty() ? fallback : value};
}

Result<bool> StoreInputs::flag(const std::string& name, bool fallback) const {
    const auto value = text(name, fallback ? "true" : "false");
    if (value == "true" || value == "True" || value == "TRUE") return true;
    if (value == "false" || value == "False" || value == "FALSE") return false;
    return invalid(name + ": '" + value + "' is neither true nor false");
}

StoreInputs StoreInputs::with(const std::string& name, std::string value) const {
    auto values = values_;
    values[name] = std::move(value);
    return StoreInputs{std::move(values)};
}

Result<std::int64_t> StoreInputs::number(
    const std::string& name, std::int64_t fallback, std::int64_t least, std::int64_t most
) const {
    const auto value = text(name);
    if (value.empty()) return fallback;
    const auto number = parse_integer(value);
    if (number && *number >= least && *number <= most) return *number;
    return invalid(
        name + ": '" + value + "' is no whole number from " + std::to_string(least) + " to " +
        std::to_string(most)
    );
}

std::vector<std::string> StoreInputs::lines(const std::string& name) const {
    std::vector<std::string> out;
    const auto value = text(name);
    for (const auto part : split(value, '\n')) {
        if (!trim(part).empty()) out.emplace_back(trim(part));
    }
    return out;
}

Task<Result<>> say(const StoreCall& call, std::string line) {
    return call.session.log(call.step, std::move(line) + "\n");
}

}  // namespace triphammer::runner
