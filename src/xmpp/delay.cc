#include "xmpp/delay.h"

#include "base/clock.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {

std::string make_delay(std::string_view from, int64_t wall_ms) {
  std::string out;
  xml::Writer(out).open("delay", ns::delay).attribute("from", from).attribute("stamp", format_time(wall_ms)).close();
  return out;
}

bool is_delayed_by(const Stanza& stanza, std::string_view from) {
  // A stamp is of our own writing: it begins as make_delay() does.
  std::string opening;
  xml::Writer(opening).open("delay", ns::delay).attribute("from", from);
  bool found = stanza.stamps().find(opening) != std::string::npos;
  stanza.root().for_each_child([&](const xml::Element& child) {
    found = found || (child.is("delay", ns::delay) && child.attribute("from") == from);
  });
  return found;
}

}  // namespace teahouse
