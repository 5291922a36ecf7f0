#include "modules/pubsub/pubsub.h"

#include "modules/pubsub/account_removal.h"
#include "modules/pubsub/features.h"
#include "modules/pubsub/hosts.h"
#include "modules/pubsub/pep.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace pubsub {
namespace {

std::vector<Feature> all_account_features() {
  std::vector<Feature> features;
  for (const char* feature : common_features()) features.emplace_back(feature);
  for (const char* feature : account_features()) features.emplace_back(feature);
  return features;
}

}  // namespace

Hosts* find_hosts(Module* module) { return module ? &static_cast<PubsubModule*>(module)->hosts() : nullptr; }

}  // namespace pubsub

PubsubModule::PubsubModule(std::optional<pubsub::DomainNode> domain_node) : domain_node_(std::move(domain_node)) {}
PubsubModule::~PubsubModule() = default;

const ModuleInfo& PubsubModule::info() const {
  static const ModuleInfo about{
      .name = "pubsub",
      .summary = "Nodes of items that are published and told of, on every account and on a service of each tenant.",
      .xeps = {{60, "1.30.0", "Publish-Subscribe",
                "no collections, several subscriptions of one address, leases or get-pending; the option of a "
                "subscription is pubsub#deliver"},
               {163, "1.2.2", "Personal Eventing Protocol", "no replyto addresses (XEP-0033)"},
               {222, "1.0.1", "Persistent Storage of Public Data via PubSub", ""},
               {223, "1.1.1", "Persistent Storage of Private Data via PubSub", ""}},
      .account_features = pubsub::all_account_features(),
      .account_identities = {{"pubsub", "pep"}},
      .options = {OptionInfo::choice("nodes_made_by", {"users", "staff"},
                                     "Who makes nodes on the tenant's own service: all its users but guests, or its "
                                     "moderators and admins alone.")},
      .mentions = {"pubsub"},
      .needs = {"roster", "disco", "caps"},
      .is_optional = true};
  return about;
}

void PubsubModule::attach(ModuleContext& context) {
  pep_ = std::make_unique<pubsub::Pep>(context, context.need<RosterModule>("roster"), context.need<CapsModule>("caps"),
                                       context.need<DiscoModule>("disco"));
  hosts_ = std::make_unique<pubsub::Hosts>(context, domain_node_);
  context.on(&Hooks::address_gone, [&context](const BareJid& address, const RemovalPtr& removal) {
    spawn(pubsub::forget_elsewhere(context, address, removal));
  });
  context.on(&Hooks::named_at,
             [&context](std::string domain) { return pubsub::find_named(context, std::move(domain)); });
}

void PubsubModule::detach() { pep_->detach(); }

pubsub::OwnNodes& PubsubModule::own_nodes() const { return pep_->own_nodes(); }

}  // namespace teahouse
