#pragma once
// The network of a job on this machine: a namespace of its own (docs/adr/0018). Loopback, ports and
// abstract sockets in it are the job's alone. No wire leads out: what is sent to any address
// outside arrives at two sockets in it, which whoever made it serves and may carry on.
//
//   step ──connect 93.184.216.34:443──▶ every address is local ──program──▶ connections()
//                                       (network_routes)       (network_capture)
//
// IPv4 alone: an address of IPv6 is unreachable at once, so that programs take the other. Source:
// network_namespaces(7), kernel documentation of BPF_PROG_TYPE_SK_LOOKUP. Linux 5.9.

#include "base/file.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace triphammer::execution {

/// An address and a port; both as numbers of this machine's byte order.
struct Address {
    std::uint32_t host = 0;
    std::uint16_t port = 0;

    friend auto operator<=>(const Address&, const Address&) = default;
};

constexpr std::uint32_t kLoopback = 0x7f000001;

/// Addresses whose first `bits` bits are those of `host`.
struct AddressRange {
    std::uint32_t host = 0;
    unsigned bits = 32;

    bool contains(std::uint32_t address) const {
        return bits == 0 || (address ^ host) >> (32 - bits) == 0;
    }
};

constexpr AddressRange kLoopbackRange{0x7f000000, 8};

/// Where a step may go: everywhere but to what is closed, and to what is excepted from that.
struct Borders {
    std::vector<AddressRange> closed;
    std::vector<Address> excepted;

    bool is_excepted(std::uint32_t host) const;
    bool may_pass(const Address& to) const;
};

class Network {
  public:
    /// A network that leads out, but not to what is closed; without `borders` one that leads
    /// nowhere. It is made of `empty`, a new network namespace, where there is one, by root over
    /// the machine. As root; one that leads nowhere can be made by whoever may make namespaces.
    /// Code::unavailable says what is missing here.
    static Result<Network> make(std::optional<Borders> borders, FileDescriptor empty = {});

    /// Those of its making.
    const std::optional<Borders>& borders() const { return borders_; }

    /// For setns(2).
    int descriptor() const { return inside_.get(); }

    /// Listens; getsockname(2) of what it accepts is where the step wanted to go. Empty where
    /// nothing leads out.
    FileDescriptor& connections() { return connections_; }

    /// IP_RECVORIGDSTADDR is set on it.
    FileDescriptor& datagrams() { return datagrams_; }

    /// A socket in here, bound to `address`, which may be any; it listens if `type` is SOCK_STREAM.
    Result<FileDescriptor> open(int type, const Address& address) const;

  private:
    Result<> furnish();
    Result<> capture();

    std::optional<Borders> borders_;
    FileDescriptor inside_;
    FileDescriptor connections_;
    FileDescriptor datagrams_;
    FileDescriptor capture_;  // the program's link; without it nothing is caught
};

}  // namespace triphammer::execution
