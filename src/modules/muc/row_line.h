// RowLine: the rows that a room has asked its archive for, which are used in the order of their asking: several threads
// read the archive, and of two retractions of one message the first is to count, not the one whose row comes first.
//
// Thread: its room's home loop.
// Lifetime: shared, because rows may still be on their way when the room is gone.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <utility>

namespace teahouse::muc {

class Room;

class RowLine {
 public:
  // Is called with the room when its row has come; null: the room is gone, or another has its name now.
  using Use = std::function<void(Room* room)>;
  using Place = std::shared_ptr<Use>;  // empty: its row is on its way

  // To be taken when the row is asked for.
  Place take_place() { return line_.emplace_back(std::make_shared<Use>()); }

  // The row of this place is there. It is used, and so are those behind it that were waiting, unless one before it is
  // on its way: it waits for that.
  void come(const Place& place, Use use, Room* room) {
    *place = std::move(use);
    while (!line_.empty() && *line_.front()) {
      const Place first = std::move(line_.front());
      line_.pop_front();
      (*first)(room);
    }
  }

  bool empty() const { return line_.empty(); }

 private:
  std::deque<Place> line_;
};

}  // namespace teahouse::muc
