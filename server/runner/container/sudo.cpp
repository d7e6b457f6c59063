#include "runner/container/sudo.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

namespace triphammer::runner {

namespace {

constexpr const char* kToolFolder = "/bin";
/// Whatever is masked when we make files.
constexpr mode_t kForAll = 0755;
constexpr const char* kSudoScript = R"sh(#!/bin/sh
# Stands for sudo, which this image has not. Nobody becomes more than the image lets him be.
user=root
while [ $# -gt 0 ]; do
    case $1 in
    -u | --user) user=$2 && shift ;;
    --user=*) user=${1#*=} ;;
    -u*) user=${1#-u} ;;
    -g | -h | -p | -r | -t | -C | -D | -R | -T) shift ;;
    --) shift && break ;;
    -*) ;;
    [A-Za-z_]*=*) export "$1" ;;
    *) break ;;
    esac
    shift
done
if [ "$(id -u)" != 0 ]; then
    echo "sudo: steps are not root in this image, and nobody gets new rights" >&2
    exit 1
fi
[ $# -gt 0 ] || exit 0
[ "$user" = root ] && exec "$@"
exec runuser -u "$user" -- "$@"
)sh";

void put_last_on_path(const std::string& folder, std::vector<std::string>& environment) {
    const auto is_path = [](const std::string& line) { return line.starts_with("PATH="); };
    const auto path = std::find_if(environment.begin(), environment.end(), is_path);
    if (path == environment.end()) {
        environment.push_back(std::string{"PATH="} + kUsualPath + ":" + folder);
    } else {
        *path += ":" + folder;
    }
}

}  // namespace

Result<> offer_sudo(const Mapped& temp, std::vector<std::string>& environment) {
    const auto folder = temp.outside + kToolFolder;
    if (auto made = make_directory(folder, kForAll); !made) return made;
    const auto program = open_file(folder + "/sudo", O_WRONLY | O_CREAT | O_EXCL, 0700);
    if (!program) return program.error();
    ::fchmod(program->get(), kForAll);
    if (auto written = write_all(program->get(), kSudoScript); !written) return written;
    put_last_on_path(temp.inside + kToolFolder, environment);
    return {};
}

}  // namespace triphammer::runner
