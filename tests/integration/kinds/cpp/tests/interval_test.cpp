#include "interval/interval.hpp"

#include <cstdio>

namespace {

int failures = 0;

void check(bool good, const char* what) {
    std::printf("%s: %s\n", good ? "ok" : "FAILED", what);
    failures += good ? 0 : 1;
}

}  // namespace

int main() {
    using interval::Interval;
    check(!interval::common({0, 2}, {2, 4}), "neighbours have nothing in common");
    check(interval::common({0, 3}, {2, 4})->begin == 2, "what two have in common");
    const auto merged = interval::merge({{5, 7}, {0, 2}, {2, 3}, {9, 9}});
    check(merged.size() == 2, "neighbours become one, empty ones go");
    check(merged.front().end == 3, "up to the later end");
    return failures == 0 ? 0 : 1;
}
