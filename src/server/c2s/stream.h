// Stream: one client's stream, from its first header to its end: it is negotiated, authenticated, bound to a session or
// resumed, and then carries stanzas. Each of these is a part with a file of its own; this is what joins them.
//
// It is negotiated on the loop that accepted it, and moves to its account's home before its client hears that the login
// succeeded.
//
// Thread: its present home's loop.
// Owns: its parts, and with them the transport. A session is the home's; the stream serves it.
// Spec: RFC 6120 sections 4 to 8, RFC 7395, XEP-0198, XEP-0388, XEP-0386.
#pragma once

#include <memory>
#include <string>

#include "server/c2s/features.h"
#include "server/c2s/intake.h"
#include "server/c2s/negotiation.h"
#include "server/c2s/silence.h"
#include "server/c2s/stream_management.h"
#include "server/ghosts.h"

namespace teahouse::c2s {

class Stream final : public XmlStream::Events,
                     public Negotiation::Events,
                     public StreamManagement::Events,
                     public Intake::Events,
                     public SessionStream,
                     public std::enable_shared_from_this<Stream> {
 public:
  explicit Stream(Clients& clients);
  ~Stream() override;
  // The transport tells its events to this.
  Transport::Events& transport_events() { return xml_.transport_events(); }
  void start(std::unique_ptr<Transport> transport);
  const HostPtr& host() const { return host_; }  // null before the first header
  // Called now and then: sends a probe to a client that has been silent for long, and gives up one that did not answer.
  void look_after(int64_t now_ms);
  // Its tenant was changed, suspended or removed, as its home knows by now.
  void follow_tenant();

  // Intake::Events
  Session* session() const override { return session_; }

  // SessionStream
  void send_stanza(const Stanza& stanza) override { count_sent(xml_.send(stanza)); }
  void send_nonza(std::string xml) override {
    count_sent(xml.size());
    xml_.send(std::move(xml));
  }
  size_t queued_bytes() const override { return xml_.queued_bytes(); }
  bool is_private() const override { return xml_.transport().is_private(); }
  void session_closed() override { session_ = nullptr; }
  int64_t heard_ms() const override;
  bool ask() override;
  int64_t silent_since_ms() const override;
  void end(std::string_view condition, std::string_view text) override;
  void cut() override { xml_.cut(); }

 private:
  friend class Clients;
  enum class State : uint8_t { negotiating, authenticated, bound };

  // XmlStream::Events
  void on_header(const xml::Element& header) override;
  void on_element(xml::Document element) override;
  void on_over() override;
  void on_secure() override { start_clock(false); }
  void on_drained() override;
  void on_gone(std::string_view why) override;
  std::string_view domain() const override { return host_ ? std::string_view(host_->domain) : std::string_view(); }
  std::shared_ptr<void> share() override { return shared_from_this(); }

  // Negotiation::Events
  void on_identity(const Identity& identity) override;
  void on_answer(Stanza answer) override;
  void start_clock(bool was_refused) override;
  void stop_clock() override { clock_.stop(); }

  // StreamManagement::Events
  void on_resumed(Session& session, std::string resumed) override;
  void on_resume_failed(std::string failed) override;

  HostPtr find_host(const xml::Element& header);
  bool asked_tls_for_another(const Host& host) const;
  bool is_from_elsewhere(std::optional<std::string_view> from) const;
  bool is_of_account(std::string_view address) const;
  void leave_loop();  // to arrive at another
  void begin_as(const Identity& identity);
  void use_plan();

  // A login by SASL2 goes on as its client asked: to resume, else to bind, else nothing.
  void begin_inline();
  void bind_inline(const xml::Element& wish);
  void bound_inline(Session& session, const xml::Element& wish);
  void end_others_of_device(const Resident& resident);
  void note_login(Session& session) const;
  static Task<void> tell_bound(std::shared_ptr<Stream> self, uint64_t number, std::string bound);
  void begin_session(Session& session, const std::string& bound);

  void on_authenticated(const xml::Document& document);
  using OnBound = std::function<void(Result<Session*>)>;  // not where the stream is over
  enum class Others { stay, of_device_end };
  void bind(std::string resource, Others others, OnBound answer);
  void bound(Session& session, const Stanza& request);
  void on_bound(const xml::Document& document);
  void serve(Session& session);
  ModuleFeatures offered() const;  // to its client, once that is known

  Silence::Then look(int64_t now_ms, int64_t probe_after_ms);
  void count_sent(size_t bytes) const { host_->tenant->meter->usage.add(Used::bytes_out, static_cast<int64_t>(bytes)); }
  bool lives() const;
  void probe();

  Clients* clients_;
  XmlStream xml_;
  std::unique_ptr<Negotiation> negotiation_;  // until it is authenticated
  std::unique_ptr<Identity> identity_;        // from then on, until it is bound
  std::string resume_failed_;                 // to be told with the success of a login by SASL2
  StreamManagement management_;
  Intake intake_;
  HostPtr host_;
  State state_ = State::negotiating;
  uint32_t place_ = 0;  // among its Clients' streams
  Session* session_ = nullptr;
  std::shared_ptr<SpaceMaking> room_;  // for its session, while there is none
  net::Timer clock_;                   // until it is bound: its client's next step must have come by then
  Silence silence_;
  HomeChecker checker_;
};

}  // namespace teahouse::c2s
