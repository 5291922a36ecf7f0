// The rules:
// - One order: everybody in a room hears, after a word, the same next one, without a gap, over resumptions; the history
//   that a room tells at first, and its archive, are parts of the same line.
// - Nothing is doubled: not in one stay, not in an archive.
// - Nobody hears a room that they are not in, nor what was said before the room of its name was destroyed.
// - An archive has each acknowledged word. Words whose speaker may have been sent away before the room heard them may
//   have been refused, by an error that was lost with the session that it was for.
#include "tests/simulator/room_book.h"

#include <charconv>

namespace teahouse::simulator {

namespace {

// "hall@rooms.shop.example" is of the tenant at "shop.example".
std::string tenant_of(const std::string& room) { return room.substr(room.find("rooms.") + 6); }

}  // namespace

std::optional<Spoken> Spoken::parse(const std::string& body) {
  if (!body.starts_with("room ")) return std::nullopt;
  const size_t first = body.find(' ', 5), second = body.find(' ', first + 1);
  Spoken spoken;
  const auto number = std::from_chars(body.data() + 5, body.data() + body.size(), spoken.number);
  if (number.ec != std::errc() || second == std::string::npos) return std::nullopt;
  spoken.room = body.substr(first + 1, second - first - 1);
  spoken.from = body.substr(second + 1);
  return spoken;
}

uint64_t RoomBook::begin_stay(const std::string& room, const std::string& account) {
  stays_.push_back({room, account, {}, 0});
  return stays_.size();
}

Spoken RoomBook::speak(uint64_t stay) {
  const Stay& at = stays_.at(stay - 1);
  Word word;
  word.spoken = {words_.size() + 1, at.room, at.account};
  word.stay = stay;
  word.contested = book_.disk_fails() || book_.is_troubled(at.account) || book_.is_troubled(tenant_of(at.room)) ||
                   book_.is_removed(at.account) || making_.contains(at.room) || !destructions_[at.room].empty();
  words_.push_back(word);
  return word.spoken;
}

void RoomBook::acknowledge(uint64_t number) { find(number).acknowledged = true; }

bool RoomBook::is_known(const Spoken& spoken) const {
  if (spoken.number == 0 || spoken.number > words_.size()) return false;
  const Spoken& known = words_[spoken.number - 1].spoken;
  return known.room == spoken.room && known.from == spoken.from;
}

void RoomBook::hear(uint64_t stay, const Spoken& spoken) {
  Stay& at = stays_.at(stay - 1);
  const std::string who = at.account + " in " + at.room, what = "\"" + spoken.body() + "\"";
  if (!is_known(spoken)) return book_.violate("nobody has said " + what);
  if (spoken.room != at.room) return book_.violate("crossed: " + who + " heard " + what);
  if (!at.heard.insert(spoken.number).second) return book_.violate("doubled: " + who + " heard twice " + what);
  Word& word = find(spoken.number);
  if (word.last_stay != 0 && stay > word.last_stay)
    return book_.violate("crossed: " + who + " heard what was said before it was destroyed: " + what);
  word.heard = true;
  if (at.last != 0) link(at.last, spoken.number, who);
  at.last = spoken.number;
}

void RoomBook::link(uint64_t before, uint64_t after, const std::string& where) {
  Word& first = find(before);
  Word& second = find(after);
  if (first.next == 0 && second.previous == 0) {
    first.next = after;
    second.previous = before;
  }
  if (first.next != after || second.previous != before) {
    book_.violate("out of order: " + where + " has after word " + std::to_string(before) + " word " +
                  std::to_string(after) + ", others have " + std::to_string(first.next) + ", and before that " +
                  std::to_string(second.previous));
  }
}

void RoomBook::contest(const std::string& room, const std::string& account) {
  for (Word& word : words_) {
    if (word.spoken.room == room && word.spoken.from == account && !word.heard) word.contested = true;
  }
}

void RoomBook::begin_eviction(const std::string& room, const std::string& account) {
  evicted_.emplace(room, account);
  contest(room, account);
}

void RoomBook::end_session(const std::string& room, const std::string& account) {
  if (evicted_.contains({room, account})) contest(room, account);
}

void RoomBook::fail_disk() {
  for (Word& word : words_) {
    if (!word.acknowledged) word.contested = true;
  }
}

void RoomBook::begin_trouble() {
  for (Word& word : words_) {
    const bool is_meant = book_.is_troubled(word.spoken.from) || book_.is_troubled(tenant_of(word.spoken.room));
    if (is_meant && !word.heard) word.contested = true;
  }
}

void RoomBook::begin_making(const std::string& room) {
  making_.insert(room);
  for (Word& word : words_) {
    if (word.spoken.room == room) word.contested = true;
  }
}

void RoomBook::begin_destruction(const std::string& room) {
  destructions_[room].push_back(words_.size());
  for (Word& word : words_) {
    if (word.spoken.room == room) word.contested = true;
  }
}

void RoomBook::end_destruction(const std::string& room, bool destroyed) {
  const size_t said_before = destructions_[room].front();
  destructions_[room].pop_front();
  if (!destroyed) return;
  for (Word& word : words_) {
    const bool is_before = word.spoken.room == room && word.spoken.number <= said_before;
    if (is_before && word.heard && word.last_stay == 0) word.last_stay = stays_.size();
  }
}

void RoomBook::compare_last(const std::string& room, const std::vector<uint64_t>& stays) {
  uint64_t last = 0;
  for (const uint64_t number : stays) {
    const Stay& stay = stays_.at(number - 1);
    if (stay.last == 0) continue;  // it has heard nothing, and so all
    if (last != 0 && stay.last != last) {
      book_.violate("lost: in " + room + " somebody has heard word " + std::to_string(std::max(last, stay.last)) +
                    " and " + stay.account + ", or another, only " + std::to_string(std::min(last, stay.last)));
    }
    last = stay.last;
  }
}

void RoomBook::see_archive(const std::string& room, const std::vector<Spoken>& whole) {
  std::set<uint64_t> numbers;
  uint64_t before = 0;
  for (const Spoken& spoken : whole) {
    const std::string what = "\"" + spoken.body() + "\"";
    if (!is_known(spoken)) return book_.violate("nobody has said, but the archive of " + room + " has " + what);
    if (spoken.room != room) return book_.violate("crossed: the archive of " + room + " has " + what);
    if (find(spoken.number).last_stay != 0) {
      return book_.violate("crossed: the archive of " + room + " has from before it was destroyed " + what);
    }
    if (!numbers.insert(spoken.number).second) {
      return book_.violate("doubled: the archive of " + room + " has twice " + what);
    }
    if (before != 0 && (find(before).next != 0 || find(spoken.number).previous != 0)) {
      link(before, spoken.number, "the archive of " + room);
    }
    before = spoken.number;
  }
  for (const Word& word : words_) {
    if (word.spoken.room != room || !word.acknowledged || word.bounced || word.contested) continue;
    if (!numbers.contains(word.spoken.number)) {
      book_.violate("lost: the archive of " + room + " has not \"" + word.spoken.body() + "\"");
    }
  }
}

}  // namespace teahouse::simulator
