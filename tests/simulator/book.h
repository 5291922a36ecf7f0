// Book: every message that was said, what the server has acknowledged of it and who has seen it; and the judge of that.
//
// A chain is a bound session with all the streams on which it was resumed: what a client takes for one line of stanzas.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/block_book.h"

namespace teahouse::simulator {

// One message, as its body tells it.
struct Said {
  uint64_t number = 0;
  std::string from, to;  // accounts

  std::string body() const { return std::to_string(number) + " " + from + " " + to; }
  static std::optional<Said> parse(const std::string& body);
};

enum class Way : uint8_t { message, carbon_received, carbon_sent };

class Book {
 public:
  uint64_t begin_chain(const std::string& account);
  // `is_certain`: it is for an account, or for a session that acknowledges; else it may be lost on its last way.
  Said say(uint64_t chain, const std::string& to, bool is_certain);
  void acknowledge(uint64_t number);
  void bounce(uint64_t number) { find(number).bounced = true; }
  // From now on what only the server's memory knew may be gone.
  void kill() {
    ++kills_;
    blocks_.kill();
  }
  void fail_disk() {
    ++failures_;
    disk_fails_ = true;
  }
  void recover_disk() { disk_fails_ = false; }
  bool disk_fails() const { return disk_fails_; }

  // The account is removed, and its name is another's from the end on: what was said to the former owner, or by it, is
  // for nobody who comes later.
  void begin_removal(const std::string& account);
  void end_removal(const std::string& account);
  bool is_removed(const std::string& account) const { return removed_.contains(account); }
  // Another number for each owner of the name.
  int owner(const std::string& account) const;
  // The tenant is suspended, or has less than before: what is said meanwhile may be refused.
  void begin_trouble(const std::string& domain);
  void end_trouble(const std::string& domain) { troubled_.erase(domain); }
  bool is_troubled(const std::string& account) const;
  // The account blocks the contact, or ends that: until it is answered nobody can tell what passes between them. Gives
  // the number of the request.
  uint64_t begin_block_change(const std::string& account, const std::string& contact);
  void end_block_change(const std::string& account, const std::string& contact, uint64_t request, bool blocks) {
    blocks_.end(account, contact, request, blocks, messages_.size());
  }
  const BlockBook& blocks() const { return blocks_; }

  // A client got it; `delayed`: it says that it is late, and so may stand behind what was said after it.
  void see(uint64_t chain, const Said& said, Way way, bool delayed);
  // When all is quiet: a session that has had copies since so many messages had been said has seen all that its account
  // has said and got since.
  void compare_copies(uint64_t chain, size_t since);
  // At the end: the whole archive of an account, and what one of its clients has had of it, page by page over time.
  void see_archive(const std::string& account, const std::vector<Said>& whole);
  void compare_archive(const std::string& client, const std::vector<Said>& whole, const std::vector<Said>& had);
  // At the end, when all archives were seen and everybody has fetched what waited.
  void judge();

  size_t count() const { return messages_.size(); }
  // The first rule that was broken, in words; empty: none.
  const std::string& violation() const { return violation_; }
  void violate(const std::string& what) {
    if (violation_.empty()) violation_ = what;
  }

 private:
  struct Message {
    Said said;
    uint64_t chain = 0;           // that said it
    int kills = 0, failures = 0;  // that had been when it was said
    bool is_certain = true, may_be_refused = false;
    bool excused = false;            // nobody can tell what became of it
    bool is_shut_out = false;        // its sender was blocked from before it was said until it was refused
    bool is_for_next_owner = false;  // it may be: the server may not have taken it yet when the name changed hands
    bool acknowledged = false, bounced = false, arrived = false;
    std::set<std::string> archived;  // the accounts whose archives have it
  };
  struct Chain {
    std::string account;
    std::set<uint64_t> seen;
    std::map<uint64_t, uint64_t> last;  // by the chain that said it: the last that came in time
  };
  struct Owner {
    int number = 0;
    uint64_t first_chain = 0;  // its own first
    uint64_t last_number = 0;  // of what was said before
  };
  // It must not come to the account, which has blocked the one that said it.
  bool is_shut_out(const std::string& account, const Said& said) const;
  bool is_inherited(const std::string& account, uint64_t chain, const Said& said) const;
  void excuse(const std::function<bool(const Said&)>& which);
  Message& find(uint64_t number) { return messages_.at(number - 1); }
  bool is_known(const Said& said) const;
  void judge(const Message& message);

  std::vector<Message> messages_;
  std::map<uint64_t, Chain> chains_;
  std::map<std::string, Owner> owners_;  // by account, where there were others
  std::set<std::string> removed_, troubled_;
  BlockBook blocks_;
  int kills_ = 0, failures_ = 0;
  bool disk_fails_ = false;
  std::string violation_;
};

}  // namespace teahouse::simulator
