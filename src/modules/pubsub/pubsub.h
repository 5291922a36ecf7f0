// PubsubModule: pubsub on every account (PEP), and on a service of each tenant.
//
// Thread: its home loop.
// Spec: XEP-0060, XEP-0163.
#pragma once

#include <memory>

#include "modules/pubsub/domain_node.h"
#include "modules/pubsub/own_nodes.h"
#include "server/module_context.h"

namespace teahouse {

namespace pubsub {
class Hosts;
class Pep;
}  // namespace pubsub

class PubsubModule final : public Module {
 public:
  // `domain_node`: which each tenant's service has; none: none.
  explicit PubsubModule(std::optional<pubsub::DomainNode> domain_node = std::nullopt);
  ~PubsubModule() override;
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
  void detach() override;

  pubsub::OwnNodes& own_nodes() const;
  pubsub::Hosts& hosts() const { return *hosts_; }

 private:
  const std::optional<pubsub::DomainNode> domain_node_;
  std::unique_ptr<pubsub::Pep> pep_;
  std::unique_ptr<pubsub::Hosts> hosts_;
};

}  // namespace teahouse
