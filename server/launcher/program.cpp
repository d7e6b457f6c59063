#include "base/digest.hpp"
#include "base/file.hpp"
#include "launcher/launcher.hpp"

namespace triphammer::launcher {

Result<std::filesystem::path> write_out_runner(
    const std::filesystem::path& run, std::string_view program
) {
    const auto folder = run / "bin";
    const auto path = folder / sha256_hex(program);
    std::error_code failure;
    if (std::filesystem::file_size(path, failure) == program.size() && !failure) return path;
    if (auto made = make_directory(folder, 0755); !made) return made.error();
    if (auto written = replace_file(path, program, 0755); !written) return written.error();
    return path;
}

}  // namespace triphammer::launcher
