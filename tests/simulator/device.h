// Device: a client of a person: a socket, and behind it a client as they are: it logs in, binds, enables stream
// management, resumes, talks, acknowledges, reads its archive; and it breaks off at any byte.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/archive_client.h"
#include "tests/simulator/block_client.h"
#include "tests/simulator/book.h"
#include "tests/simulator/chance.h"
#include "tests/simulator/contact_book.h"
#include "tests/simulator/contact_client.h"
#include "tests/simulator/room_book.h"
#include "tests/simulator/room_visitor.h"
#include "tests/simulator/scram_client.h"
#include "tests/simulator/server.h"
#include "tests/simulator/trace.h"
#include "xml/stream_parser.h"

namespace teahouse::simulator {

// A cheat does one of these to messages on their way, so that it is known that the judge sees it.
enum class Cheat : uint8_t { none, lose, double_up, cross, reorder };

// The things that all devices of a run share.
struct Scene {
  Chance& chance;
  Book& book;
  RoomBook& rooms;
  ContactBook& contacts;
  Trace& trace;
  Cheat cheat = Cheat::none;
};

class Device {
 public:
  Device(Scene& scene, const Person& person, std::string kind);
  ~Device() { reset(); }
  Device(const Device&) = delete;

  const std::string& account() const { return account_; }
  const std::string& name() const { return name_; }  // its full JID
  bool is_connected() const { return fd_ >= 0; }
  bool is_ready() const { return state_ == State::ready; }
  bool is_available() const { return is_ready() && !is_quiet_; }
  bool keeps_resource() const { return keeps_resource_; }
  const std::string& resource() const { return resource_; }

  void connect(RunningServer& server);
  void reset();                                  // the connection breaks
  void close();                                  // it says goodbye; its session ends
  void forget_session() { resume_id_.clear(); }  // it binds anew when it connects
  // Some bytes go, some come, and it does what follows from those.
  void exchange(bool all = false);

  // REQUIRES of all that follow: is_ready().
  void say(const std::string& to, bool is_certain = true);
  // It is available from now on, if it was not: until then it has copies alone.
  void appear();
  void acknowledge();
  void ask_for_acknowledgement();
  ArchiveClient& archive() { return archive_; }
  RoomVisitor& rooms() { return rooms_; }
  ContactClient& contacts() { return contacts_; }
  BlockClient& blocks() { return blocks_; }
  // It may not know of all that were available before it was: the disk failed meanwhile.
  bool may_miss_presence() const { return may_miss_presence_; }
  void doubt_unhandled(const std::string& account = {});  // what it has sent may not arrive (as ContactClient has it)
  // `acknowledged` is called when the server says that it has handled the stanza.
  void send_stanza(const std::string& xml, std::function<void()> acknowledged = {});
  void compare_copies() const;                         // when all is quiet
  bool is_idle() const { return unhandled_.empty(); }  // the server has handled all that it sent

  void note(const std::string& what) { scene_.trace.add(name_, what); }

 private:
  enum class State { away, opening, authenticating, authenticated, binding, enabling, ready };
  struct Sent {
    std::string xml;
    std::function<void()> acknowledged;
  };

  void open();
  void send(const std::string& xml) { out_ += xml; }
  void write_some(bool all);
  void read_some(bool all);
  void take(std::string_view bytes);
  void on_element(const xml::Element& element);
  void on_features();
  void bind();
  void on_bound(const xml::Element& element);
  void on_enabled(const xml::Element& element);
  void on_resumed(const xml::Element& element);
  void on_handled(const xml::Element& element);
  void on_stanza(const xml::Element& stanza);
  void on_message(const xml::Element& message);
  void see(const xml::Element& message, Way way);
  struct Seen {
    Said said;
    Way way = Way::message;
    bool delayed = false;
  };
  void tell(const Seen& seen);
  void cheat(const Seen& seen);
  void lose_connection();

  Scene& scene_;
  const Person& person_;
  const std::string account_, kind_;
  // Most take another resource in each session. One that keeps its own may be told by rooms what was for the session
  // that had it before, and goes into none.
  const bool keeps_resource_;
  std::string resource_, name_;
  int fd_ = -1;
  State state_ = State::away;
  bool authenticated_ = false;
  std::string out_;
  xml::StreamParser parser_;
  bool restarts_ = false;
  std::optional<ScramClient> scram_;

  int sessions_ = 0, owner_ = 0;
  uint64_t chain_ = 0;
  std::string resume_id_;
  uint32_t received_ = 0;       // stanzas since <enabled/>
  uint32_t handled_ = 0;        // of ours, as the server says
  std::deque<Sent> unhandled_;  // the others

  std::optional<size_t> copies_since_;  // so many messages had been said when it had copies
  bool is_quiet_ = false;               // has sent no presence yet
  ArchiveClient archive_;
  RoomVisitor rooms_;
  ContactClient contacts_;
  BlockClient blocks_;
  bool appears_ = false;  // the server has not handled its first presence yet
  bool may_miss_presence_ = false;
  std::optional<Seen> held_back_;  // by a cheat
};

}  // namespace teahouse::simulator
