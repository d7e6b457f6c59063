#include "results/part.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::results {

using nlohmann::json;

namespace {

constexpr std::size_t kMostEntries = 2'000;
constexpr std::int64_t kMostNumber = 1LL << 52U;

json to_json(const Test& test) {
    json out{{"suite", test.suite}, {"name", test.name}, {"outcome", name_of(test.outcome)}};
    out["ms"] = test.ms;
    if (test.is_flaky) out["flaky"] = true;
    if (!test.file.empty()) out["file"] = test.file;
    if (test.line > 0) out["line"] = test.line;
    if (!test.message.empty()) out["message"] = test.message;
    if (!test.details.empty()) out["details"] = test.details;
    return out;
}

json to_json(const FileCoverage& file) {
    return {{"path", file.path}, {"lines", file.lines}, {"covered", file.covered}};
}

json to_json(const Finding& finding) {
    return {
        {"tool", finding.tool},
        {"rule", finding.rule},
        {"level", finding.level},
        {"message", finding.message},
        {"file", finding.file},
        {"line", finding.line}};
}

json to_json(const Text& text) {
    return {{"path", text.path}, {"text", text.text}};
}

template <class Item>
json list_of(const std::vector<Item>& items) {
    auto out = json::array();
    for (const auto& item : items) out.push_back(to_json(item));
    return out;
}

json without_tests(const Part& part) {
    auto out = json::object();
    if (part.coverage) {
        out["coverage"] = {
            {"lines", part.coverage->lines},
            {"covered", part.coverage->covered},
            {"files", list_of(part.coverage->files)}};
    }
    if (!part.findings.empty()) out["findings"] = list_of(part.findings);
    if (!part.texts.empty()) out["texts"] = list_of(part.texts);
    if (!part.problems.empty()) out["problems"] = part.problems;
    return out;
}

std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Reads an object's fields; the first one of another form is remembered.
class Reader {
  public:
    Reader(const json& in, std::string& problem) : in_{in}, problem_{problem} {
        if (!in.is_object()) problem_ = "an entry is no object";
    }

    std::string text(const char* name, std::size_t most) const {
        const auto* found = find(name);
        if (found == nullptr) return {};
        if (found->is_string()) return clean(found->get_ref<const std::string&>(), most);
        problem_ = std::string{name} + " is no text";
        return {};
    }

    std::int64_t number(const char* name) const {
        const auto* found = find(name);
        if (found == nullptr) return 0;
        if (found->is_number_integer()) {
            return std::clamp<std::int64_t>(found->get<std::int64_t>(), 0, kMostNumber);
        }
        problem_ = std::string{name} + " is no whole number";
        return 0;
    }

    bool flag(const char* name) const {
        const auto* found = find(name);
        return found != nullptr && found->is_boolean() && found->get<bool>();
    }

    template <class Item, class Read>
    std::vector<Item> list(const char* name, Read read) const {
        std::vector<Item> out;
        const auto* found = find(name);
        if (found == nullptr) return out;
        if (!found->is_array() || found->size() > kMostEntries) {
            problem_ = std::string{name} + " is no list, or too long";
            return out;
        }
        for (const auto& item : *found) out.push_back(read(item));
        return out;
    }

    const json* find(const char* name) const {
        const auto found = in_.is_object() ? in_.find(name) : in_.end();
        return found == in_.end() ? nullptr : &*found;
    }

  private:
    const json& in_;
    std::string& problem_;
};

Test read_test(const json& in, std::string& problem) {
    const Reader from{in, problem};
    Test out;
    out.suite = from.text("suite", kMostName);
    out.name = from.text("name", kMostName);
    const auto outcome = from.text("outcome", kMostName);
    if (outcome == "failed") out.outcome = Outcome::failed;
    if (outcome == "skipped") out.outcome = Outcome::skipped;
    if (outcome != name_of(out.outcome)) problem = "there is no outcome '" + outcome + "'";
    out.is_flaky = from.flag("flaky");
    out.ms = from.number("ms");
    out.file = from.text("file", kMostName);
    out.line = from.number("line");
    out.message = from.text("message", kMostMessage);
    out.details = from.text("details", kMostDetails);
    return out;
}

FileCoverage read_file_coverage(const json& in, std::string& problem) {
    const Reader from{in, problem};
    return {from.text("path", kMostName), from.number("lines"), from.number("covered")};
}

Coverage read_coverage(const json& in, std::string& problem) {
    const Reader from{in, problem};
    Coverage out;
    out.lines = from.number("lines");
    out.covered = std::min(from.number("covered"), out.lines);
    out.files = from.list<FileCoverage>("files", [&](const json& item) {
        return read_file_coverage(item, problem);
    });
    return out;
}

Finding read_finding(const json& in, std::string& problem) {
    const Reader from{in, problem};
    Finding out;
    out.tool = from.text("tool", kMostName);
    out.rule = from.text("rule", kMostName);
    out.level = from.text("level", kMostName);
    out.message = from.text("message", kMostMessage);
    out.file = from.text("file", kMostName);
    out.line = from.number("line");
    return out;
}

Text read_text(const json& in, std::string& problem) {
    const Reader from{in, problem};
    return {from.text("path", kMostName), from.text("text", kMostText)};
}

/// Where the colour that begins at `at` ends.
std::size_t skip_escape(std::string_view text, std::size_t at) {
    if (at + 1 >= text.size() || text[at + 1] != '[') return at + 1;
    for (at += 2; at < text.size(); ++at) {
        if (text[at] >= '@' && text[at] <= '~') return at + 1;
    }
    return at;
}

}  // namespace

std::string_view name_of(Outcome outcome) {
    if (outcome == Outcome::failed) return "failed";
    return outcome == Outcome::skipped ? "skipped" : "passed";
}

std::string to_text(const Part& part) {
    auto out = without_tests(part);
    if (!part.tests.empty()) out["tests"] = list_of(part.tests);
    return dump(out);
}

std::string to_text_without_tests(const Part& part) {
    return dump(without_tests(part));
}

Result<Part> parse_part(std::string_view text) {
    const auto in = json::parse(text, nullptr, false);
    if (!in.is_object()) return invalid("a part of a report is no JSON object");
    std::string problem;
    const Reader from{in, problem};
    Part out;
    out.tests =
        from.list<Test>("tests", [&](const json& item) { return read_test(item, problem); });
    if (const auto* coverage = from.find("coverage")) {
        out.coverage = read_coverage(*coverage, problem);
    }
    out.findings = from.list<Finding>("findings", [&](const json& item) {
        return read_finding(item, problem);
    });
    out.texts =
        from.list<Text>("texts", [&](const json& item) { return read_text(item, problem); });
    out.problems = from.list<std::string>("problems", [&](const json& item) {
        return item.is_string() ? clean(item.get_ref<const std::string&>(), kMostMessage) : "";
    });
    if (!problem.empty()) return invalid("a part of a report: " + problem);
    return out;
}

std::string clean(std::string_view text, std::size_t most) {
    std::string out;
    out.reserve(std::min(text.size(), most));
    for (std::size_t at = 0; at < text.size() && out.size() <= most;) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte == 0x1b) {
            at = skip_escape(text, at);
            continue;
        }
        if (byte >= 0x20 || byte == '\n' || byte == '\t') out += text[at];
        ++at;
    }
    return std::string{cut_utf8(out, most)};
}

}  // namespace triphammer::results
