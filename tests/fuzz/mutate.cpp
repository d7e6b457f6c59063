#include "fuzz/mutate.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace triphammer::fuzz {

namespace {

constexpr std::size_t kMaxInput = 64 * 1024;

/// What YAML, expressions and patterns are made of.
constexpr auto kTokens = std::to_array<std::string_view>({
    "${{ ",
    " }}",
    "'",
    "\"",
    ": ",
    "\n",
    "\n  ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    "!!str ",
    "<<: ",
    "|\n",
    ">-\n",
    "---\n",
    "#",
    "? ",
    "~",
    "null",
    "1e999",
    "0x",
    "-.inf",
    "\xff",
    "\xc3\xa9",
    "\xe2\x80\xa8",
    "\\",
    "\t",
    "**",
    "?",
    "+",
    "[a-",
    "!",
    "(",
    ")",
    " && ",
    " || ",
    ".*",
    "github",
    "steps",
    "needs",
    "secrets.x",
    "toJSON(",
    "fromJSON(",
    "hashFiles(",
    "on",
    "jobs",
    "steps:",
    "if",
    "matrix",
    "include",
    "uses",
    "format('{0}{",
    "always()",
    "=",
    "<=",
    "0",
    "99999999999999999999",
});

}  // namespace

std::size_t Mutator::below(std::size_t limit) {
    std::array<unsigned char, 4> bytes{};
    random_.fill(bytes);
    std::size_t number = 0;
    for (const auto byte : bytes) number = number << 8U | byte;
    return limit == 0 ? 0 : number % limit;
}

std::string Mutator::next() {
    auto text = seeds_[below(seeds_.size())];
    for (auto left = 1 + below(8); left > 0; --left) mutate(text);
    if (text.size() > kMaxInput) text.resize(kMaxInput);
    return text;
}

void Mutator::mutate(std::string& text) {
    const auto at = below(text.size() + 1);
    const auto length = below(text.size() - at + 1);
    switch (below(6)) {
        case 0:
            text.insert(at, kTokens[below(kTokens.size())]);
            break;
        case 1:
            text.erase(at, below(length + 1));
            break;
        case 2:
            text.insert(at, text.substr(at, below(64)));
            break;
        case 3:
            if (at < text.size()) text[at] = static_cast<char>(below(256));
            break;
        case 4: {
            const auto& other = seeds_[below(seeds_.size())];
            text.insert(at, other.substr(below(other.size()), below(200)));
            break;
        }
        default:
            text.replace(at, std::min<std::size_t>(length, 8), kTokens[below(kTokens.size())]);
            break;
    }
}

// Two that have everything, and small ones: millions of inputs are tried, and a mistake mostly
// needs one place only.
std::vector<std::string> workflow_seeds() {
    return {
        "on: push\njobs: { a: { runs-on: x, steps: [{ run: y }] } }\n",
        "on: [push, fork]\njobs:\n  a:\n    uses: ./x.yml\n    with: { i: '${{ inputs.n }}' }\n",
        "on: { push: { branches: ['!a', 'v*'], paths-ignore: b } }\nenv: { A: 1.10, B: ~, C: on "
        "}\n",
        "on:\n  schedule:\n    - cron: '*/5 1-3 * jan SUN'\n      timezone: Europe/Berlin\n",
        "on: { workflow_dispatch: { inputs: { n: { type: choice, options: [a], default: a } } } "
        "}\n",
        "on: { workflow_call: { inputs: { i: { type: string } }, outputs: { o: { value: x } } } "
        "}\n",
        "jobs:\n  a:\n    steps:\n      - run: |-\n          a ${{ env.A }}\n\n         b\n      - "
        "wait: p\n",
        "jobs: { a: { strategy: { matrix: { os: [x, y], include: [{ os: x, z: 1 }] } } } }\n",
        "jobs: { a: { needs: [b], if: \"${{ always() }} x\" }, b: { needs: a, runs-on: [x, y] } "
        "}\n",
        "jobs: &j { a: &a { runs-on: h }, b: *a }\n? k\n: >+2\n    folded\n   text\n",
        "permissions: { contents: read }\nconcurrency: { group: g, cancel-in-progress: true }\n",
        "jobs: { a: { deploy: { to: container, service: s, image: i, health: { for: 10s } } } }\n",
        "jobs: { a: { container: i, services: { r: { image: r, ports: [1] } }, steps: [] } }\n",
        "on: push\nname: \"\\u00e9\\n\" # c\nrun-name: 'it''s ${{ toJSON(github.event.a[0].*.b) "
        "}}'\n",
        "on: { push: { branches: [main, 'v*'], paths-ignore: docs/** }, pull_request: }\n"
        "env: { A: 1.10, B: ~, C: '${{ github.sha }}' }\n"
        "jobs:\n"
        "  a:\n"
        "    runs-on: ubuntu-latest\n"
        "    strategy: { matrix: { os: [x, y], include: [{ os: x, z: 1 }] } }\n"
        "    outputs: { o: '${{ steps.s.outputs.o }}' }\n"
        "    steps:\n"
        "      - uses: actions/checkout@v4\n"
        "      - { id: s, run: \"echo ${{ matrix.os }}\", if: always() }\n"
        "      - run: |\n          one\n          two ${{ env.A }}\n"
        "  b: { needs: [a], image: { tags: 'x:${{ needs.a.outputs.o }}' } }\n",
        "name: N\non:\n  schedule: [{ cron: '*/5 1-3 * jan SUN', timezone: Europe/Berlin }]\n"
        "  workflow_dispatch: { inputs: { n: { type: choice, options: [a, b], default: a } } }\n"
        "  workflow_call: { inputs: { i: { type: string } }, outputs: { o: { value: x } } }\n"
        "permissions: { contents: read, id-token: write }\n"
        "concurrency: { group: g, cancel-in-progress: true }\n"
        "jobs:\n"
        "  c: &c { uses: ./x.yml, with: { i: '${{ inputs.n }}' }, secrets: inherit }\n"
        "  d: *c\n"
        "  e: { deploy: { to: container, service: s, image: i, health: { tcp: 80, for: 10s } } }\n"
        "  f: { runs-on: h, container: i, services: { r: { image: r, ports: [1] } },\n"
        "       steps: [{ id: p, run: x, background: true }, { wait: p }, { parallel: [{ run: y }] "
        "}] }\n",
    };
}

}  // namespace triphammer::fuzz
