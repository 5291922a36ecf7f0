#include "modules/muc/config.h"

namespace teahouse::muc {

bool may_read_list(const RoomConfig& config, const Standing& who, Affiliation list) {
  if (who.affiliation >= Affiliation::admin) return true;
  if (who.affiliation == Affiliation::outcast || list <= Affiliation::none || !config.non_anonymous) return false;
  if (config.members_only && who.affiliation == Affiliation::member) return true;
  return config.member_list[static_cast<size_t>(who.role)];
}

bool may_send_private(const RoomConfig& config, Role from) {
  switch (config.private_messages) {
    case PrivateMessages::anyone: return true;
    case PrivateMessages::participants: return from >= Role::participant;
    case PrivateMessages::moderators: return from == Role::moderator;
    case PrivateMessages::none: return false;
  }
  return false;
}

}  // namespace teahouse::muc
