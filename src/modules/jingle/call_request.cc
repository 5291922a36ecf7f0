#include "modules/jingle/call_request.h"

#include "xmpp/namespaces.h"

namespace teahouse::jingle {
namespace {

constexpr std::string_view jingle_ns = "urn:xmpp:jingle:1";         // XEP-0166
constexpr std::string_view rtp_ns = "urn:xmpp:jingle:apps:rtp:1";   // XEP-0167
constexpr std::string_view invites_ns = "urn:xmpp:call-invites:0";  // XEP-0482

// Of the <description/>s of one parent.
struct Media {
  bool has_any = false, has_rtp = false, has_video = false;
  void take(const xml::Element& description) {
    if (description.name() != "description") return;
    has_any = true;
    if (description.ns() != rtp_ns) return;
    has_rtp = true;
    if (description.attribute("media") != "audio") has_video = true;
  }
};

// A proposal that names no media at all is one for a call to the clients that take it.
std::optional<CallRequest> read_propose(const xml::Element& propose) {
  Media media;
  propose.for_each_child([&](const xml::Element& child) { media.take(child); });
  if (media.has_any && !media.has_rtp) return std::nullopt;
  return CallRequest{true, media.has_video};
}

CallRequest read_invite(const xml::Element& invite) {
  const auto video = invite.attribute("video").value_or("");
  return {true, video == "true" || video == "1"};
}

std::optional<CallRequest> read_jingle(const xml::Element& jingle) {
  const auto action = jingle.attribute("action").value_or("");
  const bool begins = action == "session-initiate";
  if (!begins && action != "content-add") return std::nullopt;
  Media media;
  jingle.for_each_child([&](const xml::Element& content) {
    if (!content.is("content", jingle_ns)) return;
    content.for_each_child([&](const xml::Element& child) { media.take(child); });
  });
  if (!media.has_rtp) return std::nullopt;
  return CallRequest{begins, media.has_video};
}

}  // namespace

std::optional<CallRequest> find_call_request(const Stanza& stanza) {
  if (stanza.kind == StanzaKind::iq) {
    const auto jingle = stanza.type == StanzaType::set ? stanza.child("jingle", jingle_ns) : std::nullopt;
    return jingle ? read_jingle(*jingle) : std::nullopt;
  }
  if (stanza.kind != StanzaKind::message || stanza.type == StanzaType::error) return std::nullopt;
  if (const auto propose = stanza.child("propose", ns::jingle_message)) return read_propose(*propose);
  const auto invite = stanza.child("invite", invites_ns);
  return invite ? std::optional(read_invite(*invite)) : std::nullopt;
}

}  // namespace teahouse::jingle
