// Incoming: a stream that another server has opened. On it pairs of domains are proved, each on its own: one by the
// certificate of the peer (SASL EXTERNAL), any by dialback; a stanza of a pair that is not ends the stream. It answers
// other servers' questions about our own dialback keys, too.
//
// Nothing but STARTTLS is taken before TLS. A certificate that is good for a domain proves it in dialback also, without
// a question to its server.
//
// Thread: its home's, that accepted it. Owns: its XmlStream. Lifetime: Federation's.
// Where the peer asks for stream management its stanzas are counted once they are handled and on disk, and a stream
// that breaks can be resumed for resume_max_s, at any home: the peer knows then what it has to say again. On this
// stream we say no stanzas, so that there is nothing for it to count.
//
// Limits: a stranger's until a pair is proved (StreamLimits::of_stranger, House::login_timeout_ms); then stanzas of the
// plan's stanza_bytes (XEP-0478 tells of it), and stanzas_factor times as many a second as one session may send:
// beyond that it is not read from for a while; nor while pending_max stanzas are not handled. pairs_max;
// verifications_max at once.
// Errors: stream errors: host-unknown, improper-addressing, invalid-from, not-authorized, policy-violation,
// connection-timeout. Dialback's: item-not-found, not-allowed, remote-server-not-found and -timeout.
// Spec: RFC 6120 sections 4 to 6 and 8.1; XEP-0178; XEP-0198; XEP-0220 sections 2.2.2 and 2.3; XEP-0478.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/token_bucket.h"
#include "net/loop.h"
#include "server/c2s/xml_stream.h"
#include "server/s2s/handled_count.h"
#include "server/s2s/verification.h"
#include "tenant/tenant.h"

namespace teahouse::s2s {

class Federation;

class Incoming final : public c2s::XmlStream::Events, public std::enable_shared_from_this<Incoming> {
 public:
  static constexpr size_t pairs_max = 200, verifications_max = 10;
  static constexpr size_t pending_max = 2'000;
  static constexpr int64_t stanzas_factor = 30, resume_max_s = 300;

  explicit Incoming(Federation& federation);
  ~Incoming() override;
  void start(std::unique_ptr<net::Connection> connection, std::string_view early);
  // A tenant was changed, suspended or removed: pairs that it does not allow any more are forgotten.
  void follow();
  void end(std::string_view condition, std::string_view text) { xml_.end(condition, text); }
  // The server stops: the peer hears how much of what it said is kept.
  void stop();
  bool has_pairs() const { return !proved_.empty(); }
  bool is_stranger() const { return proved_.empty() && !xml_.is_over(); }
  bool has(const Pair& pair) const { return proved_.contains(pair); }
  const std::set<Pair>& pairs() const { return proved_; }
  const std::string& network() const { return network_; }

 private:
  struct TakeCount;
  struct Taken;

  // XmlStream::Events
  void on_header(const xml::Element& header) override;
  void on_element(xml::Document element) override;
  void on_peer_error(const xml::Element& error) override;
  void on_over() override;
  void on_secure() override { start_clock(); }
  void on_drained() override {}
  void on_gone(std::string_view why) override;
  std::string_view domain() const override { return ours_; }
  std::shared_ptr<void> share() override { return shared_from_this(); }

  void start_clock();
  void send_features();
  const Result<void>& judge(const std::string& peer);
  void on_auth(const xml::Element& auth);
  void on_result(const DialbackWord& word);
  void on_verify(const DialbackWord& word);
  void on_verified(const DialbackWord& word, const Result<bool>& verdict);
  void answer(const DialbackWord& word, std::string_view type, std::string_view condition = {});
  HostPtr find_host(std::string_view domain) const;  // null: nobody is served there, or talks with nobody
  void prove(Pair pair, std::string_view how);
  void on_stanza(const xml::Document& document, const TicketPtr& ticket);
  void refuse(const xml::Element& element, const Error& error);
  void look_idle();
  void slow_down(size_t bytes);
  void on_management(const xml::Element& element);
  void enable(bool is_resumable);
  void resume(const xml::Element& element);
  void on_taken(const std::string& id, std::optional<uint32_t> h);
  void count_from(uint32_t h);
  void tell_handled(uint32_t h);
  void use_plan(const PlanLimits& plan);

  Federation* federation_;
  c2s::XmlStream xml_;
  std::string ours_, peer_;  // of its header; the peer may not say who it is
  std::string id_, network_;
  std::set<Pair> proved_;
  std::map<Pair, std::unique_ptr<Verification>> verifications_;
  struct Judged {
    std::string peer;
    Result<void> verdict;
  };
  std::optional<Judged> judged_;
  bool is_external_ = false;
  bool is_proper_ = false;  // it was closed as it should be
  bool has_error_ = false;  // the peer's
  bool is_limited_ = true;
  std::shared_ptr<HandledCount> count_;  // with stream management
  std::string resume_id_;                // empty: it can't be resumed
  bool is_resuming_ = false;
  bool is_over_ = false;  // one side has ended it: it can't be resumed any more
  TokenBucket stanzas_{{}}, bytes_{{}};
  int64_t heard_ms_ = 0;
  net::Timer clock_;
};

}  // namespace teahouse::s2s
