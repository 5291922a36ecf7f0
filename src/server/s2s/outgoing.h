// Outgoing: the way from one host of ours to one domain elsewhere: a stream that is made when there is something to
// send, and closed when it was idle. It proves our host by its certificate (SASL EXTERNAL), and where the peer does not
// take that, on a new stream by dialback. Stanzas wait, in order, until it is proved.
//
// Stanzas that were written to a stream that then breaks may be lost, and the log says so.
//
// Thread: its home's. Lifetime: Federation's.
// Limits: waiting_max stanzas of waiting_bytes_max wait; written and unread are Session::held_bytes_max; more is
// refused (resource-constraint). A peer that could not be reached is tried again after back_off_min_ms, twice as long
// after each failure, up to back_off_max_ms, each time up to a half longer by chance; until then stanzas are refused at
// once.
// Errors: to the sender of each stanza, once: remote-server-not-found, remote-server-timeout, resource-constraint.
// Spec: RFC 6120 sections 6 and 8.3.3, XEP-0178, XEP-0220 section 2.2.1.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/loop.h"
#include "server/commit_ticket.h"
#include "server/s2s/peer_stream.h"
#include "tenant/tenant.h"

namespace teahouse::s2s {

class Outgoing final : public PeerStream::Events {
 public:
  static constexpr size_t waiting_max = 1000, waiting_bytes_max = 1 << 20;
  static constexpr int64_t back_off_min_ms = 2'000, back_off_max_ms = 300'000;

  Outgoing(const PeerStream::Way& way, Pair pair, TenantPtr tenant);
  ~Outgoing() override;

  void send(Stanza&& stanza, TicketPtr ticket);
  // Stanzas that wait are refused with this, and the stream ends.
  void end(const Error& error);
  // Nothing is there or under way, and nothing is remembered of a failure.
  bool is_idle() const;
  // The peer has shown a sign of life: it may be tried at once.
  void forget_failure() { retry_at_ms_ = 0; }
  bool was_ready() const { return was_ready_; }
  bool is_ready() const { return state_ == State::ready; }
  TenantId tenant() const { return tenant_->id; }
  const Pair& pair() const { return pair_; }
  std::function<void()> on_lost;    // the peer could not be reached
  std::function<void()> on_broken;  // a stream with it that was in use has ended as none should

 private:
  enum class State : uint8_t { idle, opening, by_certificate, proved, by_dialback, ready };
  struct Waiting {
    Stanza stanza;
    TicketPtr ticket;
  };

  // PeerStream::Events
  void on_features(const xml::Element& features) override;
  void on_element(const xml::Element& element) override;
  void on_failed(const Error& error) override;

  void connect();
  void open();
  void begin_dialback();
  void ready(std::string_view how);
  void write(const Stanza& stanza, const TicketPtr& ticket);
  void fail(const Error& error);
  void refuse_all(const Error& error);
  void drop_stream();
  void start_idle_clock();
  void look_idle();
  int64_t now_ms() const;

  const PeerStream::Way way_;
  const Pair pair_;
  const TenantPtr tenant_;
  State state_ = State::idle;
  bool by_dialback_ = false;  // the peer does not take our certificate
  bool counts_ = false;       // for its plan
  bool was_ready_ = false;
  std::shared_ptr<PeerStream> stream_;
  std::deque<Waiting> waiting_;
  size_t waiting_bytes_ = 0;
  net::Timer clock_;
  int64_t written_ms_ = 0;
  int64_t retry_at_ms_ = 0, back_off_ms_ = 0;
  std::optional<Error> last_error_;
};

// Refuses a stanza that goes to another server: its sender hears so, also of a presence that asked to enter a room.
void refuse_remote(Home& home, const Stanza& stanza, const TicketPtr& ticket, const Error& error);

}  // namespace teahouse::s2s
