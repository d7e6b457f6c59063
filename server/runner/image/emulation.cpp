#include "runner/image/emulation.hpp"

#include "base/text.hpp"
#include "model/engine_labels.hpp"
#include "runner/image/tidy.hpp"
#include "runner/session/unless_stopped.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace triphammer::runner {

namespace {

struct Architecture {
    std::string_view name;  // as in a platform
    bool is_wide;           // 64 bits
    bool is_big_endian;
    std::uint16_t machine;  // e_machine
    std::uint32_t flags;    // e_flags
    std::string_view code;  // exit(0)
};

template <std::size_t size>
constexpr std::string_view bytes(const char (&text)[size]) {
    return {text, size - 1};
}

constexpr std::array kArchitectures{
    Architecture{"amd64", true, false, 62, 0, bytes("\x31\xff\xb8\x3c\x00\x00\x00\x0f\x05")},
    Architecture{"386", false, false, 3, 0, bytes("\x31\xdb\xb8\x01\x00\x00\x00\xcd\x80")},
    Architecture{
        "arm64", true, false, 183, 0, bytes("\x00\x00\x80\xd2\xa8\x0b\x80\xd2\x01\x00\x00\xd4")},
    Architecture{
        "arm",
        false,
        false,
        40,
        0x0500'0000,
        bytes("\x00\x00\xa0\xe3\x01\x70\xa0\xe3\x00\x00\x00\xef")},
    Architecture{
        "riscv64", true, false, 243, 0, bytes("\x13\x05\x00\x00\x93\x08\xd0\x05\x73\x00\x00\x00")},
    Architecture{
        "ppc64le", true, false, 21, 2, bytes("\x00\x00\x60\x38\x01\x00\x00\x38\x02\x00\x00\x44")},
    Architecture{"s390x", true, true, 22, 0, bytes("\xa7\x29\x00\x00\x0a\x01")},
};

/// Numbers in the order of one architecture.
class Writer {
  public:
    explicit Writer(const Architecture& of) : of_{of} {}

    void add(std::uint64_t value, int size) {
        for (int i = 0; i < size; ++i) {
            const int shift = 8 * (of_.is_big_endian ? size - 1 - i : i);
            text_ += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xffU);
        }
    }

    void add_word(std::uint64_t value) { add(value, of_.is_wide ? 8 : 4); }

    void add_text(std::string_view text) { text_ += text; }

    std::string take() { return std::move(text_); }

  private:
    const Architecture& of_;
    std::string text_;
};

constexpr std::uint64_t kBase = 0x10000;  // where it is loaded

void add_header(Writer& out, const Architecture& of, std::uint64_t header, std::uint64_t entry) {
    out.add_text(
        bytes("\x7f"
              "ELF")
    );
    out.add(of.is_wide ? 2 : 1, 1);
    out.add(of.is_big_endian ? 2 : 1, 1);
    out.add(1, 1);  // version
    out.add_text(std::string(9, '\0'));
    out.add(2, 2);  // ET_EXEC
    out.add(of.machine, 2);
    out.add(1, 4);
    out.add_word(kBase + entry);
    out.add_word(header);  // the only program header follows
    out.add_word(0);
    out.add(of.flags, 4);
    out.add(header, 2);
    out.add(entry - header, 2);
    out.add(1, 2);
    out.add_text(std::string(6, '\0'));  // no sections
}

void add_segment(Writer& out, const Architecture& of, std::uint64_t size) {
    constexpr std::uint64_t kReadAndRun = 5;
    out.add(1, 4);  // PT_LOAD
    if (of.is_wide) out.add(kReadAndRun, 4);
    out.add_word(0);
    out.add_word(kBase);
    out.add_word(kBase);
    out.add_word(size);
    out.add_word(size);
    if (!of.is_wide) out.add(kReadAndRun, 4);
    out.add_word(kBase);
}

/// linux/arm/v7 → arm
std::string architecture_of(const std::string& platform) {
    const auto parts = split(platform, '/');
    return parts.size() > 1 ? std::string{parts[1]} : std::string{};
}

