#include "server/own_namespace.h"

#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {

Result<xml::Document> in_client_namespace(const xml::Element& stanza, std::string_view own_ns) {
  std::string out;
  xml::Writer writer(out);
  writer.open(stanza.name(), ns::client);
  for (const char* name : {"from", "to", "type", "id"}) {
    if (const auto value = stanza.attribute(name)) writer.attribute(name, *value);
  }
  if (const auto lang = stanza.attribute(ns::xml, "lang")) writer.attribute("xml:lang", *lang);
  std::string inner;
  xml::write_inner(inner, stanza, own_ns);
  writer.raw(inner).close();
  return xml::Document::parse_own(SharedBytes(std::move(out)));
}

}  // namespace teahouse
