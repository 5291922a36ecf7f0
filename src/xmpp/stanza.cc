#include "xmpp/stanza.h"

#include <span>

#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr StanzaType message_types[] = {StanzaType::chat, StanzaType::error, StanzaType::groupchat,
                                        StanzaType::headline};
constexpr StanzaType presence_types[] = {StanzaType::error,      StanzaType::unavailable, StanzaType::subscribe,
                                         StanzaType::subscribed, StanzaType::unsubscribe, StanzaType::unsubscribed,
                                         StanzaType::probe};
constexpr StanzaType iq_types[] = {StanzaType::get, StanzaType::set, StanzaType::result, StanzaType::error};

std::optional<StanzaType> find_type(std::span<const StanzaType> types, std::string_view name) {
  for (const StanzaType type : types) {
    if (name == to_string(type)) return type;
  }
  return std::nullopt;
}

Result<StanzaType> parse_type(StanzaKind kind, std::optional<std::string_view> name) {
  if (kind == StanzaKind::message) {
    // RFC 6121 section 5.2.2: an unknown type is read as normal.
    if (!name) return StanzaType::none;
    return find_type(message_types, *name).value_or(StanzaType::none);
  }
  if (kind == StanzaKind::presence) {
    if (!name) return StanzaType::none;
    if (const auto type = find_type(presence_types, *name)) return *type;
    return Error{ErrorKind::bad_request, "There is no presence type '" + std::string(*name) + "'."};
  }
  if (name) {
    if (const auto type = find_type(iq_types, *name)) return *type;
  }
  return Error{ErrorKind::bad_request, "An iq needs one of the types get, set, result and error."};
}

// The payload as bytes that mean the same under a start tag of ours. A long namespace that is declared once outside is
// written for each child that uses it: thousands of them would make gigabytes of a small stanza.
Result<SharedBytes> portable_payload(const xml::Document& document) {
  const xml::Element root = document.root();
  if (root.inner_is_portable()) return document.bytes().slice(root.inner());
  const size_t bytes_max = document.bytes().size() + Stanza::added_declarations_bytes_max;
  std::string out;
  for (auto child = root.first_child(); child && out.size() <= bytes_max; child = child->next_sibling()) {
    xml::write(out, *child, ns::client);
  }
  if (out.size() <= bytes_max) return SharedBytes(std::move(out));
  return Error{ErrorKind::policy_violation,
               "Too many elements use a namespace that is declared around them. Declare it on each of them."};
}

// Parses what we wrote ourselves; that it parses is our affair.
xml::Document own_document(StanzaKind kind, std::string_view payload) {
  std::string bytes;
  bytes.reserve(payload.size() + 64);
  bytes.append("<").append(to_string(kind)).append(" xmlns='jabber:client'>");
  bytes.append(payload);
  bytes.append("</").append(to_string(kind)).append(">");
  auto document = xml::Document::parse_own(SharedBytes(std::move(bytes)));
  if (document) return std::move(*document);
  assert(false && "we made a stanza that is not well-formed");
  return own_document(kind, {});
}

// `opening` is all up to the value: " to='".
void write_attribute(std::string& out, std::string_view opening, std::string_view value) {
  out.append(opening);
  xml::append_escaped_value(out, value);
  out.push_back('\'');
}

}  // namespace

const char* to_string(StanzaKind kind) {
  switch (kind) {
    case StanzaKind::message: return "message";
    case StanzaKind::presence: return "presence";
    case StanzaKind::iq: return "iq";
  }
  return "";
}

const char* to_string(StanzaType type) {
  switch (type) {
    case StanzaType::none: return "";
    case StanzaType::chat: return "chat";
    case StanzaType::error: return "error";
    case StanzaType::groupchat: return "groupchat";
    case StanzaType::headline: return "headline";
    case StanzaType::unavailable: return "unavailable";
    case StanzaType::subscribe: return "subscribe";
    case StanzaType::subscribed: return "subscribed";
    case StanzaType::unsubscribe: return "unsubscribe";
    case StanzaType::unsubscribed: return "unsubscribed";
    case StanzaType::probe: return "probe";
    case StanzaType::get: return "get";
    case StanzaType::set: return "set";
    case StanzaType::result: return "result";
  }
  return "";
}