std::string image_name(const model::JobDocument& document) {
    return std::string{kBuildRepository} + "-" + model::engine_prefix(document.server_id) +
           std::to_string(document.fence);
}

docker::ContainerSpec probe_of(const model::JobDocument& document, const std::string& platform) {
    const auto fence = std::to_string(document.fence);
    docker::ContainerSpec spec;
    spec.name = model::engine_prefix(document.server_id) + fence + "-probe";
    spec.image = image_name(document);
    spec.entrypoint = {"/" + architecture_of(platform)};
    spec.network = "none";
    spec.log_driver = "none";
    spec.read_only = true;
    spec.drop_capabilities = {"ALL"};
    spec.labels = {
        {model::kServerLabel, document.server_id},
        {model::kFenceLabel, fence},
        {model::kRoleLabel, model::kJobRole}};
    return spec;
}

/// What runc says of a program that the kernel takes for none, or whose emulator is not there.
bool is_foreign(const Error& error) {
    const auto words = to_lower(error.message);
    return words.find("exec format error") != words.npos ||
           words.find("no such file or directory") != words.npos;
}

Task<Result<bool>> start_and_wait(docker::Engine& engine, std::string container) {
    auto starting = engine.start_container(container);
    const auto started = co_await std::move(starting);
    if (!started && is_foreign(started.error())) co_return false;
    if (!started) co_return started.error();
    auto waiting = engine.wait_container(container);
    const auto status = co_await std::move(waiting);
    if (!status) co_return status.error();
    co_return *status == 0;
}

Task<Result<bool>> runs(JobSession& session, docker::Engine& engine, std::string platform) {
    auto creating = engine.create_container(probe_of(session.document(), platform));
    const auto container = co_await std::move(creating);
    if (!container) co_return container.error();
    auto running = unless_stopped(start_and_wait(engine, *container), session.stop());
    auto fine = co_await std::move(running);
    auto removing = engine.remove_container(*container);
    co_await std::move(removing);
    co_return fine;
}

Task<Result<std::vector<std::string>>> probe(
    JobSession& session, docker::Engine& engine, std::vector<std::string> platforms
) {
    std::vector<std::string> out;
    for (const auto& platform : platforms) {
        if (tiny_program(architecture_of(platform)).empty()) continue;
        auto running = runs(session, engine, platform);
        const auto fine = co_await std::move(running);
        if (!fine) co_return with_context("look whether " + platform + " runs", fine.error());
        if (!*fine) out.push_back(platform);
    }
    co_return out;
}

}  // namespace

std::string tiny_program(std::string_view architecture) {
    const auto found = std::find_if(
        kArchitectures.begin(),
        kArchitectures.end(),
        [architecture](const Architecture& one) { return one.name == architecture; }
    );
    if (found == kArchitectures.end()) return {};
    const std::uint64_t header = found->is_wide ? 64 : 52;
    const std::uint64_t entry = header + (found->is_wide ? 56 : 32);
    Writer out{*found};
    add_header(out, *found, header, entry);
    add_segment(out, *found, entry + found->code.size());
    out.add_text(found->code);
    return out.take();
}

Task<Result<std::vector<std::string>>> find_unrunnable(
    JobSession& session, docker::Engine& engine, std::vector<std::string> platforms
) {
    docker::TarBuilder programs;
    for (const auto& one : kArchitectures) {
        programs.add_file(std::string{one.name}, tiny_program(one.name), 0755);
    }
    docker::TextSource source{programs.finish()};
    const auto name = image_name(session.document());
    auto importing = engine.import_image(name, source);
    const auto imported = co_await std::move(importing);
    if (!imported) co_return imported.error();
    auto probing = probe(session, engine, std::move(platforms));
    auto found = co_await std::move(probing);
    auto removing = engine.remove_image(name);
    co_await std::move(removing);
    co_return found;
}

}  // namespace triphammer::runner
