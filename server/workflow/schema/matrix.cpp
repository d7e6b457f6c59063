#include "workflow/schema/matrix.hpp"

namespace triphammer::workflow {

namespace {

bool is_axis(const Entry& entry) {
    return entry.key->text != "include" && entry.key->text != "exclude";
}

void check_axis(const Entry& entry, Report& report) {
    if (entry.value->kind != NodeKind::sequence || !entry.value->items.empty()) return;
    report.error(
        "missing-value", entry.value->at, show(entry.key->text) + " has no values", "[ VALUE, … ]"
    );
}

/// The number of combinations of the lists in the file; an expression counts as one value.
std::size_t count_combinations(const Node& matrix) {
    std::size_t product = 1;
    for (const auto& entry : matrix.entries) {
        if (!is_axis(entry) || entry.value->items.empty()) continue;
        product *= entry.value->items.size();
        if (product > kMaxMatrix) break;
    }
    return product;
}

bool has_items(const Node& matrix, std::string_view key) {
    const auto* list = matrix.find(key);
    return list != nullptr && (list->kind == NodeKind::scalar || !list->items.empty());
}

}  // namespace

void check_matrix(const Node& matrix, Report& report) {
    if (matrix.kind != NodeKind::mapping) return;
    bool has_axis = false;
    for (const auto& entry : matrix.entries) {
        if (!is_axis(entry)) continue;
        has_axis = true;
        check_axis(entry, report);
    }
    if (!has_axis && !has_items(matrix, "include")) {
        report.error("missing-value", matrix.at, "this matrix has no variable", "os: [a, b]");
    }
    // What `exclude` leaves is counted when the matrix is expanded.
    if (has_items(matrix, "exclude") || count_combinations(matrix) <= kMaxMatrix) return;
    report.error("matrix-size", matrix.at, "this matrix makes more than 256 jobs");
}

std::optional<std::vector<std::string>> matrix_properties(const Node& job) {
    std::vector<std::string> names;
    const auto* strategy = job.find("strategy");
    if (strategy == nullptr) return names;
    const auto* matrix = strategy->find("matrix");
    if (strategy->kind == NodeKind::mapping && matrix == nullptr) return names;
    if (matrix == nullptr || matrix->kind != NodeKind::mapping) return {};
    for (const auto& entry : matrix->entries) {
        if (is_axis(entry)) names.push_back(entry.key->text);
    }
    const auto* include = matrix->find("include");
    if (include == nullptr) return names;
    if (include->kind != NodeKind::sequence) return {};
    for (const auto* item : include->items) {
        if (item->kind != NodeKind::mapping) return {};
        for (const auto& entry : item->entries) names.push_back(entry.key->text);
    }
    return names;
}

}  // namespace triphammer::workflow
