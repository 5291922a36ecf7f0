#include "modules/privilege/privileged.h"

#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::privilege {
namespace {

Error forbidden(std::string text) { return {ErrorKind::forbidden, std::move(text)}; }

Result<Stanza> read_inner(const xml::Element& element) {
  std::string text;
  xml::write(text, element, {});
  const auto document = xml::Document::parse_own(SharedBytes(std::move(text)));
  if (!document) return document.error();
  return Stanza::read(*document);
}

void write_permission(xml::Writer& writer, std::string_view access, std::string_view type) {
  writer.open("perm").attribute("access", access).attribute("type", type);
}

void write_namespace(xml::Writer& writer, std::string_view ns, IqAccess access) {
  writer.open("namespace").attribute("ns", ns).attribute("type", to_string(access)).close();
}

}  // namespace

const ComponentPermissions& permissions_of(const Tenant& tenant, std::string_view domain) {
  static const ComponentPermissions none;
  const auto found = tenant.component_permissions.find(domain);
  return found == tenant.component_permissions.end() ? none : found->second;
}

Jid address_of(std::string_view domain) { return Jid(BareJid::make({}, domain).value()); }

std::string make_advertisement(const ComponentPermissions& now, const ComponentPermissions& before) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("privilege", ns::privilege);
  if (now.roster != IqAccess::none || before.roster != IqAccess::none) {
    write_permission(writer, "roster", to_string(now.roster));
    if (now.roster != IqAccess::none) writer.attribute("push", now.roster_push ? "true" : "false");
    writer.close();
  }
  if (now.message_outgoing || before.message_outgoing) {
    write_permission(writer, "message", now.message_outgoing ? "outgoing" : "none");
    writer.close();
  }
  if (!now.iq.empty() || !before.iq.empty()) {
    writer.open("perm").attribute("access", "iq");
    for (const auto& [ns, access] : now.iq) write_namespace(writer, ns, access);
    for (const auto& [ns, access] : before.iq) {
      if (!now.iq.contains(ns)) write_namespace(writer, ns, IqAccess::none);
    }
    writer.close();
  }
  if (now.presence != PresenceAccess::none || before.presence != PresenceAccess::none) {
    write_permission(writer, "presence", to_string(now.presence));
    writer.close();
  }
  writer.close();
  return payload;
}

Result<Stanza> read_forwarded_message(const xml::Element& privilege, std::string_view domain) {
  const auto forwarded = privilege.child("forwarded", ns::forward);
  const auto message = forwarded ? forwarded->child("message", ns::client) : std::nullopt;
  if (!message) {
    return Error{ErrorKind::bad_request,
                 "A component's <privilege/> holds a <forwarded/> with a <message xmlns='jabber:client'/> (XEP-0356)."};
  }
  auto inner = read_inner(*message);
  if (!inner) return inner.error();
  if (!inner->from || !inner->from->is_bare() || inner->from->domainpart() != domain) {
    return forbidden("The forwarded message's 'from' must be a bare address at " + std::string(domain) + ".");
  }
  if (!inner->to) return Error{ErrorKind::bad_request, "The forwarded message has no 'to'."};
  return inner;
}

Result<Stanza> read_encapsulated_iq(const Stanza& request, const ComponentPermissions& permissions) {
  const auto wrapper = request.first_child();
  const auto element = wrapper ? wrapper->first_child() : std::nullopt;
  if (!element || !element->is("iq", ns::client)) {
    return forbidden("A <privileged_iq/> holds an <iq xmlns='jabber:client'/>.");
  }
  auto inner = read_inner(*element);
  if (!inner) return inner.error();
  if (inner->type != request.type) return forbidden("The iq inside must be of the type of the one around it.");
  if (inner->from && inner->from->str() != request.to->str()) {
    return forbidden("The iq inside must be from " + request.to->str() + ", to which the one around it is.");
  }
  if (inner->id.empty() || inner->root().child_count() != 1) {
    return Error{ErrorKind::bad_request, "The iq inside must have an id and exactly one child element."};
  }
  const std::string ns(inner->first_child()->ns());
  const auto allowed = permissions.iq.find(ns);
  const IqAccess wanted = inner->type == StanzaType::get ? IqAccess::get : IqAccess::set;
  if (allowed == permissions.iq.end() || !allows(allowed->second, wanted)) {
    return forbidden("The component may not send iqs of this type for '" + ns + "' in the name of accounts.");
  }
  inner->from = *request.to;
  if (!inner->to) inner->to = *request.to;
  return inner;
}

std::string make_forwarded(const Stanza& answer) {
  std::string text, payload;
  answer.write(text, true);
  xml::Writer(payload).open("privilege", ns::privilege).open("forwarded", ns::forward).raw(text).close().close();
  return payload;
}

}  // namespace teahouse::privilege
