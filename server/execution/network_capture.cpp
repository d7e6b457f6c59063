// Source: kernel documentation, BPF_PROG_TYPE_SK_LOOKUP; bpf(2).
#include "execution/network_capture.hpp"

#include <linux/bpf.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace triphammer::execution {

namespace {

constexpr std::uint32_t kConnections = 0;
constexpr std::uint32_t kDatagrams = 1;
constexpr int kLoopbackOctet = 127;

Result<FileDescriptor> bpf(int command, bpf_attr& wanted, const char* what) {
    const auto done = ::syscall(SYS_bpf, command, &wanted, sizeof wanted);
    if (done < 0) return from_errno(what);
    return FileDescriptor{static_cast<int>(done)};
}

std::uint64_t address_of(const void* object) {
    return reinterpret_cast<std::uint64_t>(object);
}

Result<> put(const FileDescriptor& map, std::uint32_t key, const FileDescriptor& socket) {
    const auto value = static_cast<std::uint64_t>(socket.get());
    bpf_attr wanted{};
    wanted.map_fd = static_cast<std::uint32_t>(map.get());
    wanted.key = address_of(&key);
    wanted.value = address_of(&value);
    const auto done = ::syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &wanted, sizeof wanted);
    return done < 0 ? from_errno("note a socket for the network's program") : Result<>{};
}

Result<FileDescriptor> make_map(
    const FileDescriptor& connections, const FileDescriptor& datagrams
) {
    bpf_attr wanted{};
    wanted.map_type = BPF_MAP_TYPE_SOCKMAP;
    wanted.key_size = sizeof(std::uint32_t);
    wanted.value_size = sizeof(std::uint64_t);
    wanted.max_entries = 2;
    auto map = bpf(BPF_MAP_CREATE, wanted, "make a map of sockets");
    if (!map) return map;
    if (auto ok = put(*map, kConnections, connections); !ok) return ok.error();
    if (auto ok = put(*map, kDatagrams, datagrams); !ok) return ok.error();
    return map;
}

constexpr bpf_insn instruction(int code, int to, int from, int offset, int value) {
    bpf_insn out{};
    out.code = static_cast<std::uint8_t>(code);
    out.dst_reg = static_cast<std::uint8_t>(to) & 15U;
    out.src_reg = static_cast<std::uint8_t>(from) & 15U;
    out.off = static_cast<std::int16_t>(offset);
    out.imm = value;
    return out;
}

constexpr bpf_insn load(int to, int from, std::size_t offset) {
    return instruction(BPF_LDX | BPF_MEM | BPF_W, to, from, static_cast<int>(offset), 0);
}

constexpr bpf_insn copy(int to, int from) {
    return instruction(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0);
}

constexpr bpf_insn set(int to, int value) {
    return instruction(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, value);
}

/// Over so many of the next instructions.
constexpr bpf_insn skip_if(int condition, int which, int value, int count) {
    return instruction(BPF_JMP | condition | BPF_K, which, 0, count, value);
}

constexpr bpf_insn call(int function) {
    return instruction(BPF_JMP | BPF_CALL, 0, 0, 0, function);
}

/// What is meant for loopback or `self` passes (1); all else goes to the socket of its kind, or is
/// dropped (0).
Result<FileDescriptor> load_program(const FileDescriptor& map, std::uint32_t self) {
    const bpf_insn program[] = {
        copy(6, 1),
        load(2, 6, offsetof(bpf_sk_lookup, family)),
        skip_if(BPF_JNE, 2, AF_INET, 22),
        load(2, 6, offsetof(bpf_sk_lookup, local_ip4)),  // in the network's order: the first octet
        skip_if(BPF_JEQ, 2, static_cast<int>(htonl(self)), 20),
        instruction(BPF_ALU64 | BPF_AND | BPF_K, 2, 0, 0, 0xff),
        skip_if(BPF_JEQ, 2, kLoopbackOctet, 18),
        load(2, 6, offsetof(bpf_sk_lookup, protocol)),
        set(3, kConnections),
        skip_if(BPF_JEQ, 2, IPPROTO_TCP, 1),
        set(3, kDatagrams),
        instruction(BPF_STX | BPF_MEM | BPF_W, 10, 3, -4, 0),
        instruction(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, map.get()),
        {},  // the second half of the one before
        copy(2, 10),
        instruction(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -4),
        call(BPF_FUNC_map_lookup_elem),
        skip_if(BPF_JEQ, 0, 0, 8),
        copy(7, 0),
        copy(1, 6),
        copy(2, 7),
        set(3, 0),
        call(BPF_FUNC_sk_assign),
        copy(1, 7),
        call(BPF_FUNC_sk_release),
        set(0, SK_PASS),
        instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
    };
    bpf_attr wanted{};
    wanted.prog_type = BPF_PROG_TYPE_SK_LOOKUP;
    wanted.expected_attach_type = BPF_SK_LOOKUP;
    wanted.insns = address_of(program);
    wanted.insn_cnt = sizeof program / sizeof *program;
    wanted.license = address_of("");
    return bpf(BPF_PROG_LOAD, wanted, "load the network's program");
}

}  // namespace

Result<FileDescriptor> capture_all(
    const FileDescriptor& network,
    const FileDescriptor& connections,
    const FileDescriptor& datagrams,
    std::uint32_t self
) {
    const auto map = make_map(connections, datagrams);
    if (!map) return map.error();
    const auto program = load_program(*map, self);
    if (!program) return program.error();
    bpf_attr wanted{};
    wanted.link_create.prog_fd = static_cast<std::uint32_t>(program->get());
    wanted.link_create.target_fd = static_cast<std::uint32_t>(network.get());
    wanted.link_create.attach_type = BPF_SK_LOOKUP;
    return bpf(BPF_LINK_CREATE, wanted, "put the program into the network");
}

}  // namespace triphammer::execution
