// Whose share of the plan's rooms a room is.
#include "modules/muc/room.h"

namespace teahouse::muc {

void Room::pass_share(const BareJid* actor) {
  const auto holder = BareJid::parse(config.counts_for);
  if (!holder || listed_affiliation_of(*holder) == Affiliation::owner) return;
  if (actor) {
    const bool may = listed_affiliation_of(*actor) == Affiliation::owner && actor->domainpart() == tenant().domain();
    const int64_t limit = tenant().limits().rooms_per_account;
    if (!may || !tenant().meter->rooms_made.take(actor->str(), limit)) return;
  }
  set_holder(actor ? actor->str() : std::string());
}

void Room::forget_holder(const BareJid& user) {
  if (config.counts_for == user.str()) set_holder({});
}

// REQUIRES: the new one's share has it by now, and the room has another one.
void Room::set_holder(std::string account) {
  const BareJid before = BareJid::parse(config.counts_for).value();
  tenant().meter->rooms_made.give_back(config.counts_for);
  config.counts_for = std::move(account);
  store_config();
  if (!locked && !names(before)) traffic_->wait_for(storage_.remove_mention(jid_, before));
}

}  // namespace teahouse::muc
