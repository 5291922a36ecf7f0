// Outgoing: the way from one host of ours to one domain elsewhere: a stream that is made when there is something to
// send, and closed when it was idle. It proves our host by its certificate (SASL EXTERNAL), and where the peer does not
// take that, on a new stream by dialback. Stanzas wait, in order, until it is proved (PeerQueue).
//
// Where the peer offers stream management, what it has not acknowledged when a stream breaks is said again: after its
// count where the stream can be resumed, else all of it, which the peer may have twice. Where it does not, what was
// written to a stream that then breaks may be lost. The log tells of both.
//
// Thread: its home's. Lifetime: Federation's.
// Limits: PeerQueue's. A peer that could not be reached is tried again after back_off_min_ms, twice as long after each
// failure, up to back_off_max_ms, each time up to a half longer by chance. Until then messages wait, on disk, for
// House::queue_ms; all else is refused at once. An acknowledgement must come within House::connect_timeout_ms. The peer
// gets no stanza that is longer than it says (XEP-0478). One that makes failures_max streams break comes back.
// Errors: to the sender of each stanza, once: remote-server-not-found, remote-server-timeout, resource-constraint,
// policy-violation.
// Spec: RFC 6120 sections 6 and 8.3.3, XEP-0178, XEP-0198, XEP-0220 section 2.2.1, XEP-0478; docs/decisions/0056.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/loop.h"
#include "server/commit_ticket.h"
#include "server/s2s/peer_queue.h"
#include "server/s2s/peer_stream.h"
#include "tenant/tenant.h"

namespace teahouse::s2s {

class Outgoing final : public PeerStream::Events {
 public:
  static constexpr int64_t back_off_min_ms = 2'000, back_off_max_ms = 300'000;
  static constexpr int64_t store_after_ms = 500;  // that a message waits for the peer's acknowledgement
  static constexpr int64_t ask_again_ms = 1000;
  static constexpr unsigned failures_max = 3;

  Outgoing(const PeerStream::Way& way, Pair pair, TenantPtr tenant);
  ~Outgoing() override;

  void send(Stanza&& stanza, TicketPtr ticket);
  // Stanzas that wait are refused with this, and the stream ends.
  void end(const Error& error);
  // The stream ends, and what waits on disk stays there: for a server that stops, a tenant that is suspended or gone.
  void rest(const Error& error);
  // Refuses what has waited too long.
  void look_after();
  void set_tenant(TenantPtr tenant);
  // Nothing is there or under way, and nothing is remembered of a failure.
  bool is_idle() const;
  // The peer has shown a sign of life: it may be tried at once.
  void forget_failure();
  bool is_ready() const { return state_ == State::ready; }
  bool is_owed() const { return queue_->has_unacknowledged(); }  // the peer has not acknowledged all
  TenantId tenant() const { return tenant_->id; }
  const Pair& pair() const { return pair_; }
  std::function<void()> on_lost;    // the peer could not be reached
  std::function<void()> on_broken;  // a stream with it that was in use has ended as none should

 private:
  // counting: it was asked to count our stanzas, or to go on where an earlier stream has broken.
  enum class State : uint8_t { idle, opening, by_certificate, proved, by_dialback, counting, ready };

  // PeerStream::Events
  void on_features(const xml::Element& features) override;
  void on_element(const xml::Element& element) override;
  void on_failed(const Error& error) override;
  void on_drained() override;

  void connect();
  void open();
  void begin_dialback();
  void on_dialback(const xml::Element& element);
  void proved(std::string_view how);
  void ask_to_count();
  void forget_count();
  void on_count(const xml::Element& element);
  void on_resumed(const xml::Element& element);
  void ready();
  void pump();
  bool is_held_up() const;
  bool fits(const Stanza& stanza) const;
  void request();
  void on_acknowledged(const xml::Element& element);
  bool acknowledge(const xml::Element& element);
  void overcounted();
  void on_broke(const Error& error, bool was_proper, size_t unwritten);
  void fail(const Error& error, bool is_final = false);
  void try_again_in(int64_t wait_ms);
  bool backs_off() const { return state_ == State::idle && last_error_ && now_ms() < retry_at_ms_; }
  void store_in_time();
  void drop_stream();
  void start_idle_clock();
  void look_idle();
  int64_t now_ms() const;

  const PeerStream::Way way_;
  const Pair pair_;
  TenantPtr tenant_;
  State state_ = State::idle;
  bool by_dialback_ = false;  // the peer does not take our certificate
  bool counts_ = false;       // for its plan
  bool is_resting_ = false;
  bool is_final_ = false;  // one side has refused: nothing waits for the next try
  std::string proof_;
  std::shared_ptr<PeerStream> stream_;
  const std::shared_ptr<PeerQueue> queue_;
  net::Timer clock_, retry_, store_, overdue_, ask_again_;
  int64_t written_ms_ = 0, ready_ms_ = 0;
  int64_t retry_at_ms_ = 0, back_off_ms_ = 0;
  std::optional<Error> last_error_, ended_;  // ended_: what is still to come from disk is refused

  // Of the stream's features (XEP-0478), as far as they say.
  size_t bytes_max_ = SIZE_MAX;
  int64_t idle_ms_ = 0;
  // Stream management.
  bool is_offered_ = false, is_counted_ = false;
  bool has_asked_ = false;       // for an acknowledgement that has not come
  bool has_written_ = false;     // to this stream
  bool has_progressed_ = false;  // the peer has acknowledged something on this stream
  std::string resume_id_;        // of the stream, or of the one that broke
};

}  // namespace teahouse::s2s
