// Pictures: the picture of each account of a home, which is the one that its PEP nodes have, and the hash by which
// presence tells of it.
//
// The hash is kept on the resident of an account that has, or had, a picture; presence is stamped without a look at the
// disk, and one of an account without a picture with one look at memory. The hash is on disk too, so that the data of
// a picture is hashed when it is published, and not each time that the account comes into memory.
//
// Thread: its home loop.
// Limits: those of PEP nodes.
// Errors: an avatar that cannot be read is none.
// Spec: XEP-0084, XEP-0153 section 4.1, XEP-0398 sections 3 and 4.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>

#include "modules/presence/presence_module.h"
#include "modules/profile/metadata.h"
#include "modules/pubsub/own_nodes.h"

namespace teahouse::profile {

class Pictures {
 public:
  static constexpr char map_name[] = "profile";  // of rows, the vCards' too

  Pictures(ModuleContext& context, PresenceModule& presence, pubsub::OwnNodes& nodes);
  void detach();

  struct Found {
    uint64_t number = 0;  // of the item in the metadata node; 0: there is none
    std::optional<vcard::Photo> photo;
  };
  // The picture as the nodes have it now. Errors: those of the disk; service_unavailable where the account left memory.
  Task<Result<Found>> load(HostPtr host, BareJid account);
  // May the entity have the picture, if there is one?
  bool may_have(Resident& resident, const BareJid& entity) const;
  // Is there a node that says whether there is one?
  bool has_node(Resident& resident) const;
  // Publishes the photo as the account's avatar, its data first; or, where there is none, that there is no picture.
  Result<Lsn> publish(Resident& resident, const std::optional<vcard::Photo>& photo);

 private:
  // Shown: the picture that presence tells of.
  struct Shown {
    uint64_t number = 0;                                          // of the item in the metadata node
    std::array<char, 20> hash{};                                  // SHA-1; of no picture: zeros
    bool has_picture = false;                                     // false: it had one, or says that it has none
    pubsub::AccessModel access = pubsub::AccessModel::whitelist;  // the narrower one of the two nodes
  };

  static Task<Result<void>> load_resident(Pictures& self, Resident& resident);
  // REQUIRES: `find` gives the resident as long as it is in memory, or being loaded.
  using FindResident = std::function<Resident*()>;
  Task<Result<Found>> look(HostPtr host, BareJid account, FindResident find);
  void metadata_changed(Resident& resident);
  void data_changed(Resident& resident);
  Task<void> update(HostPtr host, BareJid account);
  void show(Resident& resident, const Found& found);
  pubsub::AccessModel find_access(Resident& resident) const;
  void add_hash(Resident& resident, Stanza& presence, PresenceModule::Sight sight) const;
  Lsn keep(const Tenant& tenant, const BareJid& account, const Found& found) const;

  ModuleContext& context_;
  PresenceModule& presence_;
  pubsub::OwnNodes& nodes_;
  Attached<Shown> shown_;
};

}  // namespace teahouse::profile
