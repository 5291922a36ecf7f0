#include "modules/conferences/jingle/contents.h"
#include "xmpp/namespaces.h"

namespace teahouse::conferences {
namespace {

void write_pair(xml::Writer& writer, const char* first, const char* second, const Pair& pair) {
  if (!pair.first.empty()) writer.attribute(first, pair.first);
  if (!pair.second.empty()) writer.attribute(second, pair.second);
}

void write_feedback(xml::Writer& writer, const std::vector<Pair>& feedback) {
  for (const Pair& each : feedback) {
    writer.open("rtcp-fb", ns::jingle_rtcp_fb);
    write_pair(writer, "type", "subtype", each);
    writer.close();
  }
}

void write_parameters(xml::Writer& writer, const std::vector<Pair>& parameters) {
  for (const Pair& each : parameters) {
    writer.open("parameter");
    write_pair(writer, "name", "value", each);
    writer.close();
  }
}

void write_codec(xml::Writer& writer, const Codec& codec) {
  writer.open("payload-type").attribute("id", std::to_string(codec.id)).attribute("name", codec.name);
  writer.attribute("clockrate", std::to_string(codec.clockrate));
  if (codec.channels > 1) writer.attribute("channels", std::to_string(codec.channels));
  write_parameters(writer, codec.parameters);
  write_feedback(writer, codec.feedback);
  writer.close();
}

void write_description(xml::Writer& writer, const Description& description) {
  writer.open("description", ns::jingle_rtp).attribute("media", description.media);
  for (const Codec& codec : description.codecs) write_codec(writer, codec);
  write_feedback(writer, description.feedback);
  for (const HeaderExtension& each : description.extensions) {
    writer.open("rtp-hdrext", ns::jingle_rtp_hdrext).attribute("id", std::to_string(each.id));
    writer.attribute("uri", each.uri);
    if (each.senders != Senders::both) writer.attribute("senders", to_string(each.senders));
    writer.close();
  }
  if (description.mixed_extensions) writer.open("extmap-allow-mixed", ns::jingle_rtp_hdrext).close();
  for (const SourceGroup& group : description.groups) {
    writer.open("ssrc-group", ns::jingle_ssma).attribute("semantics", group.semantics);
    for (const std::string& ssrc : group.ssrcs) writer.open("source").attribute("ssrc", ssrc).close();
    writer.close();
  }
  for (const Source& source : description.sources) {
    writer.open("source", ns::jingle_ssma).attribute("ssrc", source.ssrc);
    write_parameters(writer, source.parameters);
    writer.close();
  }
  writer.open("rtcp-mux").close().close();
}

void write_transport(xml::Writer& writer, const Transport& transport) {
  writer.open("transport", ns::jingle_ice_udp);
  writer.attribute("ufrag", transport.ufrag).attribute("pwd", transport.pwd);
  if (!transport.fingerprint.value.empty()) {
    writer.open("fingerprint", ns::jingle_dtls).attribute("hash", transport.fingerprint.hash);
    writer.attribute("setup", transport.fingerprint.setup).text(transport.fingerprint.value).close();
  }
  size_t number = 0;
  for (const Candidate& each : transport.candidates) {
    writer.open("candidate").attribute("id", "c" + std::to_string(++number));
    writer.attribute("component", std::to_string(each.component)).attribute("foundation", each.foundation);
    writer.attribute("generation", "0").attribute("network", "0").attribute("protocol", each.protocol);
    writer.attribute("priority", std::to_string(each.priority)).attribute("ip", each.ip);
    writer.attribute("port", std::to_string(each.port)).attribute("type", each.type).close();
  }
  writer.close();
}

}  // namespace

std::string_view to_string(Senders senders) {
  switch (senders) {
    case Senders::both: return "both";
    case Senders::none: return "none";
    case Senders::initiator: return "initiator";
    case Senders::responder: return "responder";
  }
  return "";
}

void write_contents(xml::Writer& writer, const Contents& contents) {
  if (!contents.bundle.empty()) {
    writer.open("group", ns::jingle_grouping).attribute("semantics", "BUNDLE");
    for (const std::string& name : contents.bundle) writer.open("content").attribute("name", name).close();
    writer.close();
  }
  for (const Content& content : contents.contents) {
    writer.open("content").attribute("creator", "initiator").attribute("name", content.name);
    if (content.senders != Senders::both) writer.attribute("senders", to_string(content.senders));
    write_description(writer, content.description);
    write_transport(writer, content.transport);
    writer.close();
  }
}

}  // namespace teahouse::conferences
