// Which invitations a room remembers, so that the invitee may decline to the inviter.
#include <algorithm>

#include "modules/muc/room.h"
#include "server/module_context.h"

namespace teahouse::muc {

void Room::add_invitation(const BareJid& invitee, const BareJid& inviter) {
  remove_invitation(invitee, inviter);
  const int64_t number = invitations.empty() ? 1 : invitations.rbegin()->first + 1;
  const auto added = invitations.emplace_hint(invitations.end(), number, Invitation{invitee, inviter});
  if (!locked) storage_.store_invitation(jid_, number, added->second);
  if (invitations.size() > invites_remembered_max) drop_invitation(invitations.begin());
}

bool Room::remove_invitation(const BareJid& invitee, const BareJid& inviter) {
  const auto found = std::find_if(invitations.begin(), invitations.end(), [&](const auto& each) {
    return each.second.invitee == invitee && each.second.inviter == inviter;
  });
  if (found == invitations.end()) return false;
  drop_invitation(found);
  return true;
}

Lsn Room::forget_invitations(const BareJid& user) {
  Lsn last = Lsn::none;
  for (auto at = invitations.begin(); at != invitations.end();) {
    const auto each = at++;
    if (each->second.names(user)) last = drop_invitation(each);
  }
  return last;
}

Lsn Room::drop_invitation(Invitations::iterator invitation) {
  const int64_t number = invitation->first;
  const Invitation gone = std::move(invitation->second);
  invitations.erase(invitation);
  if (locked) return Lsn::none;
  Lsn last = storage_.remove_invitation(jid_, number);
  for (const BareJid& user : {gone.invitee, gone.inviter}) {
    if (!names(user)) last = storage_.remove_mention(jid_, user);
  }
  return last;
}

}  // namespace teahouse::muc
