// Roster: an account's contacts, in memory while the account is resident.
//
// Spec: RFC 6121 section 2.
// Limits: 2,000 items, 30 groups an item; names and groups of at most 1,023 bytes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "modules/roster/subscription.h"
#include "xml/writer.h"
#include "xmpp/jid.h"

namespace teahouse {

struct RosterItem {
  BareJid jid;
  std::string name;
  std::vector<std::string> groups;
  Subscription subscription;
  // False: nothing but a request that waits for an answer; not shown (RFC 6121 section 3.1.3: "MUST NOT push or deliver
  // roster items in that state").
  bool listed = false;
  // The request that waits, as it came, to be shown at the next login.
  std::string request;

  // The <item/> of a roster result or push. REQUIRES: listed.
  void write(xml::Writer& writer) const;

  // For the store.
  std::string encode() const;
  static std::optional<RosterItem> decode(std::string_view encoded);
};

class Roster {
 public:
  static constexpr size_t items_max = 2000;

  const std::map<std::string, RosterItem>& items() const { return items_; }
  RosterItem* find(const BareJid& jid);
  const RosterItem* find(const BareJid& jid) const { return const_cast<Roster*>(this)->find(jid); }
  // Made, unlisted, when it is not there.
  RosterItem& item(const BareJid& jid);
  void remove(const BareJid& jid) { items_.erase(jid.str()); }
  void add(RosterItem item) { items_.insert_or_assign(item.jid.str(), std::move(item)); }
  bool full() const { return items_.size() >= items_max; }

  // Names this state of the listed items (section 2.6); the same after a restart.
  std::string version() const;

 private:
  std::map<std::string, RosterItem> items_;
};

// Reads the one <item/> of a roster set. Errors: as section 2.3.3 names them.
struct RosterSet {
  BareJid jid;
  bool remove = false;
  std::string name;
  std::vector<std::string> groups;
};
Result<RosterSet> parse_roster_set(const xml::Element& query);

}  // namespace teahouse
