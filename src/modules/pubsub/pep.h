// Pep: the pubsub service of each account of a home (Personal Eventing Protocol).
//
// A resource of the account or of a contact that shows by its capabilities that it wants a node's notifications
// ("+notify") is a follower of the account while it is available; it gets the last items when it comes.
//
// Thread: its home loop.
// Limits: followers_max resources of one account; others get no notifications by their capabilities.
// Spec: XEP-0163, XEP-0060 section 9.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "modules/caps/caps_module.h"
#include "modules/disco/disco_module.h"
#include "modules/pubsub/own_nodes.h"
#include "modules/pubsub/request.h"
#include "modules/roster/roster_module.h"

namespace teahouse::pubsub {

class Pep {
 public:
  static constexpr size_t followers_max = 2000;

  Pep(ModuleContext& context, RosterModule& roster, CapsModule& caps, DiscoModule& disco);
  void detach();

  OwnNodes& own_nodes() { return own_nodes_; }
  void with_service(Resident& resident, const std::function<void(const Service&)>& work);
  // Resources of the account itself that want notifications of the node.
  std::vector<Jid> own_followers(Resident& resident, std::string_view node) const;

 private:
  struct Follower {
    std::string caps;            // the key of the hash that it shows
    caps::FeaturesPtr features;  // null: not known yet
  };
  using Followers = std::map<Jid, Follower>;
  class AccountFront;

  static Task<Result<void>> load(Pep& self, Resident& resident);
  void contact_gone(Resident& resident, const BareJid& contact, const RemovalPtr& removal);

  void handle(const IqRequest& iq);
  // True: the account asks something of a node that another module answers for.
  bool serve(const IqRequest& iq) const;
  bool answer_node(const IqRequest& iq);
  void list_nodes(const IqRequest& iq, xml::Writer& writer);
  Flow take_approval(const Outbound& outbound);

  // A resource of the account's own is not available any more.
  void leave(Session& session);
  // A resource's presence; of the account's own too.
  void note_presence(Resident& resident, const Jid& from, const Stanza& presence);
  void learned(const HostPtr& host, const BareJid& account, const Jid& from, const std::string& caps,
               const caps::FeaturesPtr& features);
  // The address sees the account's presence from now on, with whatever its resources have shown before.
  void became_visible(Resident& resident, const Jid& address);
  void send_last_items(Resident& resident, const Jid& to, const caps::FeaturesPtr& before,
                       const caps::FeaturesPtr& features);
  ModuleContext& context_;
  RosterModule& roster_;
  CapsModule& caps_;
  DiscoModule& disco_;
  Attached<Nodes> nodes_;
  Attached<Followers> followers_;
  OwnNodes own_nodes_;
  mutable AnswerLines answers_;  // of all accounts of the home
};

}  // namespace teahouse::pubsub
