// Session: a bound resource. It outlives its stream while it can be resumed (XEP-0198).
//
// Owns: what has been sent and not acknowledged yet, and what waits for its turn.
// Thread: its account's home loop.
// Limits, as memory: its stream is given out_queue_bytes_max and the rest waits here until the client has read that, up
// to held_bytes_max. One for which more waits is closed with resource-constraint; what was not given to its stream, or
// not acknowledged, goes on as if it had never been there (to another resource, or to the offline queue). Answers that
// are no stanzas (<a/>) count with what the stream was given: beyond twice that it is not read from.
// Spec: RFC 6120 section 7, XEP-0198.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/fifo.h"
#include "base/home_checker.h"
#include "base/ids.h"
#include "net/loop.h"
#include "server/attached.h"
#include "server/commit_ticket.h"
#include "server/delivery.h"
#include "xmpp/stanza.h"

namespace teahouse {

class Home;
class Resident;

// Where a session's stanzas leave: a stream that is open. Implemented by c2s.
class SessionStream {
 public:
  virtual ~SessionStream() = default;
  virtual void send_stanza(const Stanza& stanza) = 0;
  virtual void send_nonza(std::string xml) = 0;
  virtual size_t queued_bytes() const = 0;
  virtual bool is_private() const = 0;  // nobody on the way reads along
  // The session that it serves is being closed: it is not to be touched again.
  virtual void session_closed() = 0;
  // When its client was last known to be there (monotonic clock, no finer than the looks at it).
  virtual int64_t heard_ms() const = 0;
  // Asks the client whether it is there, where nothing came from it for a while. True: it was asked, now or before, and
  // has not answered.
  virtual bool ask() = 0;
  // Of a client that was asked some seconds ago and has not answered: since when it is silent. 0: it is there, for all
  // that is known.
  virtual int64_t silent_since_ms() const = 0;
  // Ends the stream with a stream error ("conflict").
  virtual void end(std::string_view condition, std::string_view text) = 0;
  // Ends its connection once all is written, and not the stream: its client may resume the session.
  virtual void cut() = 0;
};

class Session {
 public:
  static constexpr size_t out_queue_bytes_max = 1 << 20;  // written and not read by the client
  static constexpr size_t held_bytes_max = 16 << 20;      // of stanzas that wait, or are sent and not acknowledged
  static constexpr size_t held_back_max = 200;            // stanzas that a client waits for whose user does not look
  static constexpr size_t held_back_bytes_max = 1 << 20;  // of them
  static constexpr int64_t answer_timeout_ms = 2000;      // for an <r/> that waits for the disk

  Session(Home& home, Resident& resident, FullJid jid, uint64_t number);
  ~Session();
  Session(const Session&) = delete;

  const FullJid& jid() const { return jid_; }
  Resident& resident() const { return resident_; }
  Home& home() const { return home_; }
  uint64_t number() const { return number_; }  // names it among all sessions of this home, for ever

  // A number of the program on the device that uses the account (XEP-0388's user-agent); 0: it did not name itself.
  uint64_t device() const { return device_; }
  void set_device(uint64_t device) { device_ = device; }
  // The certificate_number() of the certificate by which its client signed in (SASL EXTERNAL); 0: otherwise.
  uint64_t certificate() const { return certificate_; }
  void set_certificate(uint64_t certificate) { certificate_ = certificate; }
  // Its client signed in by a site token: the site says for how long.
  bool is_by_site() const { return is_by_site_; }
  void set_by_site(bool is_by_site) { is_by_site_ = is_by_site; }

  // Presence: the last undirected one that it sent, and its priority. None: connected but not available (RFC 6121
  // section 4).
  const std::optional<Stanza>& presence() const { return presence_; }
  bool is_available() const { return presence_.has_value(); }
  int priority() const { return priority_; }
  int64_t presence_ms() const { return presence_ms_; }  // wall clock: when it sent that; 0 before the first
  void set_presence(std::optional<Stanza> presence);    // called by the presence module alone

  bool interested = false;  // asked for the roster (RFC 6121 section 2.2)
  bool is_woken = false;    // it is of before a restart, and its client has not resumed it since

  // Of one whose client may be gone, since it has no stream or did not answer a probe: since when (monotonic clock). 0:
  // the client is there.
  int64_t silent_since_ms() const { return stream_ ? stream_->silent_since_ms() : lost_since_ms_; }

  // Queues a stanza for the client. It leaves when `gate` is committed; the order is kept, but for what waits for a
  // disk that fails. `delivery` names the message of which this is the one or the copy that the session gets; null
  // where no other session gets it.
  void deliver(StanzaPtr stanza, Lsn gate = Lsn::none, DeliveryPtr delivery = nullptr);
  void deliver(Stanza stanza, Lsn gate = Lsn::none) {
    deliver(std::make_shared<const Stanza>(std::move(stanza)), gate);
  }
  // Lets go what the committed Lsn and the stream allow.
  void flush();
  // The client has read all that its stream was given.
  void on_drained() {
    if (!outgoing_.empty()) flush();
  }

  // How soon a client needs a stanza whose user does not look. latest: it can wait, and makes an earlier one of the
  // same sender superfluous.
  enum class Urgency : uint8_t { now, can_wait, latest };
  using JudgeUrgency = Urgency (*)(const Stanza&);
  // From now on stanzas that can wait do so until one comes that can't, or as many wait as may: all leave in their
  // order. Null: what waits leaves, and nothing does any more; so it is at first, and
  // when a stream has ended.
  void hold_back(JudgeUrgency judge);

