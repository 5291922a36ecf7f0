// ContactBook: how the accounts stand to each other, and the rules of subscriptions and presence.
//
// Thread: one. Lifetime: the Book outlives it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "tests/simulator/book.h"

namespace teahouse::simulator {

// One account's contacts, as a client of it knows them.
struct Contacts {
  struct Item {
    bool to = false, from = false, asks = false;
    friend bool operator==(const Item&, const Item&) = default;
  };
  std::map<std::string, Item> roster;
  std::set<std::string> requests;                          // that wait for an answer
  std::map<std::string, std::set<std::string>> available;  // resources, by account

  bool has_to(const std::string& account) const {
    const auto found = roster.find(account);
    return found != roster.end() && found->second.to;
  }
};

class ContactBook {
 public:
  explicit ContactBook(Book& book) : book_(book) {}

  // The process was killed, or the disk failed, while something between the two was on its way: one side may have
  // changed alone.
  void doubt(const std::string& account, const std::string& contact) {
    doubted_.emplace(account, contact);
    doubted_.emplace(contact, account);
  }
  // One of the two has said something about the other.
  void touch(const std::string& account, const std::string& contact) {
    touched_.emplace(account, contact);
    touched_.emplace(contact, account);
  }
  // The account has refused the contact, whose next request may have met that on its way.
  void refuse(const std::string& account, const std::string& contact) { refused_.emplace(contact, account); }
  // Its name will be another's, who stands to nobody in any way but by what is said from now on.
  void begin_removal(const std::string& account);
  bool is_doubted(const std::string& account, const std::string& contact) const {
    return doubted_.contains({account, contact});
  }
  // At the end, in a session that has just begun.
  void see(const std::string& account, const Contacts& contacts) { seen_[account] = contacts; }
  // When all accounts were seen: both sides of each pair agree (RFC 6121 appendix A).
  void judge();

 private:
  void judge(const std::string& account, const std::string& contact);

  Book& book_;
  std::set<std::pair<std::string, std::string>> doubted_, touched_;
  std::set<std::pair<std::string, std::string>> refused_;  // who was, by whom
  std::map<std::string, Contacts> seen_;
};

}  // namespace teahouse::simulator
