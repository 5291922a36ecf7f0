// AffiliationVersions: the last changes of a room's affiliations, so that a client that knows an earlier version hears
// only of what has changed since.
//
// There are two lines of versions. Readers of all lists see each change; readers of those of members, admins and owners
// alone have no step for a change between none and outcast, which would tell of a ban. A version is a number and
// a code over it: a client can name those alone that a room has told somebody, and none of an earlier room of the name.
//
// Thread: the room's home loop.
// Limits: changes_max are kept; what is older is answered with the whole list.
// Spec: XEP-0463.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/muc/affiliation.h"
#include "xmpp/jid.h"

namespace teahouse::muc {

// Which lists a reader may read.
enum class Readable { nothing, people, everything };

struct AffiliationChange {
  BareJid user;
  bool is_seen = true;  // by those who read no list of outcasts
  // The versions after it.
  int64_t number = 0, seen_number = 0;
};

class AffiliationVersions {
 public:
  static constexpr size_t changes_max = 200;

  // `nonce`: of this room, as long as it exists; empty: it has none yet.
  void restore(std::string nonce, std::vector<AffiliationChange> changes);
  const std::string& nonce() const { return nonce_; }
  const std::deque<AffiliationChange>& changes() const { return changes_; }

  // The newest change. REQUIRES: the affiliations differ, and there is a nonce.
  const AffiliationChange& add(const BareJid& user, Affiliation before, Affiliation after);
  bool is_too_long() const { return changes_.size() > changes_max; }
  void drop_oldest() { changes_.pop_front(); }
  bool names(const BareJid& user) const;
  // A new beginning: no version that was told is known any more.
  void begin(std::string nonce);

  // Version 0 where nothing has changed yet. REQUIRES: there is a nonce, and something is readable.
  std::string current(Readable readable) const { return write(readable, number_of(readable)); }
  // Before the newest change. None where the reader does not see that.
  std::optional<std::string> before_newest(Readable readable) const;
  // Those whose affiliations have changed since; none: the version is not known (any more).
  std::optional<std::vector<BareJid>> since(Readable readable, std::string_view version) const;

 private:
  int64_t number_of(Readable readable) const;
  std::string write(Readable readable, int64_t number) const;

  std::string nonce_;
  std::deque<AffiliationChange> changes_;
};

}  // namespace teahouse::muc
