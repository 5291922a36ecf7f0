// Retractions: what one of two people has said and takes back. In each archive that has it a tombstone takes its place,
// so that no device that comes later gets it.
//
// An account's retractions are carried out in their turn; meanwhile the account goes on.
//
// Thread: its home loop.
// Limits: a message is looked for among the last rows_looked_max with the other person; asked_max wait for an account,
// and more leave the archive as it is.
// Spec: XEP-0424 section 5.
#pragma once

#include <deque>
#include <string>

#include "base/text_map.h"
#include "server/module_context.h"

namespace teahouse {

class Retractions {
 public:
  static constexpr size_t rows_looked_max = 1000, asked_max = 20;

  explicit Retractions(ModuleContext& context) : context_(context) {}
  // Does the message take another one back, as those between two people do?
  static bool is_one(const Stanza& message);
  // The account has sent the message, or got it. REQUIRES: is_one().
  void begin(Resident& account, const Stanza& message);

 private:
  struct Asked {
    HostPtr host;
    BareJid account;
    int64_t incarnation;
    std::string with, id, retraction_id;
    Jid author;  // bare, but for somebody in a room
  };
  // The message, with its row.
  struct Said {
    store::ArchiveRow row;
    Stanza message;
  };

  static Task<void> carry_out(Retractions& self, std::string account);
  static Task<std::optional<Said>> find(Retractions& self, Asked asked);
  static std::optional<Said> read(const store::ArchiveRow& row, const Asked& asked);
  Lsn bury(const Resident& account, const Asked& asked, const Said& said) const;

  ModuleContext& context_;
  TextMap<std::deque<Asked>> asked_;  // by account; the first is being carried out
};

}  // namespace teahouse
