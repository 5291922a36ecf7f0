// Retractions: what one of two people has said and takes back. In each archive that has it a tombstone takes its place,
// so that no device that comes later gets it.
//
// Retractions are carried out one after the other in each archive, meanwhile the account goes on: the account's own
// each second time, those of others author by author, so that nobody keeps another's from being carried out.
//
// Thread: its home loop.
// Limits: a message is looked for among the last rows_looked_max with the other person; one whose id, or that of what
// it takes back, is longer than id_bytes_max takes nothing back. own_max of an account wait in its archive, and more
// are refused. Of others' author_max of one author wait there, and others_max of all; more leave that archive as it is,
// those of the author with the most before any other's. An author is an account, a room, or the whole of another
// domain. Errors: resource_constraint, also to the sender of one that has to make room for another author's after it
// was delivered. To tell by it which accounts exist takes as many retractions as may wait (decision 0010). Those
// that come through a room are never refused: it would pass no error on to an occupant.
// Spec: XEP-0424 section 5.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "base/text_map.h"
#include "server/module_context.h"

namespace teahouse {

class Retractions {
 public:
  static constexpr size_t rows_looked_max = 1000, id_bytes_max = 1024, own_max = 100, author_max = 300,
                          others_max = 1000;

  explicit Retractions(ModuleContext& context) : context_(context) {}
  // Does the message take another one back, as those between two people do?
  static bool is_one(const Stanza& message);
  // The account has sent the message, or is about to get it from another: where there is an error, it must not.
  // REQUIRES: is_one().
  Result<void> begin(Resident& account, const Stanza& message);

 private:
  struct Asked {
    HostPtr host;
    BareJid account;
    int64_t incarnation;
    std::string with, id, retraction_id;
    Jid author;  // bare, but for somebody in a room
    Jid sender;  // the session
    StanzaType type;
    bool is_through_room;
  };
  // The message, with its row.
  struct Said {
    store::ArchiveRow row;
    Stanza message;
  };

  // Retractions that wait for one archive.
  struct Line {
    std::deque<Asked> own;
    std::map<std::string, std::deque<Asked>> others;  // by author; none is empty
    size_t others_count = 0;
    bool was_own = false;  // the last that was taken, and else whose it was
    std::string last;
  };

  std::string author_of(const Jid& from) const;
  static Result<void> wait_in(std::deque<Asked>& own, Asked asked);
  Result<void> wait_in(Line& line, const std::string& author, Asked asked);
  void tell_displaced(const Asked& asked) const;
  static Asked take_next(Line& line);
  static Task<void> carry_out(Retractions& self, std::string account);
  static Task<std::optional<Said>> find(Retractions& self, Asked asked);
  static std::optional<Said> read(const store::ArchiveRow& row, const Asked& asked);
  Lsn bury(const Resident& account, const Asked& asked, const Said& said) const;

  ModuleContext& context_;
  TextMap<Line> lines_;  // by account; while one of it is carried out
};

}  // namespace teahouse
