// Roster: an account's contacts, in memory while the account is resident.
//
// Spec: RFC 6121 section 2.
// Limits: items_max listed items of bytes_max, 30 groups an item; names and groups of at most 1,023 bytes. Requests of
// those who are not listed don't count: their limits are PresenceModule's.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
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
  // The request that waits, to be shown at the next login.
  std::string request;

  // The <item/> of a roster result or push. REQUIRES: listed.
  void write(xml::Writer& writer) const;

  // For the store.
  std::string encode() const;
  static std::optional<RosterItem> decode(std::string_view encoded);
};

class Roster {
 public:
  static constexpr size_t items_max = 2000, bytes_max = 1024 * 1024;  // as <item/>s

  const std::map<std::string, RosterItem>& items() const { return items_; }
  RosterItem* find(const BareJid& jid);
  const RosterItem* find(const BareJid& jid) const { return const_cast<Roster*>(this)->find(jid); }
  // Made, unlisted, when it is not there.
  RosterItem& item(const BareJid& jid);
  void remove(const BareJid& jid);
  void add(RosterItem item);
  // To be called when an item that was found or made here has been changed: counts it as it is now.
  void changed(const RosterItem& item);
  // Has it no room for another contact?
  bool full() const { return listed_.size() >= items_max || bytes_ >= bytes_max; }
  // May it have this item, in place of the one of the same address? One that does not grow has its place.
  bool has_room(const RosterItem& wanted) const;

  // Names this state of the listed items (section 2.6); the same after a restart.
  std::string version() const;
  // How many unlisted items there are, by the domains of their addresses.
  const std::map<std::string, size_t, std::less<>>& requests() const { return requests_; }

 private:
  // The version is the sum of these, lane by lane, so that a change costs no look at the other items.
  using Digest = std::array<uint64_t, 2>;
  struct Listed {
    Digest digest{};
    size_t bytes = 0;
  };
  void forget(const BareJid& jid);

  std::map<std::string, RosterItem> items_;
  std::unordered_map<std::string, Listed> listed_;
  std::map<std::string, size_t, std::less<>> requests_;
  std::unordered_set<std::string> unlisted_;  // those in requests_
  Digest sum_{};
  size_t bytes_ = 0;
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
