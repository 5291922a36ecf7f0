#include "modules/displayed/displayed_module.h"

#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

// Section 8: what clients set by their publish-options.
pubsub::NodeConfig make_displayed_config() {
  pubsub::NodeConfig config;
  config.access = pubsub::AccessModel::whitelist;
  config.max_items = pubsub::items_unbounded;
  config.send_last = pubsub::SendLast::never;
  return config;
}

bool is_displayed(const xml::Element& child) { return child.is("displayed", ns::displayed); }

}  // namespace

const ModuleInfo& DisplayedModule::info() const {
  static const ModuleInfo info{.name = "displayed",
                               .summary = "Up to where a user has read, on all devices.",
                               .xeps = {{490, "1.0.1", "Message Displayed Synchronization", ""}},
                               .account_features = {ns::displayed_assist},
                               .needs = {"pubsub"},
                               .is_optional = true};
  return info;
}

void DisplayedModule::attach(ModuleContext& context) {
  context_ = &context;
  nodes_ = &context.need<PubsubModule>("pubsub").own_nodes();
  // Before the archive and carbons have the message.
  context.on_outbound(OutboundPhase::guard, StanzaKind::message, [this](Outbound& outbound) {
    take(outbound);
    return Flow::go_on;
  });
}

void DisplayedModule::take(Outbound& outbound) const {
  Stanza& message = outbound.stanza;
  const auto displayed = message.child("displayed", ns::displayed);
  if (!displayed) return;
  std::string payload;
  xml::write(payload, *displayed, {});
  message.remove_children(is_displayed);
  if (message.type == StanzaType::error) return;
  pubsub::OwnItem item{message.to->str(), std::move(payload)};
  const auto stored = nodes_->publish(outbound.resident, ns::displayed, make_displayed_config(), std::move(item));
  if (stored) await(outbound.ticket, *stored);
}

}  // namespace teahouse
