#include "results/coverage.hpp"

#include "base/text.hpp"
#include "results/junit.hpp"

#include <algorithm>

namespace triphammer::results {

namespace {

/// "12,3" of DA: line and hits; a checksum may follow.
void add_data(std::string_view text, const std::string& file, Lines& lines) {
    const auto parts = split(text, ',');
    if (parts.size() < 2) return;
    const auto line = parse_integer(trim(parts[0]));
    if (line) lines.add(file, *line, trim(parts[1]) != "0");
}

}  // namespace

void Lines::add(const std::string& file, std::int64_t line, bool is_covered) {
    if (file.empty() || line <= 0 || count_ >= kMost) return;
    const auto [found, is_new] = files_[file].try_emplace(line, is_covered);
    if (is_new) ++count_;
    found->second = found->second || is_covered;
}

Coverage Lines::sum(std::size_t most_files) const {
    Coverage out;
    for (const auto& [path, lines] : files_) {
        FileCoverage file{path};
        file.lines = static_cast<std::int64_t>(lines.size());
        file.covered =
            std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.second; });
        out.lines += file.lines;
        out.covered += file.covered;
        out.files.push_back(std::move(file));
    }
    const auto left_out = [](const FileCoverage& file) { return file.lines - file.covered; };
    std::stable_sort(out.files.begin(), out.files.end(), [&](const auto& a, const auto& b) {
        return left_out(a) > left_out(b);
    });
    if (out.files.size() > most_files) out.files.resize(most_files);
    return out;
}

void CoberturaReader::on_begin(std::string_view name, const xml::Attributes& attributes) {
    if (name == "coverage") has_coverage_ = true;
    if (name == "class") file_ = shorten(attributes.get("filename"), workspace_);
    if (name != "line") return;
    const auto line = parse_integer(attributes.get("number"));
    const auto hits = attributes.get("hits");
    if (line) lines_.add(file_, *line, !hits.empty() && hits != "0");
}

void CoberturaReader::on_end(std::string_view name) {
    if (name == "class") file_.clear();
}

Result<> read_lcov(std::string_view text, std::string_view workspace, Lines& lines) {
    std::string file;
    bool has_file = false;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with("SF:")) {
            file = shorten(line.substr(3), workspace);
            has_file = true;
        } else if (line.starts_with("DA:")) {
            add_data(line.substr(3), file, lines);
        } else if (line == "end_of_record") {
            file.clear();
        }
    }
    if (!has_file) return invalid("it is neither Cobertura's XML nor a tracefile of lcov");
    return {};
}

}  // namespace triphammer::results
