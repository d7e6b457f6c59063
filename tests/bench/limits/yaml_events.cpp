// What reading YAML costs at the least: yaml-cpp's events of a file, ROUNDS times, thrown away.
// yaml_events FILE ROUNDS
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/parser.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace {

class Nothing : public YAML::EventHandler {
  public:
    void OnDocumentStart(const YAML::Mark&) override {}

    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}

    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}

    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&)
        override {}

    void OnSequenceStart(
        const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value
    ) override {}

    void OnSequenceEnd() override {}

    void OnMapStart(
        const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value
    ) override {}

    void OnMapEnd() override {}
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    std::ifstream file{argv[1]};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const long rounds = std::strtol(argv[2], nullptr, 10);
    const auto started = std::chrono::steady_clock::now();
    for (long i = 0; i < rounds; ++i) {
        std::istringstream stream{text};
        YAML::Parser parser{stream};
        Nothing nothing;
        while (parser.HandleNextDocument(nothing)) {
        }
    }
    const std::chrono::duration<double, std::micro> took =
        std::chrono::steady_clock::now() - started;
    std::printf("us=%.1f\n", took.count() / static_cast<double>(rounds));
}
