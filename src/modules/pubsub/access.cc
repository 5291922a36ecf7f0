#include "modules/pubsub/access.h"

namespace teahouse::pubsub {
namespace {

Fault presence_needed() {
  return {{ErrorKind::not_authorized, "Only those who see its owner's presence have this node."},
          "presence-subscription-required"};
}

// Of subscribers and readers, but for those whose affiliation decides.
std::optional<Fault> judge_access(const NodeConfig& config, const Standing& standing, Action action) {
  switch (config.access) {
    case AccessModel::open: return std::nullopt;
    case AccessModel::presence:
      if (standing.sees_presence) return std::nullopt;
      return presence_needed();
    case AccessModel::roster:
      if (standing.is_in_group) return std::nullopt;
      return Fault{{ErrorKind::not_authorized, "Only some of its owner's contacts have this node."},
                   "not-in-roster-group"};
    case AccessModel::authorize:
      if (standing.is_subscribed || action == Action::subscribe) return std::nullopt;
      return Fault{{ErrorKind::not_authorized, "Subscribe first, and wait for the owner's approval."},
                   "not-subscribed"};
    case AccessModel::whitelist: break;
  }
  return Fault{{ErrorKind::not_allowed, "Only those whom its owner lists have this node."}, "closed-node"};
}

std::optional<Fault> judge_publication(const NodeConfig& config, const Standing& standing) {
  const bool may = config.publish == PublishModel::open ||
                   (config.publish == PublishModel::subscribers && standing.is_subscribed) ||
                   standing.affiliation >= Affiliation::publish_only;
  if (may) return std::nullopt;
  return Fault{{ErrorKind::forbidden, "You may not publish to this node."}};
}

}  // namespace

std::optional<Fault> judge(const NodeConfig& config, const Standing& standing, Action action) {
  if (standing.affiliation == Affiliation::owner) return std::nullopt;
  if (action == Action::own) return Fault{{ErrorKind::forbidden, "Only owners of the node do this."}};
  if (standing.affiliation == Affiliation::outcast) {
    return Fault{{ErrorKind::forbidden, "You are not let at this node."}};
  }
  if (action == Action::publish) return judge_publication(config, standing);
  if (standing.affiliation == Affiliation::publish_only) {
    return Fault{{ErrorKind::forbidden, "You may publish to this node, and not read it."}};
  }
  if (standing.affiliation >= Affiliation::member) return std::nullopt;
  return judge_access(config, standing, action);
}

}  // namespace teahouse::pubsub
