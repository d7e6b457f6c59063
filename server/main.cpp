#include "cli/command.hpp"

#include <exception>
#include <iostream>

extern char** environ;

int main(int count, char** words) {
    std::vector<std::string> environment;
    for (char** variable = environ; *variable != nullptr; ++variable)
        environment.emplace_back(*variable);
    try {
        return triphammer::cli::run({words + 1, words + count}, environment);
    } catch (const std::exception& error) {
        std::cerr << "triphammer: internal error: " << error.what() << '\n';
        return 70;  // EX_SOFTWARE of sysexits.h
    }
}
