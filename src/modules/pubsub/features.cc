#include "modules/pubsub/features.h"

#include "xmpp/namespaces.h"

#define PUBSUB "http://jabber.org/protocol/pubsub#"

namespace teahouse::pubsub {

std::span<const char* const> common_features() {
  static constexpr const char* features[] = {ns::pubsub,
                                             PUBSUB "access-authorize",
                                             PUBSUB "access-open",
                                             PUBSUB "access-whitelist",
                                             PUBSUB "auto-create",
                                             PUBSUB "config-node",
                                             PUBSUB "config-node-max",
                                             PUBSUB "create-and-configure",
                                             PUBSUB "create-nodes",
                                             PUBSUB "delete-items",
                                             PUBSUB "delete-nodes",
                                             PUBSUB "instant-nodes",
                                             PUBSUB "item-ids",
                                             PUBSUB "last-published",
                                             PUBSUB "manage-subscriptions",
                                             PUBSUB "member-affiliation",
                                             PUBSUB "meta-data",
                                             PUBSUB "modify-affiliations",
                                             PUBSUB "multi-items",
                                             PUBSUB "outcast-affiliation",
                                             PUBSUB "persistent-items",
                                             PUBSUB "publish",
                                             PUBSUB "publish-only-affiliation",
                                             PUBSUB "publish-options",
                                             PUBSUB "publisher-affiliation",
                                             PUBSUB "purge-nodes",
                                             PUBSUB "retract-items",
                                             PUBSUB "retrieve-affiliations",
                                             PUBSUB "retrieve-default",
                                             PUBSUB "retrieve-default-sub",
                                             PUBSUB "retrieve-items",
                                             PUBSUB "retrieve-subscriptions",
                                             PUBSUB "rsm",
                                             PUBSUB "subscribe",
                                             PUBSUB "subscription-notifications",
                                             PUBSUB "subscription-options"};
  return features;
}

std::span<const char* const> account_features() {
  static constexpr const char* features[] = {PUBSUB "access-presence", PUBSUB "access-roster", PUBSUB "auto-subscribe",
                                             PUBSUB "filtered-notifications", PUBSUB "presence-subscribe"};
  return features;
}

}  // namespace teahouse::pubsub
