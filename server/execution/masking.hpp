#pragma once
// Secrets are replaced by *** in a stream, wherever the stream is split. Masked are, for each
// value: the value, each line of it, base64 (three alignments, both alphabets), hex (both cases),
// percent-encoding, JSON escapes, and how shells quote it.
// Tables: pieces of four bytes from the first eight or so of every pattern set bits in a 64 KiB
// filter. The text is looked at every eighth byte (more often when there are short patterns); only
// where the filter answers, the patterns of a hash bucket are compared. 100 secrets: 0.2 MB.

#include "base/result.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::execution {

/// The patterns. Grows while a job runs (::add-mask::); streams see new ones at once.
class MaskTable {
  public:
    /// Shorter values would mask half the log; they are refused.
    static constexpr std::size_t kLeastLength = 4;

    MaskTable();
    ~MaskTable();
    MaskTable(const MaskTable&) = delete;
    MaskTable& operator=(const MaskTable&) = delete;

    /// Code::invalid for a value of fewer than kLeastLength bytes (blanks at the ends not counted).
    Result<> add(const Secret& value);

    bool empty() const;
    /// Whether `text` holds a secret in any form.
    bool contains_secret(std::string_view text) const;
    /// A whole text, masked.
    std::string mask(std::string_view text) const;
    /// Bytes of memory used.
    std::size_t footprint() const;

  private:
    friend class Masker;
    struct Tables;
    std::unique_ptr<Tables> tables_;
};

/// One stream. Bytes that may be the beginning of a secret are held back until more comes.
class Masker {
  public:
    explicit Masker(const MaskTable& table) : table_{table} {}

    /// Appends to `out` what is certain after `bytes`.
    void write(std::string_view bytes, std::string& out);
    /// The same without a copy where nothing is to be masked: gives `bytes` then, else `space`.
    std::string_view pass(std::string_view bytes, std::string& space);
    /// The stream is at a rest (step's end): appends what was held back.
    void flush(std::string& out);

    /// At most the length of the longest pattern.
    std::size_t held() const { return held_.size(); }

  private:
    void scan(std::string_view text, bool at_end, std::string& out);

    const MaskTable& table_;
    std::string held_;
    std::size_t covered_ = 0;  // bytes at the beginning of held_ that a *** stands for already
};

}  // namespace triphammer::execution
