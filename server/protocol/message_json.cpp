#include "protocol/message_json.hpp"

#include "protocol/message_fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <concepts>
#include <utility>

// A payload is accepted when writing what was read gives the same bytes: that refuses unknown and
// duplicate fields, other types and other spellings in one comparison.

namespace triphammer::protocol {

using nlohmann::json;

namespace {

template <class T>
concept State = std::is_enum_v<T>;
template <class T>
concept Whole = std::integral<T> && !std::same_as<T, bool>;

class Writer {
  public:
    json out = json::object();

    template <class T>
    void field(const char* name, const T& value) {
        out[name] = made(value);
    }

  private:
    template <class T>
    static json made(const T& value) {
        return value;
    }

    static json made(const Secret& value) { return value.reveal(); }

    static json made(const model::Fence& value) { return value.value; }

    template <State T>
    static json made(const T& value) {
        return name_of(value);
    }

    template <class T>
    static json made(const std::optional<T>& value) {
        return value ? made(*value) : json{};
    }

    static json made(const std::map<int, std::uint64_t>& value) {
        auto list = json::array();
        for (const auto& [step, bytes] : value) list.push_back({step, bytes});
        return list;
    }

    template <class T>
    static json made(const std::vector<T>& value) {
        auto list = json::array();
        for (const auto& item : value) list.push_back(made(item));
        return list;
    }

    static json made(const Annotation& value);
    static json made(const StepSum& value);
    static json made(const Cancel& value);
};

// Reads what it can; a field that is not there or of another type stays at its default and the
// comparison of the bytes finds it.
class Reader {
  public:
    explicit Reader(const json& in) : in_{in} {}

    template <class T>
    void field(const char* name, T& value) {
        const auto found = in_.find(name);
        if (found != in_.end()) take(*found, value);
    }

  private:
    static void take(const json& in, std::string& value) {
        if (in.is_string()) value = in.get_ref<const std::string&>();
    }

    static void take(const json& in, Secret& value) {
        if (in.is_string()) value = Secret{in.get<std::string>()};
    }

    static void take(const json& in, bool& value) {
        if (in.is_boolean()) value = in.get<bool>();
    }

    template <Whole T>
    static void take(const json& in, T& value) {
        if (!in.is_number_integer()) return;
        if (in.is_number_unsigned()) {
            const auto number = in.get<std::uint64_t>();
            if (std::in_range<T>(number)) value = static_cast<T>(number);
        } else {
            const auto number = in.get<std::int64_t>();
            if (std::in_range<T>(number)) value = static_cast<T>(number);
        }
    }

    static void take(const json& in, model::Fence& value) { take(in, value.value); }

    template <State T>
    static void take(const json& in, T& value) {
        if (!in.is_string()) return;
        value = model::parse_state<T>(in.get_ref<const std::string&>()).value_or(value);
    }

    template <class T>
    static void take(const json& in, std::optional<T>& value) {
        if (in.is_null()) return;
        take(in, value.emplace());
    }

    static void take(const json& in, std::map<int, std::uint64_t>& value) {
        if (!in.is_array()) return;
        for (const auto& pair : in) {
            std::pair<int, std::uint64_t> entry{};
            if (!pair.is_array() || pair.size() != 2) continue;
            take(pair[0], entry.first);
            take(pair[1], entry.second);
            value.insert(entry);
        }
    }

    static void take(const json& in, Outputs& value) {
        if (!in.is_object()) return;
        for (const auto& [name, text] : in.items()) take(text, value[name]);
    }

    template <class T>
    static void take(const json& in, std::vector<T>& value) {
        if (!in.is_array()) return;
        for (const auto& item : in) take(item, value.emplace_back());
    }

    static void take(const json& in, Annotation& value);
    static void take(const json& in, StepSum& value);
    static void take(const json& in, Cancel& value);

