// Conference: one call: who is in it, and a Jingle session for each stream, one way (XEP-0521).
//
// A participant's own streams are sessions that they initiate, up to streams_max of them (a camera, a screen); for each
// the conference initiates a session with every other participant. A participant is in the call as long as one of their
// streams is. The others are told their address in the room, and no other; and those who come later, what is muted.
//
// Thread: its home loop. Owns: its room and lines at the engine.
// Limits: Settings::participants_max; streams_max of one participant; Contents' and MediaEngine's.
// Errors: bad_request for what is not of the protocol; resource_constraint at a limit; item_not_found for a session
// that is not there (unknown-session is the caller's to add); feature_not_implemented for what sessions here have not.
// Spec: XEP-0521 0.1.0, XEP-0298, XEP-0166; docs/decisions/0041.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "modules/conferences/engine/media_engine.h"
#include "modules/conferences/jingle/contents.h"
#include "modules/conferences/words.h"
#include "xmpp/jid.h"

namespace teahouse::conferences {

class Conference {
 public:
  static constexpr size_t streams_max = 3, sid_max = 64;

  struct Settings {
    std::string address;  // of the conference
    int64_t participants_max = 20;
    std::vector<std::string> media_addresses;  // candidates with others are not told
  };
  struct Events {
    // An iq of type set goes to a participant; its id is the session's, where that begins with it.
    std::function<void(const FullJid& to, std::string id, std::string payload)> send;
    std::function<void(const std::string& info)> changed;  // <conference-info/>, as it is now
    std::function<void()> over;                            // nobody is in it any more; not to be destroyed in here
  };
  Conference(MediaEngine& engine, Settings settings, Events events);
  ~Conference();

  // A session-initiate of one who may enter. `occupant`: their address in the room.
  Result<void> join(const FullJid& who, const std::string& occupant, bool may_speak, const xml::Element& jingle);
  // Any other action.
  Result<void> handle(const FullJid& who, const xml::Element& jingle);
  // A session-initiate of ours has come back as an error.
  void bounce(const FullJid& who, const std::string& sid);
  void set_voice(const FullJid& who, bool may_speak);
  // They are out; a session that they still have ends with this reason and text.
  void remove(const FullJid& who, std::string_view reason, std::string_view text);
  void end(std::string_view reason, std::string_view text);

  bool empty() const { return participants_.empty(); }
  bool has(const FullJid& who) const { return participants_.contains(who.str()); }
  size_t size() const { return participants_.size(); }

 private:
  struct Published {
    std::string feed;
    std::vector<Content> contents;  // as they were offered
    std::unique_ptr<MediaEngine::Line> line;
    bool is_up = false;
    std::set<std::string> silent = {};  // media of which they have said that they are muted
  };
  struct Received {
    std::string feed;
    std::vector<Content> contents;
    std::unique_ptr<MediaEngine::Line> line;
    bool is_told = false, is_accepted = false;
  };
  struct Participant {
    FullJid jid;
    std::string occupant;
    bool may_speak = true;
    std::map<std::string, Published> published = {};  // by sid, as the next
    std::map<std::string, Received> received = {};
  };

  Participant* find(const std::string& who);
  void take_answer(const std::string& who, const std::string& sid, Result<std::string> sdp);
  void come_up(const std::string& who, const std::string& sid);
  void call_back(Participant& to, const Participant& from, const std::string& feed);
  void take_offer(const std::string& who, const std::string& sid, const std::string& from, Result<std::string> sdp);
  Result<void> accept(const FullJid& who, const std::string& sid, const xml::Element& jingle);
  static void note_mute(Published& stream, std::string_view verb, const std::string& media);
  void repeat_mutes(const FullJid& to, const std::string& sid);
  Result<void> pass_info(Participant& from, const std::string& sid, const xml::Element& jingle);
  void end_published(const std::string& who, const std::string& sid, std::string_view reason, std::string_view text);
  void forget_published(Participant& whose, const std::string& sid);
  void end_received(Participant& whose, const std::string& sid, std::string_view reason, std::string_view text);
  void drop_feed(const std::string& feed);
  void leave_if_silent(const std::string& who);
  void keep_reachable(Contents& contents) const;
  std::vector<Present> find_present() const;
  void tell_change();  // where there is one
  void say(const FullJid& to, const std::string& sid, const char* action, const std::string& inner,
           std::string id = {});
  void terminate(const FullJid& to, const std::string& sid, std::string_view reason, std::string_view text);

  const Settings settings_;
  const Events events_;
  std::unique_ptr<MediaEngine::Room> room_;
  std::map<std::string, Participant> participants_;  // by their full addresses
  std::vector<Present> told_;
  uint64_t last_feed_ = 0, last_id_ = 0, version_ = 0;
};

}  // namespace teahouse::conferences
