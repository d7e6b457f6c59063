#include "runner/terraform/progress.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

namespace triphammer::runner {

using nlohmann::json;

namespace {

constexpr std::size_t kMostNamed = 20;
constexpr std::size_t kMostLine = std::size_t{1} << 20U;
constexpr std::size_t kMostDetails = 16U << 10U;

std::string line_of(std::string text) {
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    return text;
}

}  // namespace

std::string ApplyProgress::feed(std::string_view bytes) {
    std::string out;
    rest_ += bytes;
    std::size_t begin = 0;
    for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
        out += read_line(std::string_view{rest_}.substr(begin, end - begin));
        begin = end + 1;
    }
    rest_.erase(0, begin);
    if (rest_.size() > kMostLine) out += std::exchange(rest_, {}) + "\n";
    return out;
}

std::string ApplyProgress::read_line(std::string_view line) {
    const auto event = json::parse(line, nullptr, false);
    if (!event.is_object()) return std::string{line} + "\n";
    const auto type = text_at(event, "type");
    const auto& hook = member_at(event, "hook");
    const auto address = text_at(member_at(hook, "resource"), "addr");
    if (type == "apply_start") begun_.insert(address);
    if (type == "apply_complete") ended_.emplace(address, text_at(hook, "action"));
    if (type == "apply_errored") failed_.insert(address);
    auto out = line_of(text_at(event, "@message"));
    if (type != "diagnostic") return out;
    const auto& diagnostic = member_at(event, "diagnostic");
    out += line_of(text_at(diagnostic, "detail"));
    if (text_at(diagnostic, "severity") != "error") return out;
    if (error_.empty()) error_ = text_at(diagnostic, "summary");
    if (details_.size() < kMostDetails) details_ += out;
    return out;
}

ApplyProgress::State ApplyProgress::state_of(const ResourceChange& change) const {
    if (failed_.contains(change.address)) return State::failed;
    const auto has_ended = [&](const char* action) {
        return ended_.contains({change.address, action});
    };
    bool is_done = has_ended(std::string{name_of(change.action)}.c_str());
    if (change.action == ChangeAction::destroy) is_done = has_ended("delete");
    if (change.action == ChangeAction::replace)
        is_done = has_ended("delete") && has_ended("create");
    if (is_done) return State::done;
    return begun_.contains(change.address) ? State::interrupted : State::not_begun;
}

std::size_t ApplyProgress::number_of(State state) const {
    return static_cast<std::size_t>(std::count_if(
        planned_.begin(),
        planned_.end(),
        [&](const ResourceChange& change) { return state_of(change) == state; }
    ));
}

std::string ApplyProgress::names_of(State state) const {
    std::vector<std::string> names;
    for (const auto& change : planned_) {
        if (state_of(change) != state) continue;
        names.push_back(std::string{name_of(change.action)} + ' ' + change.address);
    }
    const auto all = names.size();
    if (all > kMostNamed) names.resize(kMostNamed);
    return join(names, ", ") + (all > kMostNamed ? ", …" : "");
}

std::string ApplyProgress::describe() const {
    const auto done = number_of(State::done);
    if (done + number_of(State::interrupted) + number_of(State::failed) == 0) {
        return "nothing was applied";
    }
    auto out = "partially applied: " + std::to_string(done) + " of " +
               std::to_string(planned_.size()) + " changes.";
    constexpr std::pair<State, const char*> kParts[] = {
        {State::done, " Done: "},
        {State::failed, " Failed: "},
        {State::interrupted, " Interrupted: "},
        {State::not_begun, " Not begun: "}};
    for (const auto& [state, title] : kParts) {
        if (number_of(state) > 0) out += title + names_of(state) + ".";
    }
    return out;
}

std::string ApplyProgress::advise() const {
    const auto interrupted = number_of(State::interrupted);
    if (number_of(State::done) + interrupted + number_of(State::failed) == 0) return {};
    std::string out;
    if (interrupted > 0) {
        out = " What was interrupted may be there without being in the state: look first.";
    }
    return out +
           " What is done stays. Forward: run the whole workflow again, the plan of the rest wants "
           "an approval. Back: revert the commit and have its plan approved.";
}

// ── what people read in the output ───────────────────────────────────────────────────────────

namespace {

/// Without the frame that is drawn around messages.
std::string_view unframed(std::string_view line) {
    constexpr std::string_view kFrame = "│";
    line = trim(line);
    if (line.starts_with(kFrame)) line = trim(line.substr(kFrame.size()));
    return line;
}

std::string value_of(std::string_view line, std::string_view name) {
    line = unframed(line);
    if (!line.starts_with(name)) return {};
    return std::string{trim(line.substr(name.size()))};
}

/// "2024-05-01 10:00:00.5 +0000 UTC", as Go prints times.
std::optional<TimePoint> parse_time(const std::string& text) {
    std::tm parts{};
    const int read = std::sscanf(
        text.c_str(),
        "%d-%d-%d %d:%d:%d",
        &parts.tm_year,
        &parts.tm_mon,
        &parts.tm_mday,
        &parts.tm_hour,
        &parts.tm_min,
        &parts.tm_sec
    );
    if (read != 6 || text.find("UTC") == std::string::npos) return {};
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    return from_unix_ms(static_cast<std::int64_t>(::timegm(&parts)) * 1000);
}

struct LockInfo {
    std::string id;
    std::string who;
    std::string operation;
    std::string created;
};

LockInfo read_lock(std::string_view text) {
    LockInfo out;
    const std::pair<std::string_view, std::string*> wanted[] = {
        {"ID:", &out.id},
        {"Who:", &out.who},
        {"Operation:", &out.operation},
        {"Created:", &out.created}};
    for (const auto line : split(text, '\n')) {
        for (const auto& [name, into] : wanted) {
            if (into->empty()) *into = value_of(line, name);
        }
    }
    // The HTTP backend describes the lock that it wanted, and names the one that is there.
    constexpr std::string_view kHolder = "already locked: ID=";
    const auto holder = text.find(kHolder);
    if (holder == std::string_view::npos) return out;
    const auto from = text.substr(holder + kHolder.size());
    const std::string id{from.substr(0, from.find_first_of(" \r\n"))};
    return id == out.id ? out : LockInfo{id, "", "", ""};
}

std::string describe_age(TimePoint since, TimePoint now) {
    const auto age = std::max(now - since, TimePoint::duration{0});
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(age).count();
    const auto hours = minutes / 60;
    if (hours >= 48) return std::to_string(hours / 24) + " days ago";
    return hours > 0 ? std::to_string(hours) + " h ago" : std::to_string(minutes) + " min ago";
}

}  // namespace

std::optional<std::string> describe_lock(std::string_view output, TimePoint now) {
    const auto begin = output.find("Error acquiring the state lock");
    if (begin == std::string_view::npos) return {};
    const auto [id, who, operation, created] = read_lock(output.substr(begin));
    std::string out = "the state is locked";
    if (!who.empty()) out += " by " + who;
    if (!operation.empty()) out += " (" + operation + ")";
    if (const auto since = parse_time(created)) {
        out += " since " + to_rfc3339(*since) + ", " + describe_age(*since, now);
    }
    out += ": wait until it is free";
    if (!id.empty()) {
        out += ", or, where nobody works there any more, free it with `force-unlock " + id + "`";
    }
    return out;
}

std::string first_error(std::string_view output) {
    constexpr std::string_view kError = "Error: ";
    for (const auto line : split(output, '\n')) {
        const auto text = unframed(line);
        if (text.starts_with(kError)) return std::string{text.substr(kError.size())};
    }
    return {};
}

}  // namespace triphammer::runner