    const json& in_;
};

template <class Message>
json to_object(const Message& message) {
    Writer writer;
    fields(writer, message);
    return std::move(writer.out);
}

json Writer::made(const Annotation& value) {
    return to_object(value);
}

json Writer::made(const StepSum& value) {
    return to_object(value);
}

json Writer::made(const Cancel& value) {
    return to_object(value);
}

template <class Message>
void from_object(const json& in, Message& message) {
    Reader reader{in};
    if (in.is_object()) fields(reader, message);
}

void Reader::take(const json& in, Annotation& value) {
    from_object(in, value);
}

void Reader::take(const json& in, StepSum& value) {
    from_object(in, value);
}

void Reader::take(const json& in, Cancel& value) {
    from_object(in, value);
}

bool fits(const auto&) {
    return true;
}

// Text that the tables keep as JSON must be JSON of the promised kind, small and flat enough to be
// walked by a recursive reader.
bool is_json_text(std::string_view text, char first) {
    constexpr int kMaxDepth = 16;
    int depth = 0;
    int deepest = 0;
    for (const char c : text) {
        if (c == '[' || c == '{') deepest = std::max(deepest, ++depth);
        if (c == ']' || c == '}') --depth;
    }
    return !text.empty() && text[0] == first && deepest <= kMaxDepth && json::accept(text);
}

bool fits(const EffectResult& message) {
    return is_json_text(message.ids, '{') && is_json_text(message.probes, '[');
}

bool fits(const Park& message) {
    return is_json_text(message.resume, '{');
}

bool fits(const Summary& message) {
    return message.part >= 0 && message.part < Summary::kMostParts &&
           message.text.size() <= 3 * Summary::kMostBytes;  // bytes that are no UTF-8 grow
}

bool fits(const StepEnd& message) {
    return model::is_final(message.state);
}

bool fits(const End& message) {
    return model::is_final(message.state) && message.state != model::JobState::skipped &&
           (!message.deployment || *message.deployment == model::DeploymentState::unknown ||
            model::is_final(*message.deployment));
}

}  // namespace

template <class Message>
std::string to_payload(const Message& message) {
    return to_object(message).dump(-1, ' ', false, json::error_handler_t::replace);
}

template <class Message>
Result<Message> parse_payload(std::string_view payload) {
    const auto in = json::parse(payload, nullptr, false);
    Message message;
    from_object(in, message);
    if (in.is_discarded() || !fits(message) || to_payload(message) != payload) {
        return Error{Code::protocol, "a message is not of the agreed form"};
    }
    return message;
}

template std::string to_payload(const Attach&);
template Result<Attach> parse_payload(std::string_view);
template std::string to_payload(const Ping&);
template Result<Ping> parse_payload(std::string_view);
template std::string to_payload(const Seek&);
template Result<Seek> parse_payload(std::string_view);
template std::string to_payload(const Started&);
template Result<Started> parse_payload(std::string_view);
template std::string to_payload(const StepBegin&);
template Result<StepBegin> parse_payload(std::string_view);
template std::string to_payload(const Summary&);
template Result<Summary> parse_payload(std::string_view);
template std::string to_payload(const StepEnd&);
template Result<StepEnd> parse_payload(std::string_view);
template std::string to_payload(const Phase&);
template Result<Phase> parse_payload(std::string_view);
template std::string to_payload(const Intent&);
template Result<Intent> parse_payload(std::string_view);
template std::string to_payload(const EffectResult&);
template Result<EffectResult> parse_payload(std::string_view);
template std::string to_payload(const Park&);
template Result<Park> parse_payload(std::string_view);
template std::string to_payload(const End&);
template Result<End> parse_payload(std::string_view);
template std::string to_payload(const Welcome&);
template Result<Welcome> parse_payload(std::string_view);
template std::string to_payload(const Ack&);
template Result<Ack> parse_payload(std::string_view);
template std::string to_payload(const Verdict&);
template Result<Verdict> parse_payload(std::string_view);
template std::string to_payload(const Cancel&);
template Result<Cancel> parse_payload(std::string_view);
template std::string to_payload(const Refused&);
template Result<Refused> parse_payload(std::string_view);

}  // namespace triphammer::protocol
