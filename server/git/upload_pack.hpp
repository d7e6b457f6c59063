#pragma once
// The source of one commit for a runner: the raw answer of `git upload-pack --stateless-rpc` to a
// request that the daemon writes itself (want <sha>, deepen N, done), so that a runner can ask for
// nothing else. The answer (gitprotocol-pack(5), version 0, without side band):
//   "shallow <sha>" pkt-lines, or none where all is sent · flush, with a depth · "NAK" pkt-line ·
//   the pack, raw

#include "git/child.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace triphammer::git {

struct SourceWant {
    SourceWant() = default;

    SourceWant(std::string commit, std::int64_t commits = 1)
        : sha{std::move(commit)}, depth{commits} {}

    std::string sha;
    std::int64_t depth = 1;                 // commits; 0: all its history
    std::vector<std::string> besides = {};  // ids of what else is sent, as deep
    /// A commit whose files the runner has, without its history: only what it lacks is sent, as a
    /// thin pack after "ACK" instead of "NAK". All is sent where the mirror does not know it. With
    /// a depth of 1.
    std::string have = {};
};

/// A line as git frames it: four hex digits that count themselves before it.
std::string make_packet(const std::string& line);

/// Streams the answer to `on_output`. Code::not_found where the mirror lacks the commit.
Task<Result<>> send_source(
    Spawner& spawner, std::filesystem::path mirror, SourceWant want, OnOutput on_output
);

}  // namespace triphammer::git
