// Masking, by itself: how fast text of a build passes, in pieces as a step's pipe gives them, with
// as many secrets as the argument says. Prints bytes a second of processor time, which neighbours
// do not change, the best of some rounds, and the tables' bytes.
#include "execution/masking.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>

using namespace triphammer;

namespace {

constexpr int kRounds = 5;
constexpr std::size_t kTextBytes = std::size_t{64} << 20U;
constexpr std::size_t kPieceBytes = std::size_t{256} << 10U;
constexpr int kLinesToASecret = 10'000;

using Dice = std::mt19937;

std::string random_text(Dice& dice, std::size_t length) {
    constexpr std::string_view kLetters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    std::string out;
    while (out.size() < length) out += kLetters[dice() % kLetters.size()];
    return out;
}

/// Tokens and passwords of 8 to 40 characters; one in fifty is a key of 26 lines.
std::string random_secret(Dice& dice, int number) {
    if (number % 50 != 49) return random_text(dice, 8 + dice() % 33);
    std::string out = "-----BEGIN PRIVATE KEY-----\n";
    for (int line = 0; line < 26; ++line) out += random_text(dice, 64) + "\n";
    return out + "-----END PRIVATE KEY-----\n";
}

std::string random_line(Dice& dice) {
    switch (dice() % 4) {
        case 0:
            return "[" + std::to_string(dice() % 900) + "/900] Building CXX object server/" +
                   random_text(dice, 12) + "/CMakeFiles/" + random_text(dice, 9) + ".cpp.o\n";
        case 1:
            return "npm warn deprecated " + random_text(dice, 8) + "@" +
                   std::to_string(dice() % 20) + ".1.0: this module is not supported any more\n";
        case 2:
            return "#7 sha256:" + random_text(dice, 64) + " 1.05MB / 3.37MB 0.2s\n";
        default:
            return "    test_" + random_text(dice, 6) + " (tests.models." + random_text(dice, 10) +
                   ") ... ok\n";
    }
}

std::string make_text(Dice& dice, const std::string& secret) {
    std::string out;
    for (int line = 0; out.size() < kTextBytes; ++line) {
        out += line % kLinesToASecret == 0 ? "token " + secret + "\n" : random_line(dice);
    }
    return out;
}

/// Bytes that came out.
std::size_t mask(const execution::MaskTable& table, const std::string& text) {
    execution::Masker masker{table};
    std::string space;
    std::size_t sum = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const auto piece = rest.substr(0, kPieceBytes);
        sum += masker.pass(piece, space).size();
        rest.remove_prefix(piece.size());
    }
    space.clear();
    masker.flush(space);
    return sum + space.size();
}

}  // namespace

int main(int, char** arguments) {
    Dice dice{7};
    execution::MaskTable table;
    std::string first;
    for (int number = 0; number < std::atoi(arguments[1]); ++number) {
        auto secret = random_secret(dice, number);
        if (first.empty()) first = secret;
        if (!table.add(Secret{std::move(secret)})) return 1;
    }
    const auto text = make_text(dice, first);
    double best = 0;
    std::size_t left = 0;
    for (int round = 0; round < kRounds; ++round) {
        const auto begin = std::clock();
        left = mask(table, text);
        const auto took = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
        best = std::max(best, static_cast<double>(text.size()) / took);
    }
    std::printf("rate=%.0f tables=%zu\n", best, table.footprint());
    return left < text.size() ? 0 : 1;
}
