// RoomBook: what was said in rooms, who has heard it, and the rules of rooms.
//
// A stay is the time that one session spends in one room, from its word that it enters until the room says that it is
// out. A room is settled here where its archive lasts: the halls, which everybody makes persistent.
//
// Thread: one. Lifetime: the Book outlives it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/book.h"

namespace teahouse::simulator {

// One word in a room, as its body tells it.
struct Spoken {
  uint64_t number = 0;
  std::string room, from;  // the account

  std::string body() const { return "room " + std::to_string(number) + " " + room + " " + from; }
  static std::optional<Spoken> parse(const std::string& body);
};

class RoomBook {
 public:
  explicit RoomBook(Book& book) : book_(book) {}

  uint64_t begin_stay(const std::string& room, const std::string& account);
  Spoken speak(uint64_t stay);
  void acknowledge(uint64_t number);
  void bounce(uint64_t number) { find(number).bounced = true; }
  // Live, or of the history that the room told at the stay's begin.
  void hear(uint64_t stay, const Spoken& spoken);
  // Somebody wants the account out of the room: what it says from now on may be refused.
  void begin_eviction(const std::string& room, const std::string& account);
  // The room has said that it is out, so that it was when it took the words that nobody has heard; or its session is
  // over, and with it the errors that were on their way.
  void contest(const std::string& room, const std::string& account);
  void end_session(const std::string& room, const std::string& account);
  // The room was made anew and is not configured yet; then its archive keeps nothing.
  void begin_making(const std::string& room);
  void end_making(const std::string& room) { making_.erase(room); }
  void begin_destruction(const std::string& room);
  void end_destruction(const std::string& room, bool destroyed);
  void fail_disk();
  void begin_trouble();  // as Book has it

  // When all is quiet: what those in a room heard last.
  void compare_last(const std::string& room, const std::vector<uint64_t>& stays);
  // At the end: the whole archive of a room.
  void see_archive(const std::string& room, const std::vector<Spoken>& whole);
  size_t count() const { return words_.size(); }

 private:
  struct Word {
    Spoken spoken;
    uint64_t stay = 0;
    bool acknowledged = false, bounced = false, contested = false, heard = false;
    size_t last_stay = 0;  // that may hear it: those that begin later come to another room of the name; 0: all
    uint64_t next = 0;     // the word that everybody hears after it, as far as is known
    uint64_t previous = 0;
  };
  struct Stay {
    std::string room, account;
    std::set<uint64_t> heard;
    uint64_t last = 0;
  };
  Word& find(uint64_t number) { return words_.at(number - 1); }
  bool is_known(const Spoken& spoken) const;
  void link(uint64_t before, uint64_t after, const std::string& where);

  Book& book_;
  std::vector<Word> words_;
  std::vector<Stay> stays_;
  std::set<std::string> making_;
  std::set<std::pair<std::string, std::string>> evicted_;  // room and account, ever
  // Of destructions that have no answer yet, how many words had been said when each was asked for: what is said
  // meanwhile may be heard in the next room of the name already.
  std::map<std::string, std::deque<size_t>> destructions_;
};

}  // namespace teahouse::simulator
