// The rules:
// - Nothing acknowledged is lost: it is in the archives of both; and a client of its recipient has had it, unless the
//   process was killed since it was said.
// - Nothing is doubled: not in one chain, not in an archive.
// - Nothing is kept from a session that has copies.
// - The order of a pair: what one chain has said to one account comes to each of its chains, and stands in archives, in
//   that order; what came late may stand behind others.
// - Nothing comes from a blocked account, from the answer to the block until its end is asked for, but what was said
//   before.
// - Nothing goes to strangers, and nothing of a former owner of a name to the next; but what was still on its way to
//   the name when it changed hands may be for either.
// A message that came back as an error was not delivered, and its sender knows. Where the disk failed while it was on
// its way the error may have been lost with the session that it was for.
#include "tests/simulator/book.h"

#include <charconv>

namespace teahouse::simulator {

std::optional<Said> Said::parse(const std::string& body) {
  const size_t first = body.find(' '), second = body.find(' ', first + 1);
  Said said;
  const auto number = std::from_chars(body.data(), body.data() + body.size(), said.number);
  if (number.ec != std::errc() || second == std::string::npos) return std::nullopt;
  said.from = body.substr(first + 1, second - first - 1);
  said.to = body.substr(second + 1);
  return said;
}

uint64_t Book::begin_chain(const std::string& account) {
  const uint64_t chain = chains_.size() + 1;
  chains_[chain].account = account;
  return chain;
}

Said Book::say(uint64_t chain, const std::string& to, bool is_certain) {
  Message message{{messages_.size() + 1, chains_.at(chain).account, to}, chain, kills_, failures_, is_certain};
  message.may_be_refused = disk_fails_;
  const std::string& from = message.said.from;
  message.excused =
      is_troubled(to) || is_troubled(from) || is_removed(to) || is_removed(from) || blocks_.may_refuse(from, to);
  messages_.push_back(message);
  return message.said;
}

void Book::acknowledge(uint64_t number) {
  Message& message = find(number);
  message.acknowledged = true;
  message.is_for_next_owner = message.is_for_next_owner || is_removed(message.said.to);
  message.may_be_refused = disk_fails_ || message.failures != failures_ || message.may_be_refused;
}

void Book::excuse(const std::function<bool(const Said&)>& which) {
  for (Message& message : messages_) {
    if (!message.arrived && which(message.said)) message.excused = true;
  }
}

uint64_t Book::begin_block_change(const std::string& account, const std::string& contact) {
  const auto since = blocks_.shut_since(account, contact);
  for (Message& message : messages_) {
    const Said& said = message.said;
    const bool comes = said.from == contact && said.to == account, goes = said.from == account && said.to == contact;
    if (!comes && !goes) continue;
    if (comes && since && said.number > *since && message.acknowledged) message.is_shut_out = true;
    // One that came may not come to others of its clients any more.
    (message.arrived ? message.may_be_refused : message.excused) = true;
  }
  return blocks_.begin(account, contact);
}

bool Book::is_shut_out(const std::string& account, const Said& said) const {
  if (said.to != account) return false;
  const auto since = blocks_.shut_since(account, said.from);
  return messages_[said.number - 1].is_shut_out || (since && said.number > *since);
}

void Book::begin_removal(const std::string& account) {
  removed_.insert(account);
  for (Message& message : messages_) {
    if (message.said.from == account || message.said.to == account) message.excused = true;
  }
}

void Book::end_removal(const std::string& account) {
  removed_.erase(account);
  blocks_.forget(account);
  for (Message& message : messages_) {
    if (message.said.to == account && !message.acknowledged) message.is_for_next_owner = true;
  }
  Owner& owner = owners_[account];
  owner = {owner.number + 1, chains_.size() + 1, messages_.size()};
}

int Book::owner(const std::string& account) const {
  const auto found = owners_.find(account);
  return found == owners_.end() ? 0 : found->second.number;
}

void Book::begin_trouble(const std::string& domain) {
  troubled_.insert(domain);
  excuse([&](const Said& said) { return is_troubled(said.from) || is_troubled(said.to); });
}

bool Book::is_troubled(const std::string& account) const {
  return troubled_.contains(account.substr(account.find('@') + 1));
}

bool Book::is_inherited(const std::string& account, uint64_t chain, const Said& said) const {
  const auto found = owners_.find(account);
  if (found == owners_.end()) return false;
  if (messages_[said.number - 1].is_for_next_owner && said.to == account) return false;
  return (chain >= found->second.first_chain) != (said.number > found->second.last_number);
}

bool Book::is_known(const Said& said) const {
  if (said.number == 0 || said.number > messages_.size()) return false;
  const Said& known = messages_[said.number - 1].said;
  return known.from == said.from && known.to == said.to;
}

void Book::see(uint64_t chain, const Said& said, Way way, bool delayed) {
  Chain& at = chains_.at(chain);
  const std::string what = "message " + said.body();
  if (!is_known(said)) return violate("nobody has said " + what);
  if (at.account != (way == Way::carbon_sent ? said.from : said.to)) {
    return violate("crossed: " + at.account + " got " + what);
  }
  if (is_inherited(at.account, chain, said)) {
    return violate("crossed: another owner of the name " + at.account + " got " + what);
  }
  if (is_shut_out(at.account, said)) violate("blocked: " + at.account + " got of one whom it has blocked " + what);
  if (!at.seen.insert(said.number).second) violate("doubled: " + at.account + " got twice in one session " + what);
  Message& message = find(said.number);
  if (way != Way::carbon_sent || said.from == said.to) message.arrived = true;
  if (delayed || way == Way::carbon_sent) return;
  uint64_t& last = at.last[message.chain];
  if (last > said.number && failures_ == message.failures) {
    violate("out of order: " + at.account + " got after message " + std::to_string(last) + " " + what);
  }
  last = std::max(last, said.number);
}

void Book::compare_copies(uint64_t chain, size_t since) {
  const Chain& at = chains_.at(chain);
  for (size_t i = since; i < messages_.size(); ++i) {
    const Message& message = messages_[i];
    const bool is_its = message.said.from == at.account || message.said.to == at.account;
    const bool is_sure = message.acknowledged && message.is_certain && !message.bounced && !message.excused &&
                         !message.may_be_refused && message.chain != chain;
    if (is_its && is_sure && !at.seen.contains(message.said.number)) {
      violate("lost: a session of " + at.account + " with copies got none of message " + message.said.body());
    }
  }
}

void Book::see_archive(const std::string& account, const std::vector<Said>& whole) {
  std::map<std::pair<uint64_t, std::string>, uint64_t> last;
  for (const Said& said : whole) {
    const std::string what = "message " + said.body();
    if (!is_known(said)) return violate("nobody has said, but the archive of " + account + " has " + what);
    if (said.from != account && said.to != account)
      return violate("crossed: the archive of " + account + " has " + what);
    if (is_inherited(account, chains_.size() + 1, said)) {
      return violate("crossed: the archive of " + account + " has from another owner of the name " + what);
    }
    if (is_shut_out(account, said)) violate("blocked: the archive of " + account + " has " + what);
    Message& message = find(said.number);
    if (!message.archived.insert(account).second) violate("doubled: the archive of " + account + " has twice " + what);
    uint64_t& before = last[{message.chain, said.to}];
    if (before > said.number) {
      violate("out of order: the archive of " + account + " has after message " + std::to_string(before) + " " + what);
    }
    before = said.number;
  }
}

void Book::compare_archive(const std::string& client, const std::vector<Said>& whole, const std::vector<Said>& had) {
  std::set<uint64_t> numbers;
  for (const Said& said : had) {
    if (!numbers.insert(said.number).second)
      violate("doubled: " + client + " was given twice by its archive " + said.body());
  }
  for (const Said& said : whole) {
    if (!numbers.erase(said.number)) {
      violate("lost: " + client + " asked its archive for what is new, and never got message " + said.body());
    }
  }
  if (!numbers.empty()) {
    violate("lost: " + client + " once had from its archive message " + std::to_string(*numbers.begin()));
  }
}

void Book::judge() {
  for (const Message& message : messages_) judge(message);
}

void Book::judge(const Message& message) {
  if (!message.acknowledged || message.bounced || message.excused) return;
  if (message.may_be_refused && !message.archived.contains(message.said.to)) return;
  const std::string what = "acknowledged message " + message.said.body();
  for (const std::string& account : {message.said.from, message.said.to}) {
    if (!message.archived.contains(account)) violate("lost: the archive of " + account + " has no " + what);
  }
  if (message.kills == kills_ && message.is_certain && !message.arrived)
    violate("lost: no client of its recipient got " + what);
}

}  // namespace teahouse::simulator
