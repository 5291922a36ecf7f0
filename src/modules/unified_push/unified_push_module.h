// UnifiedPushModule: push endpoints for the apps beside a user's client, and the way from there to the client.
//
// A client of an account asks the tenant's own host for an endpoint, which is an address at that host (Endpoint). A
// push that an app's server posts there goes to the client by an iq of the host's, and the client's answer is the
// server's: 201;
// 404 where the client knows no such app (item-not-found, feature-not-implemented), the endpoint has expired, or the
// account was removed; 503 for all else, above all while the client is away. A session that waits to be resumed holds
// the push; where no answer comes within answer_ms the server is told 201, as by the provider "up", which waits for
// none. Nothing is stored: a client that is gone is asked again, and says so again.
//
// Thread: its home loop; what is under way is at the home of the host's address.
// Limits: body_bytes_max of a push (413); pushes_per_min and under_way_max of an account (429); registers_per_min.
// Errors: of <register/>: forbidden for others than clients of the tenant's accounts; bad_request; resource_constraint.
// Spec: the draft of "up" (endpoint.h); RFC 8030 sections 5 and 7.3; unifiedpush.org, "Push server".
#pragma once

#include <string>
#include <unordered_map>

#include "base/token_buckets.h"
#include "modules/unified_push/endpoint.h"
#include "server/module_context.h"

namespace teahouse {

class UnifiedPushModule final : public Module {
 public:
  static constexpr size_t body_bytes_max = 4096, under_way_max = 16;
  static constexpr int64_t pushes_per_min = 60, registers_per_min = 60, answer_ms = 20'000, away_s = 60;

  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
  void detach() override;

 private:
  // A push on its way from an app's server to the home of the host's address.
  struct Push;
  struct Asked {
    std::string client;  // whose answer is waited for
    std::string account;
    std::string location, request_id;
    std::shared_ptr<http::Responder> responder;
    net::Timer timer;
  };
  void add_routes(ModuleContext& context);
  void answer_register(const IqRequest& request);
  void receive(const HostPtr& host, http::Request request, http::Responder responder);
  void take(const HostPtr& host, Push push);
  static Task<void> pass_on(UnifiedPushModule& self, HostPtr host, Push push);
  void ask(const HostPtr& host, Push push);
  void take_answer(const HostPtr& host, const Stanza& iq);
  void end(const std::string& id, int status);
  std::string page_of(const Host& host) const;

  ModuleContext* context_ = nullptr;
  int64_t *delivered_ = nullptr, *away_ = nullptr, *ended_ = nullptr;
  TokenBuckets registers_{10'000}, pushes_{10'000};
  std::unordered_map<std::string, Asked> asked_;       // by the id of the iq
  std::unordered_map<std::string, size_t> under_way_;  // by account; those that are being looked up too
};

}  // namespace teahouse
