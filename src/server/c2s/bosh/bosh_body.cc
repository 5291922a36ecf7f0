#include "server/c2s/bosh/bosh_body.h"

#include <algorithm>

#include "xml/stream_parser.h"
#include "xml/values.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {
namespace {

constexpr size_t jid_bytes_max = 3071;

xml::Limits limits_of_body() {
  xml::Limits limits;
  limits.element_bytes_max = BoshBody::bytes_max;
  limits.depth_max += 1;
  limits.elements_max *= 2;
  return limits;
}

std::string text_of(const xml::Element& body, std::string_view name) {
  return std::string(body.attribute(name).value_or(""));
}

// A number that is not negative. False: the attribute is there, and is none.
bool read_number(const xml::Element& body, std::string_view name, std::optional<int64_t>& number) {
  const auto text = body.attribute(name);
  if (!text) return true;
  number = xml::parse_integer(*text);
  return number && *number >= 0;
}

// "1.6"; each part is a number of its own, and a later major version is answered in ours.
bool read_version(const xml::Element& body, std::optional<int>& minor) {
  const auto ver = body.attribute("ver");
  if (!ver) return true;
  const size_t dot = ver->find('.');
  const auto major = xml::parse_integer(ver->substr(0, dot));
  const auto after = dot == ver->npos ? std::nullopt : xml::parse_integer(ver->substr(dot + 1));
  if (!major || !after || *major < 1 || *after < 0) return false;
  minor = *major > 1 ? INT32_MAX : static_cast<int>(std::min<int64_t>(*after, INT32_MAX));
  return true;
}

}  // namespace

size_t BoshBody::payload_bytes() const {
  size_t bytes = 0;
  for (const SharedBytes& payload : payloads) bytes += payload.size();
  return bytes;
}

Result<BoshBody> parse_bosh_body(std::string text) {
  auto document = xml::Document::parse(SharedBytes(std::move(text)), limits_of_body());
  if (!document) return bad_request(document.error().text);
  const xml::Element root = document->root();
  if (!root.is("body", ns::bosh))
    return bad_request("A request's body is a <body/> of http://jabber.org/protocol/httpbind.");
  if (!xml::trim(root.text()).empty()) return bad_request("A <body/> holds elements, and no text between them.");
  BoshBody body;
  std::optional<int64_t> rid;
  if (!read_number(root, "rid", rid) || !rid || *rid == 0 || *rid > BoshBody::rid_max) {
    return bad_request("The attribute rid is a whole number of at least 1 and at most 9007199254740991.");
  }
  body.rid = *rid;
  if (!read_number(root, "wait", body.wait) || !read_number(root, "hold", body.hold) ||
      !read_number(root, "pause", body.pause)) {
    return bad_request("The attributes wait, hold and pause are whole numbers of at least 0.");
  }
  if (!read_version(root, body.ver_minor)) return bad_request("The attribute ver is like 1.11.");
  body.sid = text_of(root, "sid");
  body.key = text_of(root, "key");
  body.newkey = text_of(root, "newkey");
  body.to = text_of(root, "to");
  body.from = text_of(root, "from");
  body.content = text_of(root, "content");
  body.lang = root.attribute(ns::xml, "lang").value_or("");
  body.version = root.attribute(ns::xbosh, "version").value_or("1.0");
  if (std::max({body.key.size(), body.newkey.size(), body.lang.size(), body.content.size(), body.version.size()}) >
          128 ||
      std::max(body.to.size(), body.from.size()) > jid_bytes_max) {
    return bad_request("An attribute is too long.");
  }
  body.restart = xml::parse_boolean(root.attribute(ns::xbosh, "restart").value_or("")).value_or(false);
  body.terminate = root.attribute("type") == "terminate";
  if (body.restart) return body;  // XEP-0206 section 5: what stands in it is ignored
  root.for_each_child([&body](const xml::Element& child) {
    std::string payload;
    xml::write(payload, child, ns::bosh);
    body.payloads.emplace_back(std::move(payload));
  });
  return body;
}

std::string find_bosh_sid(std::string_view beginning) {
  xml::StreamParser parser(limits_of_body());
  if (parser.next(beginning) != xml::StreamParser::Step::stream_open) return {};
  return text_of(parser.header().root(), "sid");
}

std::string BoshAnswer::write() const {
  std::string out;
  out.reserve(payloads.size() + 512);
  xml::Writer writer(out);
  writer.open("body", ns::bosh);
  if (!type.empty()) writer.attribute("type", type);
  if (!condition.empty()) writer.attribute("condition", condition);
  if (terms) {
    const auto number = [&writer](std::string_view name, int64_t value) {
      writer.attribute(name, std::to_string(value));
    };
    writer.attribute("sid", terms->sid);
    number("wait", terms->wait_s);
    number("hold", terms->hold);
    number("requests", terms->requests);
    number("inactivity", terms->inactivity_s);
    number("polling", terms->polling_s);
    number("maxpause", terms->pause_s_max);
    writer.attribute("ver", "1." + std::to_string(terms->ver_minor));
    writer.attribute("from", terms->from).attribute("xmlns:xmpp", ns::xbosh);
    writer.attribute("xmpp:version", "1.0").attribute("xmpp:restartlogic", "true");
  }
  if (payloads.find("<stream:") != payloads.npos) writer.attribute("xmlns:stream", ns::stream);
  writer.raw(payloads).close();
  return out;
}

}  // namespace teahouse::c2s
