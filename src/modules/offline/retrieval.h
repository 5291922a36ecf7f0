// Retrieval: the requests of an account's clients that read what waits for it by themselves (XEP-0013): how many
// messages there are, their headers, single ones or all of them; and that remove them when they want to.
//
// As long as a session is there that has asked for any of that, no session of the account is handed what waits. A
// message that a session has already (OfflineModule::is_held) is neither counted nor listed, nor can it be read here.
//
// An account's requests are answered one after the other, in the order in which they came. Messages are sent a portion
// at a time, as fast as the client reads.
//
// Thread: its home loop. Lifetime: the module's.
// Limits: 1,000 headers, or 1 MiB of them, in an answer: those that follow come when the first are removed. 100
// messages named in a request; 50 requests of an account that wait.
// Errors: item-not-found for a node that is no message which waits; bad-request; resource-constraint.
// Spec: XEP-0013.
#pragma once

#include <deque>
#include <memory>

#include "server/module_context.h"

namespace teahouse {

class OfflineModule;

inline constexpr size_t offline_portion_bytes = 1 << 20;  // of an account's rows, read at once

class Retrieval {
 public:
  static constexpr size_t headers_max = 1000, headers_bytes_max = 1 << 20, named_max = 100, waiting_max = 50;

  Retrieval(OfflineModule& queue, ModuleContext& context);

  // Asks for itself: disco#info or disco#items of the node, or <offline/>.
  void take(const IqRequest& request);
  // Does one of its sessions read by itself?
  bool is_on(const Resident& resident) const;
  void go_on(Session& session) const;  // it has space, or is no more
  void park(Session& session, SessionNotes& notes) const;
  void wake(Session& session, const SessionNotes& notes) const;

 private:
  struct Reader {
    bool is_on = false;
    std::function<void(bool)> writable;  // null: nobody waits for that
  };
  struct Asked {
    uint64_t session;
    Stanza request;
  };
  struct Line {
    std::deque<Asked> waiting;
    bool runs = false;
  };
  using LinePtr = std::shared_ptr<Line>;
  struct Place {
    TenantPtr tenant;
    BareJid account;
  };
  struct Wish {
    bool all = false;
    std::vector<std::string> names;  // of rows, each once
  };
  using Entries = std::vector<store::MapStore::Entry>;

  static Task<void> answer_all(Retrieval& self, Place place, LinePtr line);
  Task<Result<void>> answer(const Place& place, const Asked& asked);
  static Result<Wish> read_wish(const xml::Element& offline, std::string_view action, std::string_view all);
  void tell_number(const Place& place, const Asked& asked);
  Task<Result<void>> tell_headers(const Place& place, const Asked& asked);
  Task<Result<void>> send(const Place& place, const Asked& asked, Wish wish);
  Task<Result<void>> send_all(const Place& place, const Asked& asked);
  Task<Result<void>> remove(const Place& place, const Asked& asked, Wish wish);
  Task<Result<void>> remove_all(const Place& place, const Asked& asked);
  // Those that wait, from behind this name on, or none. Rows that are held are left out.
  Task<Result<Entries>> load(const Place& place, std::string after);
  // All of them wait, or it is an error.
  Task<Result<void>> check_there(const Place& place, const std::vector<std::string>& names);
  Task<Result<std::optional<std::string>>> load_one(const Place& place, const std::string& name);
  void deliver(const Place& place, const Asked& asked, const store::MapStore::Entry& entry);
  void finish(const Asked& asked, std::string payload, Lsn gate = Lsn::none);
  // Until its client has read most of what waits in the session; false: it has gone.
  Task<bool> wait_for_space(uint64_t session);

  OfflineModule& queue_;
  ModuleContext& context_;
  Attached<Reader> readers_;
  Attached<LinePtr> lines_;
};

}  // namespace teahouse
