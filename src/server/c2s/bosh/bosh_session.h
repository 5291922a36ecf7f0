// BoshSession: one BOSH session. Its client sees requests and answers, its stream a Transport.
//
// The elements in requests are handed to the stream in the order of the requests' numbers; what the stream sends waits
// for the oldest request that can take it, and leaves at the end of a turn in one answer. A request is answered once
// the stream has taken what was in it, unless something waits to leave: so a client that is not read from can't send
// more.
//
// A session whose stream has ended while no request was open stays, without its stream, for as long as one without
// requests: the next request is told how it ended.
//
// Thread: its home loop; it moves with its stream.
// Lifetime: its BoshFront keeps it until it has ended, its Transport (the stream's) for as long as that lives.
// Limits: BoshWindow's; stranger_body_bytes_max of a request before the login; inbox_bytes_max that the stream has not
// taken; answer_bytes_max of an answer, but for one stanza that is larger. The bytes that wait to leave are bounded by
// the stream's owner, who asks queued_bytes().
// Spec: XEP-0124, XEP-0206.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "http/server.h"
#include "server/c2s/bosh/bosh_body.h"
#include "server/c2s/bosh/bosh_window.h"
#include "server/c2s/transport.h"
#include "tenant/host_table.h"

namespace teahouse::c2s {

class BoshFront;

// A request on its way to its session.
struct BoshRequest {
  BoshBody body;
  http::Responder responder;
  size_t bytes = 0;        // as it came
  bool is_secure = false;  // under TLS
  TenantId tenant{};       // whose host was asked; 0: nobody's here
  uint64_t serial = 0;     // names it among the requests of the loop that it came to
};

// An answer as HTTP sends it: any page may read it, and none can be made of it.
http::Response make_bosh_response(SharedBytes body, const std::string& content_type = {});
http::Response make_bosh_end(std::string_view condition, std::string_view text = {});

class BoshSession final : private net::TurnEndWork, public std::enable_shared_from_this<BoshSession> {
 public:
  static constexpr int64_t wait_s_max = 60, hold_max = 2, polling_s = 2, pause_s_max = 120;
  static constexpr size_t stranger_body_bytes_max = 64 << 10, inbox_bytes_max = 2 * BoshBody::bytes_max,
                          answer_bytes_max = 256 << 10;

  struct Client {
    std::string address;
    bool is_secure = false, is_private = false;
  };
  // `first` asks for the session.
  BoshSession(BoshFront& front, std::string sid, const BoshBody& first, TenantId tenant, Client client);
  ~BoshSession() override;

  // REQUIRES: called once, before anything is received.
  std::unique_ptr<Transport> make_transport(Transport::Events& events);
  void receive(BoshRequest request);
  // The client of that request does not wait for its answer any more.
  void leave(int64_t rid, uint64_t serial);

  const std::string& sid() const { return terms_.sid; }
  bool is_known() const { return is_known_; }          // its client has logged in
  bool is_silent() const { return waiting_.empty(); }  // no request of its client's is open

  // A stranger ends, so that another may come.
  void make_room();

  // It has been moved, and goes on at this one.
  void arrive(BoshFront& front);

 private:
  friend class BoshTransport;
  struct Waiting {
    http::Responder responder;
    uint64_t serial = 0;
    int64_t until_ms = 0;
  };

  bool may_use(const BoshRequest& request) const;
  void take(BoshRequest request);
  void take_in_order();
  http::Responder take_client(int64_t rid);
  void wait(int64_t rid, BoshRequest& request);
  void process();
  void process_next();
  void tell_header(const BoshBody& body);
  void tell_element(const SharedBytes& payload);

  // For its Transport.
  void send(std::string xml);
  void close(std::string_view condition, std::string error);
  void abort();
  void move_to(net::Loop& other, std::function<void()> arrived);

  void flush_soon();
  void on_turn_end() override;
  bool answer_next();
  void answer(int64_t rid, std::string payloads);
  std::string take_payloads();
  void end(std::string_view condition, http::Responder cause);
  void tell_end();
  void begin_to_wait();
  void on_wait_over();
  void on_inactive();
  void tell_gone(std::string_view why);
  void leave_front();

  BoshFront* front_;
  BoshTerms terms_;
  const TenantId tenant_;
  const Client client_;
  const std::string domain_, from_, content_type_;
  const bool is_old_;  // its client knows HTTP's codes alone (section 17.1)
  BoshWindow window_;
  Transport::Events* events_ = nullptr;  // null: its stream has gone
  xml::Limits limits_;

  std::map<int64_t, BoshBody> bodies_;  // that came before others that they follow
  std::deque<BoshBody> inbox_;          // that the stream has not taken; the first perhaps in part
  size_t inbox_bytes_ = 0, taken_ = 0;  // taken_: payloads of the first
  std::map<int64_t, Waiting> waiting_;  // the clients of requests without an answer
  std::deque<std::string> outgoing_;
  size_t outgoing_bytes_ = 0;
  int holds_ = 0;
  bool is_processing_ = false, is_greeted_ = false, has_terms_to_tell_ = true, is_known_ = false;
  bool is_alive_ = true;  // a request came since that was asked
  bool is_over_ = false;  // nothing is taken any more
  std::string_view end_condition_;
  std::string end_error_;
  SharedBytes end_answer_;  // for the next request, once it is over
  bool has_told_end_ = false;
  bool has_broken_ = false;   // no word of its stream's is told any more
  bool is_blocked_ = false;   // no request was open since the stream was told that all has left
  bool answers_all_ = false;  // the client pauses
  int64_t pause_s_ = 0;       // so long; 0: it does not
  net::Timer wait_timer_, inactivity_timer_;
};

}  // namespace teahouse::c2s
