#include "starter/starters.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace triphammer::starter {

namespace {

constexpr std::string_view kCheckout = "      - uses: actions/checkout@v4\n";

std::string run(std::string_view command) {
    return "      - run: " + std::string{command} + "\n";
}

Starter make_starter(std::string_view name, std::string why, const std::string& steps) {
    Starter out;
    out.file = std::string{name} + ".yml";
    out.title = name;
    out.why = std::move(why);
    out.carried.text = "name: " + std::string{name} +
                       "\non: [push, pull_request]\n\njobs:\n  test:\n    runs-on: host\n"
                       "    steps:\n" +
                       std::string{kCheckout} + steps;
    return out;
}

bool has_any(const Tree& tree, std::initializer_list<std::string_view> paths) {
    for (const auto path : paths)
        if (tree.has(path)) return true;
    return false;
}

bool mentions(const Tree& tree, std::string_view word) {
    for (const char* path : {"pyproject.toml", "requirements.txt", "tox.ini"})
        if (tree.text_of(path).find(word) != std::string_view::npos) return true;
    return false;
}

/// pytest runs unittest's tests, too: it is what is left where the tree does not say otherwise.
std::string python_steps(const Tree& tree) {
    std::string out =
        "      - uses: actions/setup-python@v5\n        with: { python-version: \"3.x\" }\n";
    if (tree.has("tox.ini")) return out + run("python -m pip install tox") + run("python -m tox");
    if (tree.has("requirements.txt")) out += run("python -m pip install -r requirements.txt");
    if (has_any(tree, {"pyproject.toml", "setup.py"})) out += run("python -m pip install .");
    out += run("python -m pip install pytest");
    return out + run("python -m pytest");
}

std::optional<Starter> make_python(const Tree& tree) {
    for (const char* path : {"pyproject.toml", "requirements.txt", "setup.py", "tox.ini"}) {
        if (!tree.has(path)) continue;
        const bool uses_tox = tree.has("tox.ini") || mentions(tree, "tox");
        auto why = std::string{"The tree has "} + path + (uses_tox ? " and asks for tox." : ".");
        return make_starter("python", std::move(why), python_steps(tree));
    }
    return {};
}

/// Installs what the lock file says, and nothing else.
std::string node_install(const Tree& tree) {
    if (tree.has("pnpm-lock.yaml")) return "corepack enable pnpm && pnpm install --frozen-lockfile";
    if (tree.has("yarn.lock")) return "corepack enable yarn && yarn install --frozen-lockfile";
    const bool locked = has_any(tree, {"package-lock.json", "npm-shrinkwrap.json"});
    return locked ? "npm ci" : "npm install";
}

std::string node_scripts(const Tree& tree) {
    const auto package = nlohmann::json::parse(tree.text_of("package.json"), nullptr, false);
    if (!package.is_object() || !package.contains("scripts")) return {};
    std::string out;
    for (const char* script : {"lint", "test", "build"}) {
        if (!package["scripts"].is_object() || !package["scripts"].contains(script)) continue;
        out += run(std::string{"npm run "} + script);
    }
    return out;
}

std::optional<Starter> make_node(const Tree& tree) {
    if (!tree.has("package.json")) return {};
    auto steps = std::string{"      - uses: actions/setup-node@v4\n        with: { "} +
                 (tree.has(".nvmrc") ? "node-version-file: .nvmrc" : "node-version: lts/*") +
                 " }\n" + run(node_install(tree)) + node_scripts(tree);
    return make_starter("node", "The tree has package.json.", steps);
}

std::optional<Starter> make_go(const Tree& tree) {
    if (!tree.has("go.mod")) return {};
    const auto steps =
        std::string{
            "      - uses: actions/setup-go@v5\n        with: { go-version-file: go.mod }\n"} +
        run("go vet ./...") + run("go test ./...") + run("go build ./...");
    return make_starter("go", "The tree has go.mod.", steps);
}

std::optional<Starter> make_cmake(const Tree& tree) {
    if (!tree.has("CMakeLists.txt")) return {};
    const auto steps = run("cmake -S . -B build -DCMAKE_BUILD_TYPE=Release") +
                       run("cmake --build build --parallel") +
                       run("ctest --test-dir build --output-on-failure");
    return make_starter("cmake", "The tree has CMakeLists.txt.", steps);
}

std::optional<Starter> make_image(const Tree& tree) {
    if (!tree.has("Dockerfile")) return {};
    return make_starter(
        "image",
        "The tree has a Dockerfile. To push the image, name your registry in tags and set push: "
        "true.",
        "      - uses: docker/build-push-action@v6\n        with:\n          context: .\n"
        "          tags: app:${{ github.sha }}\n          push: false\n"
    );
}

}  // namespace

std::vector<Starter> make_starters(const Tree& tree) {
    std::vector<Starter> out;
    for (const auto make : {make_python, make_node, make_go, make_cmake, make_image})
        if (auto made = make(tree)) out.push_back(std::move(*made));
    return out;
}

}  // namespace triphammer::starter
