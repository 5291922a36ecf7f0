// Vcards: the vCards of a home's accounts, as clients of vcard-temp read and write them.
//
// The picture in a vCard is the account's avatar, and the rest says what its vCard4 does: whichever of the two was
// written last. An entity that may not read the nodes of these has neither by the
// vCard.
//
// Thread: its home loop.
// Limits: those of PEP nodes for the picture and the vCard4; a vCard is as large as a stanza may be.
// Errors: those of modules/vcard; not_acceptable for a picture or a vCard4 that is too large for a node,
// resource_constraint where the account has no room for one, or too many of its requests wait.
// Spec: XEP-0054, XEP-0292, XEP-0398.
#pragma once

#include <optional>
#include <string>

#include "modules/profile/pictures.h"
#include "modules/vcard/vcard_module.h"

namespace teahouse::profile {

class Vcards {
 public:
  Vcards(ModuleContext& context, VcardModule& vcards, pubsub::OwnNodes& nodes, Pictures& pictures);
  void detach();

 private:
  struct Texts {
    std::optional<std::string> vcard_temp;  // as it is stored, or made of a vCard4 that is newer
    std::optional<std::string> vcard4;      // what the node has
  };
  bool serve(const IqRequest& request);
  // The account's own requests are lined up: each is answered with what was written before it.
  Task<void> answer(HostPtr host, BareJid account, Stanza request, bool is_own);
  Task<void> set(HostPtr host, Stanza request, TicketPtr ticket, std::string vcard);

  Task<Result<Texts>> load_texts(HostPtr host, BareJid account);
  // Stores the vCard, the picture apart, and publishes what it says. Gives the last Lsn.
  Task<Result<Lsn>> store(HostPtr host, BareJid account, std::string vcard);
  Task<Result<Lsn>> store_picture(HostPtr host, BareJid account, std::optional<vcard::Photo> photo);
  Task<Result<Lsn>> store_texts(HostPtr host, BareJid account, std::string vcard);

  ModuleContext& context_;
  VcardModule& vcards_;
  pubsub::OwnNodes& nodes_;
  Pictures& pictures_;
};

}  // namespace teahouse::profile
