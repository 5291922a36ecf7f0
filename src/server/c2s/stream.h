// Stream: one client's XML stream, from its first header to its end: STARTTLS, SASL, bind or resume, then stanzas.
//
// It is negotiated on the loop that accepted it and moves to its account's home once it is authenticated.
//
// Thread: its present home's loop.
// Owns: its transport. A session is the home's; the stream serves it.
// Spec: RFC 6120 sections 4 to 8, RFC 7395, XEP-0198.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/token_bucket.h"
#include "sasl/mechanisms.h"
#include "server/c2s/clients.h"
#include "server/c2s/silence.h"
#include "server/c2s/transport.h"
#include "server/ghosts.h"
#include "server/session.h"

namespace teahouse::c2s {

class Stream final : public Transport::Events, public SessionStream, public std::enable_shared_from_this<Stream> {
 public:
  explicit Stream(Clients& clients);
  ~Stream() override;
  void start(std::unique_ptr<Transport> transport);
  Session* session() const { return session_; }
  // Called now and then: sends a probe to a client that has been silent for long, and gives up one that did not answer.
  void look_after(int64_t now_ms);
  // Its tenant was changed, suspended or removed, as its home knows by now.
  void follow_tenant();

  // SessionStream
  void send_stanza(const Stanza& stanza) override { transport_->send_stanza(stanza); }
  void send_nonza(std::string xml) override { transport_->send_nonza(std::move(xml)); }
  size_t queued_bytes() const override { return transport_->connection().queued_bytes(); }
  void session_closed() override { session_ = nullptr; }
  int64_t heard_ms() const override;
  bool ask() override;
  int64_t silent_since_ms() const override;
  void end(std::string_view condition, std::string_view text) override;

 private:
  friend class Clients;
  enum class State : uint8_t {
    fresh,          // waits for a header
    negotiating,    // features sent, not authenticated
    authenticated,  // waits for the header after SASL, or for bind or resume
    bound,
    over,
  };

  // Transport::Events
  void on_header(const xml::Element& header, std::string_view default_ns) override;
  void on_element(xml::Document element) override;
  void on_stream_close() override;
  void on_fault(xml::StreamFault fault, const std::string& text) override;
  void on_secure() override;
  void on_drained() override;
  void on_gone(std::string_view why) override;

  // stream.cc
  bool accept_header(const xml::Element& header, std::string_view default_ns);
  bool asked_tls_for_another(const Host& host) const;
  bool is_of_account(std::string_view address) const;
  void send_features();
  // end() with an application-specific condition as XML.
  void end_with(std::string_view condition, std::string_view text, std::string_view application);
  void finish();
  void start_clock();
  Silence::Then look(int64_t now_ms, int64_t probe_after_ms);
  bool lives() const;
  void probe();
  void give_up();
  void use_plan();
  void wait_for_reader();

  // stream_sasl.cc
  void on_negotiation(const xml::Element& element);
  bool on_stranger_iq(const xml::Element& element);
  void begin_auth(const xml::Element& auth);
  void advance(sasl::Step step);
  std::string account_named(const std::string& authcid) const;
  bool take_turn(const std::string& authcid);
  void give_up_turn();
  uint64_t count_removals(const std::string& authcid) const;
  void fail(const sasl::Failure& failure);
  void send_failure(const sasl::Failure& failure);
  void succeed(const sasl::Success& success);
  sasl::Offer offer() const;
  static Task<void> provide_keys(std::shared_ptr<Stream> self, std::string authcid);
  static Task<void> verify_secret(std::shared_ptr<Stream> self, sasl::VerifySecret secret);
  static Task<void> verify_token(std::shared_ptr<Stream> self, sasl::VerifyToken token);

  // stream_bound.cc
  // Also what some clients take for it, in a namespace that is not spoken here: a client that can't resume must bind,
  // and not lose its stream.
  static bool is_stream_management(const xml::Element& element);
  static std::string sm_failed(ErrorKind kind);
  void on_authenticated(const xml::Document& document);
  void bind(const Stanza& request, std::string resource);
  void bound(Session& session, const Stanza& request);
  void refuse_bind(const Stanza& request, const Error& error);
  void on_bound(xml::Document document);
  void on_stream_management(const xml::Element& element);
  void enable(const xml::Element& element);
  void resume(const xml::Element& element);
  void take_from_other(Session& session);
  void finish_resume(Session& session, uint32_t h);
  void refuse_resume(Session& session);
  void acknowledge(uint32_t h);
  void end_overcounted(uint32_t h);
  void refuse_stanza(const xml::Element& element, const Error& error, std::string_view type);
  bool take_token();
  void slow_down(size_t bytes);
  bool waits_for_disk() const;
  void pause(int64_t pause_ms);

  Clients* clients_;
  std::unique_ptr<Transport> transport_;
  HostPtr host_;
  State state_ = State::fresh;
  bool header_sent_ = false;
  bool awaits_header_ = true;
  bool unread_ = false;  // not read from, since it does not read
  uint8_t attempts_ = 0, wrong_secrets_ = 0;
  std::string localpart_;  // took a turn of the throttle in this attempt; once authenticated, the account's
  uint64_t removals_ = 0;  // the number of that account's removals (AccountRemovals) when the attempt began
  std::string saw_plus_;   // the name whose client is known to have been offered -PLUS here
  std::string lang_;
  std::unique_ptr<sasl::Mechanism> mechanism_;
  Session* session_ = nullptr;
  std::shared_ptr<RoomMaking> room_;  // for its session, while there is none
  net::Timer timer_;
  Silence silence_;
  TokenBucket stanzas_{{}};  // at the plan's rate
  TokenBucket bytes_;
};

}  // namespace teahouse::c2s
