// ArchiveClient: what a device asks archives (XEP-0313): its own, for what is new since it asked last, or for all; and
// a room's for all.
//
// Thread: one. Lifetime: its device has it.
#pragma once

#include <string>
#include <vector>

#include "xml/document.h"

namespace teahouse::simulator {

class Device;
struct Scene;

class ArchiveClient {
 public:
  ArchiveClient(Scene& scene, Device& device) : scene_(scene), device_(device) {}

  // REQUIRES of all three: the device is ready, and this is idle.
  void catch_up();
  void fetch();
  void fetch_of(const std::string& room);
  bool is_idle() const { return !asks_; }
  // The session is over: no answer comes any more.
  void give_up() { asks_ = false; }
  // The name is another's: what it knows is not its own.
  void begin_anew();
  // True: the stanza was for this.
  bool take(const xml::Element& stanza);

  // Bodies.
  const std::vector<std::string>& had() const { return had_; }      // by catch_up()
  const std::vector<std::string>& whole() const { return whole_; }  // by the last fetch()
  bool is_whole() const { return is_whole_; }                       // the last fetch was not refused

 private:
  void begin_fetch(const std::string& of);
  void ask();
  void take_result(const xml::Element& result);
  void take_page_end(const xml::Element& iq);

  Scene& scene_;
  Device& device_;
  bool asks_ = false, asks_everything_ = false, is_whole_ = false;
  std::string of_;       // a room; empty: its own
  std::string last_id_;  // of what it knows of its own
  std::string page_id_;  // behind which the next page begins
  std::vector<std::string> had_, whole_, page_;
  int query_ = 0;
};

}  // namespace teahouse::simulator
