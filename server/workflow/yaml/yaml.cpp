#include "workflow/yaml/yaml.hpp"

#include "base/text.hpp"
#include "workflow/yaml/mistake.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <istream>
#include <streambuf>
#include <unordered_map>
#include <unordered_set>

namespace triphammer::workflow {

namespace {

constexpr std::size_t kMaxNodes = 50'000;    // aliases counted as if written out
constexpr std::size_t kMaxText = 1U << 20U;  // bytes, likewise
constexpr std::size_t kMaxDepth = 50;
constexpr std::size_t kMaxBrackets = 1000;
constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";
constexpr std::array<std::string_view, 7> kTags{
    "str", "int", "float", "bool", "null", "seq", "map"};

/// Ends the parse; the report already has the reason.
struct Stop {};

model::Position position_of(const YAML::Mark& mark) {
    return {mark.line + 1, mark.column + 1};
}

/// Turns events into nodes. Open collections wait in `open_`.
class Builder : public YAML::EventHandler {
  public:
    Builder(Document& document, Report& report) : document_(document), report_(report) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ == 1) return;
        stop(
            "second-document",
            position_of(mark),
            "a workflow file holds one document",
            "remove '---' and what follows"
        );
    }

    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        auto* node = make(NodeKind::null, mark, anchor);
        // yaml-cpp's mark is where the next token begins, often lines below.
        if (!open_.empty() && open_.back().key != nullptr) node->at = open_.back().key->at;
        put(node);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) {
            stop("alias", position_of(mark), "this alias lies inside its own anchor", "");
        }
        weight_ += found->second->weight;
        bytes_ += found->second->bytes;
        if (weight_ > kMaxNodes || bytes_ > kMaxText) stop_large(position_of(mark));
        put(found->second);
    }

    void OnScalar(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        const std::string& value
    ) override {
        check_tag(mark, tag);
        auto* node = make(NodeKind::scalar, mark, anchor);
        node->plain = tag == "?" || (tag.starts_with(kTagPrefix) && !tag.ends_with(":str"));
        node->text = value;
        node->bytes = value.size();
        bytes_ += value.size();
        if (!node->plain) last_quoted_ = static_cast<std::size_t>(mark.pos);
        put(node);
    }

    /// Where the last scalar that is not plain begins, in bytes.
    std::optional<std::size_t> last_quoted() const { return last_quoted_; }

    void OnSequenceStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value
    ) override {
        check_tag(mark, tag);
        open(NodeKind::sequence, mark, anchor);
    }

    void OnSequenceEnd() override { close(); }

    void OnMapStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value
    ) override {
        check_tag(mark, tag);
        open(NodeKind::mapping, mark, anchor);
    }

    void OnMapEnd() override { close(); }

  private:
    struct Open {
        Node* node = nullptr;
        YAML::anchor_t anchor = 0;
        const Node* key = nullptr;             // a mapping's, while its value is awaited
        bool ignore_value = false;             // of a key that was refused
        std::unordered_set<std::string> keys;  // lower-cased
    };

    Node* make(NodeKind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (++weight_ > kMaxNodes) stop_large(position_of(mark));
        auto& node = document_.nodes.emplace_back();
        node.kind = kind;
        node.at = position_of(mark);
        const bool is_open = kind == NodeKind::sequence || kind == NodeKind::mapping;
        if (anchor != 0 && !is_open) anchors_[anchor] = &node;
        return &node;
    }

    void open(NodeKind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        auto* node = make(kind, mark, anchor);
        check_depth(open_.size() + 1, node->at);
        open_.emplace_back();
        open_.back().node = node;
        open_.back().anchor = anchor;
    }

    void close() {
        Node* node = open_.back().node;
        // Known from here on: an alias inside its own anchor finds nothing.
        if (open_.back().anchor != 0) anchors_[open_.back().anchor] = node;
        open_.pop_back();
        put(node);
    }

    void put(const Node* node) {
        if (open_.empty()) {
            document_.root = node->kind == NodeKind::null ? nullptr : node;
            return;
        }
        auto& parent = open_.back();
        parent.node->weight += node->weight;
        parent.node->bytes += node->bytes;
        parent.node->depth = std::max(parent.node->depth, node->depth + 1);
        check_depth(open_.size() + node->depth, node->at);
        if (parent.node->kind == NodeKind::sequence) {
            parent.node->items.push_back(node);
        } else if (parent.key == nullptr) {
            put_key(parent, node);
        } else {
            if (!parent.ignore_value) parent.node->entries.push_back({parent.key, node});
            parent.key = nullptr;
        }
    }

    void put_key(Open& parent, const Node* key) {
        parent.key = key;
        parent.ignore_value = true;
        if (key->kind != NodeKind::scalar) {
            const bool is_braces = key->kind == NodeKind::mapping;  // {{ x }}
            report_.error(
                "invalid-key",
                is_braces ? parent.node->at : key->at,
                "a key must be plain text",
                is_braces ? "an expression begins with a dollar sign: ${{ … }}" : ""
            );
            return;
        }
        if (key->text == "<<" && key->plain) {
            report_.error(
                "merge-key",
                key->at,
                "merge keys (<<) are not part of the language",
                "repeat the keys, or use an alias for a whole value"
            );
            return;
        }
        parent.ignore_value = !parent.keys.insert(to_lower(key->text)).second;
        if (!parent.ignore_value) return;
        report_.error(
            "duplicate-key",
            key->at,
            show(key->text) + " stands here twice (case does not count)",
            "keep one of them"
        );
    }

    void check_tag(const YAML::Mark& mark, const std::string& tag) {
        if (tag.empty() || tag == "?" || tag == "!") return;
        const std::string_view text = tag;
        const bool is_core =
            text.starts_with(kTagPrefix) &&
            std::find(kTags.begin(), kTags.end(), text.substr(kTagPrefix.size())) != kTags.end();
        if (is_core) return;
        stop(
            "tag",
            position_of(mark),
            "YAML takes " + show(tag) + " for a tag",
            "put the value in quotes, or a condition into ${{ }}"
        );
    }

    void check_depth(std::size_t depth, model::Position at) {
        if (depth <= kMaxDepth) return;
        stop("too-deep", at, "nested deeper than " + std::to_string(kMaxDepth) + " levels", "");
    }

    [[noreturn]] void stop_large(model::Position at) {
        stop(
            "too-large",
            at,
            "more than " + std::to_string(kMaxNodes) +
                " values or 1 MiB of text, aliases counted as if written out",
            ""
        );
    }

    [[noreturn]] void stop(
        std::string_view code, model::Position at, std::string message, std::string hint
    ) {
        report_.error(code, at, std::move(message), std::move(hint));
        throw Stop{};
    }

    Document& document_;
    Report& report_;
    std::vector<Open> open_;
    std::unordered_map<YAML::anchor_t, const Node*> anchors_;
    std::optional<std::size_t> last_quoted_;
    std::size_t weight_ = 0;
    std::size_t bytes_ = 0;
    int documents_ = 0;
};

