// The rules:
// - Both sides of a subscription agree: who sees a contact is seen by it as one that may; a request that waits at one
//   side waits at the other. But one that crosses a refusal on its way is taken back at the side that asks alone.
// - Accounts that have had nothing to do with each other are in no roster of each other.
// - Availability that is seen is availability that is: Simulation::compare_contacts() looks at that when all is quiet.
#include "tests/simulator/contact_book.h"

namespace teahouse::simulator {

void ContactBook::begin_removal(const std::string& account) {
  const auto names = [&](const auto& pair) { return pair.first == account || pair.second == account; };
  for (auto* pairs : {&touched_, &doubted_, &refused_}) std::erase_if(*pairs, names);
}

void ContactBook::judge() {
  for (const auto& [account, contacts] : seen_) {
    for (const auto& [contact, others] : seen_) {
      const bool is_known = !is_doubted(account, contact) && !book_.blocks().has_parted(account, contact);
      if (account != contact && is_known) judge(account, contact);
    }
  }
}

void ContactBook::judge(const std::string& account, const std::string& contact) {
  const auto find = [](const Contacts& contacts, const std::string& of) {
    const auto found = contacts.roster.find(of);
    return found == contacts.roster.end() ? Contacts::Item() : found->second;
  };
  const Contacts::Item ours = find(seen_.at(account), contact), theirs = find(seen_.at(contact), account);
  if (ours.to != theirs.from) {
    book_.violate("one-sided: " + account + (ours.to ? " is" : " is not") + " subscribed to " + contact +
                  ", whose roster says otherwise");
  }
  if (!touched_.contains({account, contact}) && ours != Contacts::Item()) {
    book_.violate("crossed: the roster of " + account + " has " + contact + ", of another owner of one of the names");
  }
  const bool waits = seen_.at(contact).requests.contains(account);
  const bool may_have_crossed = waits && refused_.contains({account, contact});
  if (ours.asks != waits && !may_have_crossed) {
    book_.violate("one-sided: " + account + (ours.asks ? " asks " : " does not ask ") + contact +
                  (waits ? ", who has its request" : ", who has no request of it"));
  }
}

}  // namespace teahouse::simulator
