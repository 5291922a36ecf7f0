// ServerInfoModule: forms in a tenant's disco#info that tell its users where its people are reached, where to read of
// an outage, and how long what they write is kept; and, where the tenant wants to be listed, a node on its pubsub
// service that tells maps of the network of its software and of how many other servers it talks with.
//
// The node is as the server is when somebody asks the service for something.
//
// Thread: its home loop.
// Limits: remote_domains_max elements for other domains.
// Spec: XEP-0157, XEP-0455 (the address alone), XEP-0485 (without the names of others), XEP-0504 (retention and terms).
#pragma once

#include "modules/disco/disco_module.h"
#include "modules/pubsub/domain_node.h"
#include "server/module_context.h"

namespace teahouse {

class ServerInfoModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
  void detach() override;

  // The tenant's node of XEP-0485, for the pubsub services of the same home.
  pubsub::DomainNode make_node() const;

 private:
  bool is_listed(const Host& host) const;
  DiscoModule::HostWords describe(const Host& host) const;

  ModuleContext* context_ = nullptr;
  DiscoModule* disco_ = nullptr;
};

}  // namespace teahouse