/// Reads from memory without copying it.
class MemoryBuffer : public std::streambuf {
  public:
    explicit MemoryBuffer(std::string_view text) {
        // The get area is never written to; the interface is older than const.
        auto* begin = const_cast<char*>(text.data());
        setg(begin, begin, begin + text.size());
    }
};

model::Position place_of(std::string_view text, std::size_t offset) {
    const auto before = text.substr(0, offset);
    const auto lines = std::count(before.begin(), before.end(), '\n');
    const auto start = before.rfind('\n');
    const auto column = start == std::string_view::npos ? offset : offset - start - 1;
    return {static_cast<int>(lines) + 1, static_cast<int>(column) + 1};
}

/// yaml-cpp takes the end of the file for a closing quote, and so the last scalar is looked at
/// again.
bool is_closed(std::string_view text, std::size_t from) {
    const auto start = text.find_first_of("'\"|>", from);
    if (start == std::string_view::npos || text[start] == '|' || text[start] == '>') return true;
    const char quote = text[start];
    for (std::size_t i = start + 1; i < text.size(); ++i) {
        if (quote == '"' && text[i] == '\\') {
            ++i;
        } else if (text[i] == quote) {
            const bool is_doubled = quote == '\'' && i + 1 < text.size() && text[i + 1] == quote;
            if (!is_doubled) return true;
            ++i;
        }
    }
    return false;
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

/// Where a line opens more brackets than anybody means. yaml-cpp keeps such a line in memory as
/// long as a key may begin at each of them.
std::size_t find_brackets(std::string_view text) {
    std::size_t open = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') open = 0;
        if ((c == ']' || c == '}') && open > 0) --open;
        if ((c == '[' || c == '{') && ++open > kMaxBrackets) return i;
    }
    return std::string_view::npos;
}

/// What yaml-cpp would guess about (UTF-16, control characters) or choke on.
bool is_readable(std::string_view text, Report& report) {
    if (text.size() > kMaxFileBytes) {
        report.error("too-large", {1, 1}, "larger than 256 KiB: not read", "split the file");
        return false;
    }
    if (!is_utf8(text)) {
        report.error("encoding", {1, 1}, "not UTF-8", "save the file as UTF-8");
        return false;
    }
    if (const auto deep = find_brackets(text); deep != std::string_view::npos) {
        report.error("too-deep", place_of(text, deep), "too many open brackets on one line");
        return false;
    }
    const auto control = std::find_if(text.begin(), text.end(), is_control);
    if (control == text.end()) return true;
    const auto at = place_of(text, static_cast<std::size_t>(control - text.begin()));
    report.error(
        "encoding", at, "a control character", "remove it, or write it escaped in double quotes"
    );
    return false;
}

}  // namespace

std::optional<Document> read_yaml(std::string_view text, Report& report) {
    if (!is_readable(text, report)) return {};
    Document document;
    Builder builder{document, report};
    MemoryBuffer buffer{text};
    std::istream stream{&buffer};
    // yaml-cpp reports by exceptions; they end here.
    try {
        YAML::Parser parser{stream};
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const Stop&) {
        return {};
    } catch (const YAML::Exception& failure) {
        auto mistake = explain_yaml(text, failure.msg, position_of(failure.mark));
        report.error("yaml", mistake.at, "not valid YAML: " + mistake.message, mistake.hint);
        return {};
    }
    const auto last = builder.last_quoted();
    if (!last || is_closed(text, *last)) return document;
    report.error("yaml", place_of(text, *last), "not valid YAML: this quote is never closed");
    return {};
}

}  // namespace triphammer::workflow
