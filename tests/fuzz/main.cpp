// Feeds broken input to what reads text of strangers: `fuzz TARGET [--runs N] [--seed S]`; without
// words it lists the targets. Each input follows from the seed; one that breaks a promise is
// written to standard output. Meant to run under sanitizers: `./dev fuzz`.
#include "fuzz/mutate.hpp"
#include "fuzz/target.hpp"
#include "plan/glob.hpp"
#include "workflow/expression/evaluator.hpp"
#include "workflow/reader.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>

using namespace triphammer;
using fuzz::Target;

namespace {

std::string check_reader(const std::string& input) {
    const auto result = workflow::read_workflow("fuzz.yml", input);
    const auto lines = std::count(input.begin(), input.end(), '\n') + 1;
    bool has_error = false;
    for (const auto& problem : result.problems) {
        if (problem.code.empty() || problem.message.empty()) return "a problem without words";
        if (problem.at.line < 1 || problem.at.column < 1) return "a problem without a place";
        if (problem.at.line > lines) return "a problem behind the file's end";
        has_error = has_error || problem.severity == model::Problem::Severity::error;
    }
    if (result.workflow.has_value() == has_error) return "a workflow and errors, or neither";
    return {};
}

std::string check_expression(const std::string& input) {
    static const auto contexts = [] {
        workflow::expression::Contexts out;
        (void)out.add_json(R"({"github": {"ref": "x", "event": {"a": [1, {"b": null}]}}})");
        return out;
    }();
    const auto value = workflow::expression::try_evaluate(input, contexts);
    if (!value && value.error().message.empty()) return "a failure without words";
    if (!value && value.error().position > input.size() + 1) return "a failure behind the end";
    (void)workflow::expression::interpolate("${{ " + input + " }}", contexts);
    return {};
}

/// A pattern and a text, parted by a line end.
std::string check_glob(const std::string& input) {
    const auto cut = input.find('\n');
    const auto pattern = input.substr(0, cut);
    const auto text = cut == std::string::npos ? std::string{} : input.substr(cut + 1);
    const bool matches = plan::Glob{pattern}.matches(text);
    if (pattern.find_first_of("*?+[]!\\") != std::string::npos) return {};
    return matches == (pattern == text) ? "" : "a pattern without wildcards matches itself alone";
}

std::map<std::string, Target> language_targets() {
    return {
        {"reader", {check_reader, fuzz::workflow_seeds()}},
        {"expression",
         {check_expression,
          {"github.event.a[1].b == null && !false || 1e3 > -0x1F",
           "format('{0} {{1}} {1}', toJSON(github), join(github.event.a, ', '))",
           "fromJSON('{\"a\": [1, \"x\", null]}').a.*.b[0]",
           "contains(fromJSON('[1, 2]'), 2) && startsWith('abc', 'A') && case(true, 1, 2)"}}},
        {"glob",
         {check_glob,
          {"releases/**/v[0-9]+.?*\nreleases/a/b/v12.x", "**/*.js\nsrc/a.js", "main\nmain"}}},
    };
}

const std::map<std::string, Target>& targets() {
    static const auto kTargets = [] {
        auto all = language_targets();
        all.merge(fuzz::outside_targets());
        return all;
    }();
    return kTargets;
}

long number_after(const std::vector<std::string>& words, const std::string& option, long fallback) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (words[i] == option) return std::strtol(words[i + 1].c_str(), nullptr, 10);
    }
    return fallback;
}

int run(const Target& target, long runs, long seed) {
    const auto started = std::chrono::steady_clock::now();
    fuzz::Mutator mutator{static_cast<std::uint64_t>(seed), target.seeds};
    for (long i = 0; i < runs; ++i) {
        const auto input = mutator.next();
        const auto broken = target.check(input);
        if (broken.empty()) continue;
        std::printf("run %ld of seed %ld: %s\n%s\n", i, seed, broken.c_str(), input.c_str());
        return 1;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    std::printf("%ld inputs in %.0f s, all well\n", runs, took.count());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const auto found = words.empty() ? targets().end() : targets().find(words[0]);
    if (found == targets().end()) {
        std::fputs("fuzz TARGET [--runs N] [--seed S]; targets:", stderr);
        for (const auto& [name, target] : targets()) std::fprintf(stderr, " %s", name.c_str());
        std::fputs("\n", stderr);
        return 2;
    }
    return run(
        found->second, number_after(words, "--runs", 10'000), number_after(words, "--seed", 1)
    );
}
