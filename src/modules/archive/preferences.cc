#include "modules/archive/preferences.h"

#include <algorithm>
#include <array>

#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr std::array<std::string_view, 3> defaults = {"always", "never", "roster"};

// All lists of this name, as one.
Result<std::set<std::string, std::less<>>> read_lists(const xml::Element& prefs, std::string_view name,
                                                      const std::function<void(Jid&)>& lead) {
  std::set<std::string, std::less<>> addresses;
  std::optional<Error> fault;
  prefs.for_each_child([&](const xml::Element& list) {
    if (!list.is(name, ns::mam)) return;
    list.for_each_child([&](const xml::Element& child) {
      if (!child.is("jid", ns::mam)) return;
      auto jid = Jid::parse(child.text());
      if (!jid) {
        fault = Error{ErrorKind::jid_malformed, "An address in the list: " + jid.error().text};
        return;
      }
      lead(*jid);
      addresses.insert(jid->str());
    });
  });
  if (fault) return *fault;
  return addresses;
}

void write_list(xml::Writer& writer, std::string_view name, const std::set<std::string, std::less<>>& addresses) {
  writer.open(name);
  for (const std::string& address : addresses) writer.leaf("jid", address);
  writer.close();
}

}  // namespace

Result<ArchivePreferences> ArchivePreferences::read(const xml::Element& prefs, const std::function<void(Jid&)>& lead) {
  ArchivePreferences preferences;
  const auto known = std::find(defaults.begin(), defaults.end(), prefs.attribute("default").value_or(""));
  if (known == defaults.end()) {
    return {ErrorKind::bad_request, "The attribute 'default' is always, never or roster."};
  }
  preferences.by_default = static_cast<Default>(known - defaults.begin());
  auto always = read_lists(prefs, "always", lead);
  if (!always) return always.error();
  auto never = read_lists(prefs, "never", lead);
  if (!never) return never.error();
  if (always->size() + never->size() > addresses_max) {
    return {ErrorKind::resource_constraint, "The lists hold at most 500 addresses together."};
  }
  preferences.always = std::move(*always);
  preferences.never = std::move(*never);
  return preferences;
}

std::string ArchivePreferences::write() const {
  std::string xml;
  xml::Writer writer(xml);
  writer.open("prefs", ns::mam).attribute("default", defaults[static_cast<size_t>(by_default)]);
  write_list(writer, "always", always);
  write_list(writer, "never", never);
  writer.close();
  return xml;
}

bool ArchivePreferences::keeps(const Jid& other, bool is_contact) const {
  for (const std::string_view address : {std::string_view(other.str()), other.bare_view()}) {
    if (never.contains(address)) return false;
    if (always.contains(address)) return true;
  }
  return by_default == Default::always || (by_default == Default::roster && is_contact);
}

}  // namespace teahouse
