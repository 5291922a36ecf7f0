// BoshFront: the BOSH sessions of one loop, and the way of a request to its session.
//
// A session is born on the loop that its first request came to, whose number is in its id (sid), and moves to its
// account's home with its stream. The front of its birth knows where it is for as long as it lives; a request goes
// there first.
//
// Thread: its loop.
// Owns: its sessions, until they have ended.
// Limits: of a request stranger_body_bytes_max are read before it is known that its session has logged in. On each loop
// the sessions without a login are bounded by BoshStrangers: one of them ends where a newcomer takes its place.
// Spec: XEP-0124 sections 7 and 17.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "base/text_map.h"
#include "http/server.h"
#include "server/c2s/bosh/bosh_session.h"
#include "server/c2s/bosh/bosh_strangers.h"

namespace teahouse {
class Home;
}

namespace teahouse::c2s {

class Clients;

class BoshFront {
 public:
  explicit BoshFront(Clients& clients);
  ~BoshFront();
  // Of all loops, by their index. Null: there is one loop alone.
  void set_siblings(std::vector<BoshFront*> all) { siblings_ = std::move(all); }

  // A request with POST, whose body is streamed (body_rule()).
  void serve(http::Request request, http::Responder responder);
  static http::BodyRule body_rule() { return {.bytes_max = BoshBody::bytes_max, .is_streamed = true}; }
  static http::Response answer_preflight();

  // For its sessions.
  net::Loop& loop() const;
  const Clock& clock() const;
  int64_t inactivity_s() const;
  void admit(const BoshSession& session);  // its client has logged in
  void move(const std::shared_ptr<BoshSession>& session, net::Loop& other, std::function<void()> arrived);
  void forget(const BoshSession& session);

 private:
  using SessionPtr = std::shared_ptr<BoshSession>;
  using Work = std::function<void(BoshSession*)>;  // null: there is none of that name

  static Task<void> read(BoshFront& self, http::Request asked, http::Responder responder);
  void handle(http::Request asked, http::Responder responder);
  void create(BoshRequest request, const http::Request& asked);
  std::string_view refuse_new(const BoshBody& body, TenantId asked) const;
  // False: no stranger more can come from there.
  bool make_place(std::string_view address);
  void pass_on(BoshRequest request);
  // Runs on the loop where the session is.
  void with(const std::string& sid, Work work);
  void with_born_here(const std::string& sid, Work work);
  BoshFront* find_birth(std::string_view sid);
  BoshFront& at(unsigned loop) { return siblings_.empty() ? *this : *siblings_[loop]; }
  void on_birth_loop(const std::string& sid, std::function<void(BoshFront&)> work);

  Clients& clients_;
  std::vector<BoshFront*> siblings_;
  TextMap<SessionPtr> sessions_;  // that are here
  TextMap<unsigned> births_;      // that were born here: the loops where they are
  BoshStrangers strangers_;       // of those that were born here
  uint64_t requests_ = 0;
};

}  // namespace teahouse::c2s
