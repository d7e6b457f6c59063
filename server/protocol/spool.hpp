#pragma once
// Reading a spool's bytes: which frames are whole, where the torn tail begins. Pure.

#include "protocol/messages.hpp"

namespace triphammer::protocol {

struct SpoolSummary {
    std::uint64_t whole_bytes = 0;          // what follows is a torn tail
    std::optional<Started> started;         // the first record
    bool has_end = false;                   // `end` or `park` is there, whole, and last
    std::map<int, std::uint64_t> log_ends;  // step → bytes of log in the spool
};

/// Goes once over a spool, fed in pieces of any size; holds at most one frame.
class SpoolScanner {
  public:
    void feed(std::string_view bytes);

    /// What was seen so far. After the last piece, bytes that make no whole frame are the torn
    /// tail; after a broken frame nothing more is believed.
    const SpoolSummary& summary() const { return summary_; }

  private:
    void see(const Frame& frame);

    FrameDecoder decoder_;
    SpoolSummary summary_;
    bool broken_ = false;
};

/// Whether all of this frame's log bytes are among `have`: such a frame is not sent again.
bool is_covered(const Frame& frame, const std::map<int, std::uint64_t>& have);

}  // namespace triphammer::protocol