  // The stream that serves it now; null while it waits to be resumed.
  SessionStream* stream() const { return stream_; }
  void attach(SessionStream* stream) {
    stream_ = stream;
    lost_since_ms_ = 0;
    if (!stream) judge_urgency_ = nullptr;
    holds_back_ = false;
  }
  // The stream broke. The client is silent since then, if not for longer.
  void lose_stream(int64_t now_ms) {
    const int64_t since_ms = silent_since_ms();
    attach(nullptr);
    lost_since_ms_ = since_ms != 0 ? since_ms : now_ms;
  }

  // For a caller that has much to deliver and can wait: Hooks::session_writable is told, now or later, once little
  // waits here or is not acknowledged.
  void ask_for_space();

  // Stream management. `enable` starts counting both ways.
  bool sm_enabled() const { return sm_enabled_; }
  void sm_enable(std::string resume_key);
  const std::string& resume_key() const { return resume_key_; }  // SessionDirectory::key_of(); empty: can't be resumed
  // The client says that it has handled `h` stanzas. Only `accepted` changes anything: the others contradict what was
  // sent, or what the client said before.
  enum class Acknowledged : uint8_t { accepted, too_high, too_low };
  Acknowledged sm_acknowledge(uint32_t h);
  uint32_t sm_sent() const { return sm_sent_; }
  uint32_t sm_acknowledged() const { return sm_acknowledged_; }
  size_t sm_unacknowledged() const { return unacknowledged_.size(); }
  size_t held_bytes() const { return held_bytes_; }
  // After resumption: sends again what the client has not handled.
  void sm_resend();

  // Counts a stanza that the client sent and makes its ticket.
  TicketPtr receive();
  // How many of the client's stanzas are handled and on disk: the `h` that may be told.
  uint32_t sm_handled() const { return handled_; }
  // All that came so far is handled and on disk.
  bool sm_all_handled() const { return handled_ == received_; }
  // The client sent <r/>: it is answered once all that came before is handled and on disk, however much comes after;
  // or, where that takes long, with what is by then, and again when all of it is.
  void sm_request();
  void tell_handled();             // sends <a/>. REQUIRES: stream management, and a stream
  void request_acknowledgement();  // sends <r/>. REQUIRES: the same

  // Calls back, later, once all that came so far is handled and on disk, or the session is gone.
  void when_all_handled(std::function<void()> work);

  // The messages that were queued, or sent and not acknowledged.
  std::vector<Undelivered> undelivered();
  // The same, for the code that closes the session; the queues are empty then.
  std::vector<Undelivered> take_undelivered();

  // Its two counts and queues, of which the first `sent - acknowledged` were sent. REQUIRES: no stream, and all that
  // came is handled.
  struct Waiting {
    StanzaPtr stanza;
    DeliveryPtr delivery;
    int64_t since_ms;
  };
  struct Counted {
    uint32_t handled, acknowledged, sent;
    std::vector<Waiting> waiting;
  };
  Counted counted() const;
  // It goes on where another left off. REQUIRES: it is new, and has no stream.
  void go_on(std::string resume_key, Counted counted);

  AttachedValues attached;

 private:
  class StanzaTicket;
  struct Out {
    StanzaPtr stanza;
    Lsn gate = Lsn::none;
    DeliveryPtr delivery;
    int64_t since_ms = 0;  // wall clock; counted once it waits or may have to be sent again
  };
  struct In {
    bool complete = false;
    bool asked = false;  // an <r/> came after it
    Lsn lsn = Lsn::none;
  };
  void handled(uint32_t epoch, uint32_t number, Lsn lsn);
  void count_handled();
  void answer_request();
  void wait_with_answer();
  void hold_or_release(const Stanza& stanza);
  void drop_earlier(const Stanza& stanza);
  bool can_leave(Lsn gate) const;
  bool may_pass(Lsn gate) const;
  void let_pass();
  void send(Out out);
  void overflow();
  void tell_of_space();

  Home& home_;
  Resident& resident_;
  const FullJid jid_;
  const uint64_t number_;
  uint64_t device_ = 0, certificate_ = 0;
  bool is_by_site_ = false;
  SessionStream* stream_ = nullptr;
  int64_t lost_since_ms_ = 0;
  JudgeUrgency judge_urgency_ = nullptr;  // while the client's user does not look
  std::optional<Stanza> presence_;
  int priority_ = 0;
  int64_t presence_ms_ = 0;

  bool sm_enabled_ = false;
  bool overflown_ = false;   // it will be closed, since too much waits
  bool holds_back_ = false;  // all of outgoing_ can wait
  bool space_wanted_ = false;
  std::string resume_key_;
  std::vector<std::function<void()>> all_handled_;
  uint32_t sm_sent_ = 0, sm_acknowledged_ = 0;
  uint32_t received_ = 0, handled_ = 0;
  uint32_t asked_until_ = 0;  // the last stanza before an <r/> that was not answered at all
  net::Timer answer_timer_;   // while there is such an <r/>
  uint32_t epoch_ = 0;        // counting began anew so many times; tickets from before don't count
  Fifo<In> incoming_;
  Fifo<Out> outgoing_;        // not yet with the stream
  Fifo<Out> unacknowledged_;  // with the stream, not acknowledged; only with stream management
  size_t held_bytes_ = 0;     // by both of them
  size_t unasked_bytes_ = 0;  // of unacknowledged_: sent since the last <r/>
  HomeChecker checker_;
};

}  // namespace teahouse
