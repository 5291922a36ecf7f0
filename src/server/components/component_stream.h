// ComponentStream: the stream of one external component, from its header to its end: it shows the secret of its name,
// moves to the home of that, and then says and hears all that is of and for addresses at its name.
//
// Thread: its present home's loop. Owns: its XmlStream.
// Limits: a stranger's until it is known (StreamLimits::of_stranger, login_timeout_s); then stanzas of the plan's
// stanza_bytes, and stanzas_factor times as many a second as one session may send: beyond that it is not read from for
// a while. One that leaves more than Session::held_bytes_max unread is ended (resource-constraint).
// Errors: stream errors: host-unknown, not-authorized, conflict, invalid-from, improper-addressing.
// Spec: XEP-0114 section 3 (jabber:component:accept).
#pragma once

#include <memory>
#include <string>

#include "base/token_bucket.h"
#include "server/c2s/xml_stream.h"
#include "server/session.h"
#include "tenant/tenant.h"

namespace teahouse::components {

class Components;

class ComponentStream final : public c2s::XmlStream::Events, public std::enable_shared_from_this<ComponentStream> {
 public:
  static constexpr int64_t stanzas_factor = 10;

  explicit ComponentStream(Components& components);
  void start(std::unique_ptr<net::Connection> connection);
  const std::string& name() const { return domain_; }  // empty before its header
  TenantId tenant() const { return tenant_; }          // whose component it is to be
  // False: it reads too little, and is ended.
  bool send(const Stanza& stanza);
  // Its tenant was changed, suspended or removed, or its secret was.
  void follow();
  void end(std::string_view condition, std::string_view text) { xml_.end(condition, text); }

 private:
  friend class Components;
  // XmlStream::Events
  void on_header(const xml::Element& header) override;
  void on_element(xml::Document element) override;
  void on_over() override;
  void on_secure() override {}
  void on_drained() override {}
  void on_gone(std::string_view why) override;
  std::string_view domain() const override { return domain_; }
  std::shared_ptr<void> share() override { return shared_from_this(); }

  void shake_hands(const xml::Element& element);
  void arrive();
  void leave_loop();
  void on_stanza(const xml::Document& document);
  bool is_taken(const HostPtr& host, Stanza& stanza);
  void refuse(const xml::Element& element, const Error& error);
  void slow_down(int64_t now_ms, size_t bytes);
  HostPtr find_host() const;
  void use_plan(const PlanLimits& plan);

  Components* components_;
  c2s::XmlStream xml_;
  std::string domain_, id_;
  TenantId tenant_ = TenantId::server;
  int64_t secret_id_ = 0;
  bool is_known_ = false;
  bool is_limited_ = true;
  TokenBucket stanzas_{{}}, bytes_{{}};
  net::Timer clock_;  // until it is known
};

}  // namespace teahouse::components
