#include "modules/muc/invite.h"

#include "modules/muc/affiliations.h"
#include "server/module_context.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

Result<std::vector<NewInvitation>> parse_invitations(const xml::Element& x) {
  std::vector<NewInvitation> found;
  for (auto child = x.first_child(); child; child = child->next_sibling()) {
    if (!child->is("invite", ns::muc_user)) continue;
    auto to = Jid::parse(child->attribute("to").value_or(""));
    if (!to || !to->has_localpart()) return Error{ErrorKind::jid_malformed, "An invitation needs a user's address."};
    if (found.size() == invites_per_message_max) {
      return Error{ErrorKind::not_acceptable, "Too many invitations in one message."};
    }
    NewInvitation invitation{std::move(*to), cut_reason(child->child_text("reason", ns::muc_user)), {}};
    if (const auto continued = child->child("continue", ns::muc_user)) {
      invitation.continued = continued->attribute("thread").value_or("");
    }
    found.push_back(std::move(invitation));
  }
  return found;
}

Result<void> check_inviter(const Room& room, const Jid& from) {
  const Standing inviter = room.standing_of(from);
  if (inviter.role == Role::none) return Error{ErrorKind::not_acceptable, "You are not in this room."};
  if (inviter.role == Role::visitor) return Error{ErrorKind::forbidden, "Visitors may not invite."};
  const bool may_let_in = inviter.affiliation >= Affiliation::admin ||
                          (room.config.member_invites && inviter.affiliation == Affiliation::member);
  if (room.config.members_only && !may_let_in) {
    return Error{ErrorKind::forbidden, "Only admins and owners invite others into this room."};
  }
  return {};
}

}  // namespace

void send_invitation(Room& room, const BareJid& inviter, const NewInvitation& invitation, const std::string& id) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("x", ns::muc_user).open("invite").attribute("from", inviter.str());
  if (!invitation.reason.empty()) writer.leaf("reason", invitation.reason);
  if (invitation.continued) {
    writer.open("continue");
    if (!invitation.continued->empty()) writer.attribute("thread", *invitation.continued);
    writer.close();
  }
  writer.close();
  if (!room.config.password.empty()) writer.leaf("password", room.config.password);
  writer.close();
  Stanza stanza = Stanza::make(StanzaKind::message, StanzaType::none, std::move(payload));
  stanza.from = room.jid();
  stanza.to = invitation.to;
  stanza.id = id;
  room.traffic()->send(std::move(stanza));
  room.add_invitation(invitation.to.bare(), inviter);
}

void invite(Room& room, const Stanza& stanza, const xml::Element& x) {
  const auto allowed = check_inviter(room, *stanza.from);
  if (!allowed) return room.reply_error(stanza, allowed.error());
  auto invitations = parse_invitations(x);
  if (!invitations) return room.reply_error(stanza, invitations.error());
  const BareJid inviter = stanza.from->bare();
  for (NewInvitation& invitation : *invitations) {
    room.context().lead_to_account(invitation.to);
    const BareJid invitee = invitation.to.bare();
    const Affiliation now = room.affiliation_of(invitee);
    if (now == Affiliation::outcast) {
      room.reply_error(stanza, {ErrorKind::forbidden, invitee.str() + " is banned from this room."});
      continue;
    }
    if (room.config.members_only && now == Affiliation::none) {
      const auto space = check_affiliation_space(room, 1);
      if (!space) return room.reply_error(stanza, space.error());
      change_affiliation(room, invitee, {Affiliation::member, {}, {}}, {});
    }
    send_invitation(room, inviter, invitation, stanza.id);
  }
}

void decline(Room& room, const Stanza& stanza, const xml::Element& x) {
  const auto element = x.child("decline", ns::muc_user);
  const auto to = Jid::parse(element->attribute("to").value_or(""));
  if (!to) return room.reply_error(stanza, {ErrorKind::jid_malformed, "To whom?"});
  const BareJid invitee = stanza.from->bare();
  if (!room.remove_invitation(invitee, to->bare())) {
    return room.reply_error(stanza, {ErrorKind::item_not_found, "The room knows of no such invitation."});
  }
  std::string payload;
  xml::Writer writer(payload);
  writer.open("x", ns::muc_user).open("decline").attribute("from", invitee.str());
  const std::string reason = cut_reason(element->child_text("reason", ns::muc_user));
  if (!reason.empty()) writer.leaf("reason", reason);
  writer.close().close();
  Stanza message = Stanza::make(StanzaKind::message, StanzaType::none, std::move(payload));
  message.from = room.jid();
  message.id = stanza.id;
  message.to = to->bare();
  room.traffic()->send(std::move(message));
}

}  // namespace teahouse::muc
