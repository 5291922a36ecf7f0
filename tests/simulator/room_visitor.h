// RoomVisitor: what a device does in rooms, and what it is told there (XEP-0045).
//
// Thread: one. Lifetime: its device has it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "xml/document.h"

namespace teahouse::simulator {

class Device;
struct Scene;

class RoomVisitor {
 public:
  RoomVisitor(Scene& scene, Device& device);

  // Enters, leaves, speaks, sends away, bans, destroys: whichever it can, by chance. REQUIRES: the device is ready.
  void act();
  // Its session is over: it is in no room.
  void forget();
  // True: the stanza was a room's.
  bool take(const xml::Element& stanza);

  bool is_in(const std::string& room) const;
  uint64_t stay_in(const std::string& room) const { return visits_.at(room).stay; }
  const std::set<std::string>& nicks_in(const std::string& room) const { return visits_.at(room).nicks; }
  const std::string& nick() const { return nick_; }

 private:
  enum class Place : uint8_t { out, entering, in, leaving };
  struct Visit {
    Place place = Place::out;
    uint64_t stay = 0;
    std::set<std::string> nicks;  // of everybody there, as the room tells
    bool makes = false;           // it waits for the room to take its configuration
    bool owns = false;
  };
  struct Request {
    enum class What : uint8_t { configure, send_away, destroy } what;
    std::string room, account;
  };

  void enter(const std::string& room);
  void leave(const std::string& room);
  void speak(const std::string& room);
  void send_away(const std::string& room);
  void destroy(const std::string& room);
  void configure(const std::string& room);
  void ask(const Request& request, const std::string& payload);
  void take_presence(const std::string& room, const std::string& nick, const xml::Element& presence);
  void take_own_presence(const std::string& room, Visit& visit, const xml::Element& presence);
  void take_message(const std::string& room, const xml::Element& message);
  void take_answer(const xml::Element& iq);
  void end_visit(const std::string& room, Visit& visit);

  Scene& scene_;
  Device& device_;
  const std::string nick_;
  std::map<std::string, Visit> visits_;  // by room; of all rooms that there may be
  std::map<std::string, Request> requests_;
  int next_request_ = 0;
};

// The rooms of a town: of each tenant a hall, that stays, and a nook, that goes with its last occupant.
const std::vector<std::string>& rooms_of_town();
bool is_hall(std::string_view room);

}  // namespace teahouse::simulator
