// ArchivePreferences: whose messages an account's archive keeps; a pure value.
//
// Limits: addresses_max addresses in both lists together.
// Spec: XEP-0441 sections 2.1 and 2.3.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "xml/document.h"
#include "xmpp/jid.h"

namespace teahouse {

class ArchivePreferences {
 public:
  static constexpr size_t addresses_max = 500;
  enum class Default : uint8_t { always, never, roster };

  // Reads <prefs/>. `lead` makes of each address the one that its account has now. Errors: bad_request without a
  // default that there is, jid_malformed, resource_constraint.
  static Result<ArchivePreferences> read(const xml::Element& prefs, const std::function<void(Jid&)>& lead);
  std::string write() const;

  // Is a message to or from this address kept? The lists go by the full address, then by the bare one, and `never` goes
  // before `always`.
  bool keeps(const Jid& other, bool is_contact) const;
  bool are_usual() const { return by_default == Default::always && always.empty() && never.empty(); }

  Default by_default = Default::always;
  std::set<std::string, std::less<>> always, never;
};

}  // namespace teahouse
