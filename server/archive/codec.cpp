#include "archive/codec.hpp"

#include <zstd.h>

#include <zlib.h>

#include <stdexcept>
#include <string>

namespace triphammer::archive {

namespace {

constexpr std::size_t kPieceBytes = 64U << 10U;
/// Raw deflate with the usual window (zlib's manual, deflateInit2).
constexpr int kWindowBits = -15;
constexpr int kMemoryLevel = 8;
/// The largest window that is decompressed: 2^27 bytes is what zstd itself allows without asking;
/// ours are written with less.
constexpr int kZstdWindowLog = 25;

Error damaged(const std::string& what) {
    return Error{Code::protocol, "the archive is damaged: " + what};
}

class Deflater final : public Compressor {
  public:
    explicit Deflater(int level) {
        if (::deflateInit2(
                &stream_, level, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY
            ) != Z_OK) {
            throw std::runtime_error("deflateInit2");
        }
    }

    ~Deflater() override { ::deflateEnd(&stream_); }

    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    Result<> write(std::string_view bytes, const Sink& sink) override {
        return pump(bytes, Z_NO_FLUSH, sink);
    }

    Result<> finish(const Sink& sink) override {
        auto done = pump({}, Z_FINISH, sink);
        ::deflateReset(&stream_);
        return done;
    }

  private:
    Result<> pump(std::string_view bytes, int flush, const Sink& sink) {
        // zlib's interface wants a pointer to what it never writes.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        stream_.avail_in = static_cast<uInt>(bytes.size());
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(piece_.data());
            stream_.avail_out = static_cast<uInt>(piece_.size());
            ::deflate(&stream_, flush);
            const auto count = piece_.size() - stream_.avail_out;
            if (count == 0) break;
            if (auto taken = sink({piece_.data(), count}); !taken) return taken;
        } while (stream_.avail_out == 0);
        return {};
    }

    z_stream stream_{};
    std::string piece_ = std::string(kPieceBytes, '\0');
};

class Inflater final : public Decompressor {
  public:
    Inflater() {
        if (::inflateInit2(&stream_, kWindowBits) != Z_OK) throw std::runtime_error("inflateInit2");
    }

    ~Inflater() override { ::inflateEnd(&stream_); }

    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    Result<> write(std::string_view bytes, const Sink& sink) override {
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        stream_.avail_in = static_cast<uInt>(bytes.size());
        while (!done_) {
            stream_.next_out = reinterpret_cast<Bytef*>(piece_.data());
            stream_.avail_out = static_cast<uInt>(piece_.size());
            const int code = ::inflate(&stream_, Z_NO_FLUSH);
            if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
                return damaged("deflate");
            done_ = code == Z_STREAM_END;
            const auto count = piece_.size() - stream_.avail_out;
            if (count == 0) break;
            if (auto taken = sink({piece_.data(), count}); !taken) return taken;
        }
        if (stream_.avail_in > 0) return damaged("bytes behind an entry's end");
        return {};
    }

    bool is_done() const override { return done_; }

  private:
    z_stream stream_{};
    std::string piece_ = std::string(kPieceBytes, '\0');
    bool done_ = false;
};

struct FreeZstd {
    void operator()(ZSTD_CCtx* context) const { ::ZSTD_freeCCtx(context); }

    void operator()(ZSTD_DCtx* context) const { ::ZSTD_freeDCtx(context); }
};

class ZstdCompressor final : public Compressor {
  public:
    explicit ZstdCompressor(int level) : context_{::ZSTD_createCCtx()} {
        if (!context_) throw std::runtime_error("ZSTD_createCCtx");
        ::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
    }

    Result<> write(std::string_view bytes, const Sink& sink) override {
        return pump(bytes, ZSTD_e_continue, sink);
    }

    Result<> finish(const Sink& sink) override { return pump({}, ZSTD_e_end, sink); }

  private:
    Result<> pump(std::string_view bytes, ZSTD_EndDirective end, const Sink& sink) {
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        for (;;) {
            ZSTD_outBuffer out{piece_.data(), piece_.size(), 0};
            const auto left = ::ZSTD_compressStream2(context_.get(), &out, &in, end);
            if (::ZSTD_isError(left) != 0) {
                return Error{Code::internal, std::string{"zstd: "} + ::ZSTD_getErrorName(left)};
            }
            if (auto taken = sink({piece_.data(), out.pos}); !taken) return taken;
            const bool done = end == ZSTD_e_end ? left == 0 : in.pos == in.size;
            if (done) return {};
        }
    }

    std::unique_ptr<ZSTD_CCtx, FreeZstd> context_;
    std::string piece_ = std::string(kPieceBytes, '\0');
};

class ZstdDecompressor final : public Decompressor {
  public:
    ZstdDecompressor() : context_{::ZSTD_createDCtx()} {
        if (!context_) throw std::runtime_error("ZSTD_createDCtx");
        ::ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kZstdWindowLog);
    }

    Result<> write(std::string_view bytes, const Sink& sink) override {
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        while (!done_) {
            ZSTD_outBuffer out{piece_.data(), piece_.size(), 0};
            const auto left = ::ZSTD_decompressStream(context_.get(), &out, &in);
            if (::ZSTD_isError(left) != 0) return damaged(::ZSTD_getErrorName(left));
            if (auto taken = sink({piece_.data(), out.pos}); !taken) return taken;
            done_ = left == 0;
            if (!done_ && in.pos == in.size && out.pos < out.size) return {};
        }
        if (in.pos < in.size) return damaged("bytes behind an entry's end");
        return {};
    }

    bool is_done() const override { return done_; }

  private:
    std::unique_ptr<ZSTD_DCtx, FreeZstd> context_;
    std::string piece_ = std::string(kPieceBytes, '\0');
    bool done_ = false;
};

class Copier final : public Decompressor {
  public:
    Result<> write(std::string_view bytes, const Sink& sink) override { return sink(bytes); }

    bool is_done() const override { return true; }
};

}  // namespace

std::unique_ptr<Compressor> make_compressor(Method method, int level) {
    if (method == Method::zstd) return std::make_unique<ZstdCompressor>(level);
    return std::make_unique<Deflater>(level);
}

std::unique_ptr<Decompressor> make_decompressor(Method method) {
    switch (method) {
        case Method::stored:
            return std::make_unique<Copier>();
        case Method::deflate:
            return std::make_unique<Inflater>();
        case Method::zstd:
            return std::make_unique<ZstdDecompressor>();
    }
    return nullptr;
}

}  // namespace triphammer::archive
