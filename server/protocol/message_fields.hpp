#pragma once
// The fields of each message, once: what writes and what reads walk the same list. An archive has
// `field(name, value)`. Only message_json.cpp includes this.

#include "protocol/messages.hpp"

#include <concepts>
#include <type_traits>

namespace triphammer::protocol {

template <class T, class Message>
concept Is = std::same_as<std::remove_const_t<T>, Message>;

template <class Archive>
void fields(Archive& archive, Is<Attach> auto& m) {
    archive.field("fence", m.fence);
    archive.field("token", m.token);
    archive.field("nonce", m.nonce);
    archive.field("spool_end", m.spool_end);
    archive.field("version", m.version);
}

template <class Archive>
void fields(Archive&, Is<Ping> auto&) {}

template <class Archive>
void fields(Archive& archive, Is<Seek> auto& m) {
    archive.field("offset", m.offset);
}

template <class Archive>
void fields(Archive& archive, Is<Started> auto& m) {
    archive.field("nonce", m.nonce);
    archive.field("version", m.version);
    archive.field("at", m.at);
}

template <class Archive>
void fields(Archive& archive, Is<StepBegin> auto& m) {
    archive.field("number", m.number);
    archive.field("id", m.id);
    archive.field("name", m.name);
    archive.field("at", m.at);
}

template <class Archive>
void fields(Archive& archive, Is<Annotation> auto& m) {
    archive.field("level", m.level);
    archive.field("message", m.message);
    archive.field("title", m.title);
    archive.field("file", m.file);
    archive.field("line", m.line);
    archive.field("end_line", m.end_line);
    archive.field("column", m.column);
    archive.field("end_column", m.end_column);
}

template <class Archive>
void fields(Archive& archive, Is<Summary> auto& m) {
    archive.field("number", m.number);
    archive.field("part", m.part);
    archive.field("text", m.text);
}

template <class Archive>
void fields(Archive& archive, Is<StepEnd> auto& m) {
    archive.field("number", m.number);
    archive.field("state", m.state);
    archive.field("cause", m.cause);
    archive.field("exit_status", m.exit_status);
    archive.field("reason", m.reason);
    archive.field("annotations", m.annotations);
    archive.field("at", m.at);
}

template <class Archive>
void fields(Archive& archive, Is<Phase> auto& m) {
    archive.field("phase", m.phase);
    archive.field("detail", m.detail);
    archive.field("at", m.at);
}

template <class Archive>
void fields(Archive& archive, Is<Intent> auto& m) {
    archive.field("n", m.n);
    archive.field("kind", m.kind);
    archive.field("target", m.target);
    archive.field("idem", m.idem);
    archive.field("at", m.at);
}

template <class Archive>
void fields(Archive& archive, Is<EffectResult> auto& m) {
    archive.field("n", m.n);
    archive.field("ok", m.ok);
    archive.field("ids", m.ids);
    archive.field("probes", m.probes);
    archive.field("excerpt", m.excerpt);
    archive.field("reason", m.reason);
    archive.field("at", m.at);
}

template <class Archive>
void fields(Archive& archive, Is<Park> auto& m) {
    archive.field("why", m.why);
    archive.field("until", m.until);
    archive.field("resume", m.resume);
}

template <class Archive>
void fields(Archive& archive, Is<StepSum> auto& m) {
    archive.field("number", m.number);
    archive.field("bytes", m.bytes);
    archive.field("sha256", m.sha256);
}

template <class Archive>
void fields(Archive& archive, Is<End> auto& m) {
    archive.field("state", m.state);
    archive.field("cause", m.cause);
    archive.field("reason", m.reason);
    archive.field("exit_status", m.exit_status);
    archive.field("outputs", m.outputs);
    archive.field("steps", m.steps);
    archive.field("deployment", m.deployment);
    archive.field("at", m.at);
}

template <class Archive>
void fields(Archive& archive, Is<Cancel> auto& m) {
    archive.field("why", m.why);
    archive.field("cause", m.cause);
    archive.field("grace_ms", m.grace_ms);
}

template <class Archive>
void fields(Archive& archive, Is<Welcome> auto& m) {
    archive.field("acked", m.acked);
    archive.field("have", m.have);
    archive.field("lease_ms", m.lease_ms);
    archive.field("cancel", m.cancel);
    archive.field("document", m.document);
}

template <class Archive>
void fields(Archive& archive, Is<Ack> auto& m) {
    archive.field("seq", m.seq);
}

template <class Archive>
void fields(Archive& archive, Is<Verdict> auto& m) {
    archive.field("n", m.n);
    archive.field("go", m.go);
    archive.field("why", m.why);
}

template <class Archive>
void fields(Archive& archive, Is<Refused> auto& m) {
    archive.field("why", m.why);
}

}  // namespace triphammer::protocol
