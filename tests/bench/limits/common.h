#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

inline double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

inline double pct(std::vector<double>& v, double p) {
    if (v.empty()) return 0;
    std::sort(v.begin(), v.end());
    size_t i = size_t(p * double(v.size() - 1) + 0.5);
    return v[i];
}

// xorshift: repeatable payload sizes / contents
struct Rng {
    uint64_t s = 0x9E3779B97F4A7C15ull;

    uint64_t operator()() {
        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        return s;
    }
};

inline std::string fake_json(Rng& r, size_t n) {
    std::string j = "{\"ref\":\"refs/heads/main\",\"commits\":[";
    while (j.size() + 120 < n) {
        char b[128];
        snprintf(
            b,
            sizeof b,
            "{\"id\":\"%016llx%016llx\",\"message\":\"fix %llu\",\"n\":%llu},",
            (unsigned long long)r(),
            (unsigned long long)r(),
            (unsigned long long)(r() % 100000),
            (unsigned long long)(r() % 1000)
        );
        j += b;
    }
    j += "{}]}";
    return j;
}
