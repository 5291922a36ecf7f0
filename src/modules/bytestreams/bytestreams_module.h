// BytestreamsModule: the proxy of a tenant, by which its users reach each other, and others, where no direct connection
// can be made: its address, and the activation of streams. The bytes go through Streamhost.
//
// A stream is of the tenant whose user asks for it (the requester), and only users of the tenant may ask; the target
// may be anybody. It ends with the tenant's suspension, with the proxy, and with the account of either.
//
// Without an address (move_in) the server has no port for it: then there is no such service.
//
// Thread: its home loop; a proxy's stanzas come to that of the host's address, a stream lives on that of its hash.
// Limits: the plan's bytestreams and bytestreams_per_account; Streamhost's.
// Errors: forbidden for those who are no users of the tenant; bad-request without a SID or <activate/>, jid-malformed;
// feature-not-implemented for UDP; resource-constraint; Streamhost::activate()'s.
// Spec: XEP-0065 1.8.2.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "modules/bytestreams/streamhost.h"
#include "server/module_context.h"

namespace teahouse {

class BytestreamsModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
  void detach() override;

  struct Address {
    std::string host;  // empty: the proxy's own domain
    uint16_t port = 0;
  };
  // Begins to serve. REQUIRES: attached; its loop does not run yet. Lifetime: see Streamhost.
  void move_in(std::shared_ptr<bytestreams::Streamhost::All> all, Address address);
  bytestreams::Streamhost* streamhost() const { return streamhost_.get(); }

 private:
  struct Activate;
  struct AccountEnded;
  void handle(const HostPtr& host, const Stanza& stanza);
  void answer_info(const Stanza& request) const;
  void answer_address(const Host& host, const Stanza& request) const;
  void lead_activation(const HostPtr& host, const Stanza& stanza, const xml::Element& query);
  void activate(const Activate& wanted);
  void end_of_account(const HostPtr& host, const BareJid& account);
  void follow(const Tenant& tenant);

  ModuleContext* context_ = nullptr;
  int64_t* relayed_ = nullptr;
  Address address_;
  std::unique_ptr<bytestreams::Streamhost> streamhost_;
};

}  // namespace teahouse