bool Stanza::is_stanza(const xml::Element& element) {
  return element.ns() == ns::client &&
         (element.name() == "message" || element.name() == "presence" || element.name() == "iq");
}

Result<Stanza> Stanza::read(const xml::Document& document) {
  const xml::Element root = document.root();
  const StanzaKind kind = root.name() == "message"    ? StanzaKind::message
                          : root.name() == "presence" ? StanzaKind::presence
                                                      : StanzaKind::iq;
  auto payload = portable_payload(document);
  if (!payload) return payload.error();
  Stanza stanza(kind, document, std::move(*payload));
  stanza.id = root.attribute("id").value_or("");
  stanza.lang = root.attribute(ns::xml, "lang").value_or("");
  const auto type = parse_type(kind, root.attribute("type"));
  if (!type) return type.error();
  stanza.type = *type;
  if (const auto to = root.attribute("to")) {
    auto jid = Jid::parse(*to);
    if (!jid) return Error{ErrorKind::jid_malformed, "'to': " + jid.error().text};
    stanza.to = std::move(*jid);
  }
  if (const auto from = root.attribute("from")) {
    auto jid = Jid::parse(*from);
    if (!jid) return Error{ErrorKind::jid_malformed, "'from': " + jid.error().text};
    stanza.from = std::move(*jid);
  }
  return stanza;
}

Result<Stanza> Stanza::parse_stored(std::string bytes) {
  const auto document = xml::Document::parse_own(SharedBytes(std::move(bytes)));
  if (document && is_stanza(document->root())) return read(*document);
  return Error{ErrorKind::internal_server_error,
               "A kept stanza can't be read: " + (document ? "it is none" : document.error().text) + "."};
}

Stanza Stanza::make(StanzaKind kind, StanzaType type, std::string payload) {
  xml::Document document = own_document(kind, payload);
  SharedBytes shared = document.bytes().slice(document.root().inner());
  Stanza stanza(kind, std::move(document), std::move(shared));
  stanza.type = type;
  return stanza;
}

Stanza Stanza::make_reply(const Stanza& request, StanzaType type, std::string payload) {
  Stanza reply = make(request.kind, type, std::move(payload));
  reply.from = request.to;
  reply.to = request.from;
  reply.id = request.id;
  return reply;
}

void Stanza::remove_children(const std::function<bool(const xml::Element&)>& unwanted) {
  bool any = false;
  std::string kept;
  root().for_each_child([&](const xml::Element& child) {
    if (unwanted(child)) {
      any = true;
    } else {
      xml::write(kept, child, ns::client);
    }
  });
  if (!any) return;
  document_ = own_document(kind, kept);
  payload_ = document_.bytes().slice(document_.root().inner());
}

void Stanza::write(std::string& out, bool with_namespace) const {
  // Enough at once for nearly all: only characters that have to be escaped make it longer.
  out.reserve(out.size() + approximate_bytes() + (from ? from->str().size() : 0) + (to ? to->str().size() : 0) +
              id.size() + lang.size());
  out.append("<").append(to_string(kind));
  if (with_namespace) out.append(" xmlns='jabber:client'");
  if (from) write_attribute(out, " from='", from->str());
  if (to) write_attribute(out, " to='", to->str());
  if (type != StanzaType::none) out.append(" type='").append(to_string(type)).append("'");
  if (!id.empty()) write_attribute(out, " id='", id);
  if (!lang.empty()) write_attribute(out, " xml:lang='", lang);
  if (payload_.empty() && stamps_.empty()) {
    out.append("/>");
    return;
  }
  out.append(">").append(stamps_).append(payload_.view());
  out.append("</").append(to_string(kind)).append(">");
}

}  // namespace teahouse
