#include "modules/conferences/words.h"

#include "xmpp/namespaces.h"

namespace teahouse::conferences {
namespace {

// RFC 5122 section 2.2: all but letters, digits and a few marks stand as %XX, in what is no separator.
std::string to_uri(std::string_view address) {
  constexpr std::string_view digits = "0123456789ABCDEF", plain = "-._~!$&'()*+,;=@/:";
  std::string uri = "xmpp:";
  bool is_in_resource = false;
  for (const char c : address) {
    const bool is_letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool is_separator = (c == '/' || c == '@') && !is_in_resource;
    if (is_letter || is_separator || (plain.find(c) != plain.npos && c != '/' && c != '@')) {
      uri += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri.append("%").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
    if (c == '/') is_in_resource = true;
  }
  return uri;
}

}  // namespace

std::string write_jingle(std::string_view conference, std::string_view sid, std::string_view action,
                         std::string_view inner) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("jingle", ns::jingle).attribute("action", action).attribute("sid", sid);
  if (action == "session-initiate") writer.attribute("initiator", conference);
  if (action == "session-accept") writer.attribute("responder", conference);
  writer.raw(inner).close();
  return payload;
}

std::string write_with_focus(const Contents& contents, std::string_view from) {
  std::string payload;
  xml::Writer writer(payload);
  write_contents(writer, contents);
  writer.open("conference-info", ns::coin).attribute("isfocus", "true");
  if (!from.empty()) {
    const std::string entity = to_uri(from);
    writer.open("users").open("user").attribute("entity", entity).close().close();
  }
  writer.close();
  return payload;
}

std::string write_reason(std::string_view reason, std::string_view text) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("reason").open(reason).close();
  if (!text.empty()) writer.leaf("text", text);
  writer.close();
  return payload;
}

std::string write_rtp_info(std::string_view what, std::string_view name) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open(what, ns::jingle_rtp_info);
  if (!name.empty()) writer.attribute("creator", "initiator").attribute("name", name);
  writer.close();
  return payload;
}

std::string write_conference_info(std::string_view conference, uint64_t version, const std::vector<Present>& present) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("conference-info", ns::conference_info).attribute("entity", to_uri(conference));
  writer.attribute("state", "full").attribute("version", std::to_string(version));
  writer.open("conference-state").leaf("user-count", std::to_string(present.size())).close();
  writer.open("users");
  for (const Present& each : present) {
    const std::string entity = to_uri(each.occupant);
    writer.open("user").attribute("entity", entity).attribute("state", "full");
    writer.open("endpoint").attribute("entity", entity);
    writer.leaf("status", each.may_speak ? "connected" : "muted-via-focus").close().close();
  }
  writer.close().close();
  return payload;
}

}  // namespace teahouse::conferences
