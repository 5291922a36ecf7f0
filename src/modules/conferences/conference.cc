#include "modules/conferences/conference.h"

#include <algorithm>

#include "base/random.h"
#include "xmpp/namespaces.h"

namespace teahouse::conferences {
namespace {

constexpr std::string_view passed_on[] = {"active", "hold", "unhold", "mute", "unmute"};

std::string sid_of(const xml::Element& jingle) { return std::string(jingle.attribute("sid").value_or("")); }

// The participant's own streams: nothing else goes this way (XEP-0521 section 5).
Result<Contents> read_one_way(const xml::Element& jingle) {
  auto contents = read_contents(jingle);
  if (!contents) return contents;
  for (const Content& each : contents->contents) {
    if (each.senders != Senders::initiator) {
      return bad_request("Streams go one way in a conference: each <content/> has senders='initiator' (XEP-0521).");
    }
  }
  return contents;
}

std::vector<std::string> names_of(const std::vector<Content>& contents) {
  std::vector<std::string> names;
  names.reserve(contents.size());
  for (const Content& each : contents) names.push_back(each.name);
  return names;
}

}  // namespace

Conference::Conference(MediaEngine& engine, Settings settings, Events events)
    : settings_(std::move(settings)), events_(std::move(events)) {
  MediaEngine::Limits limits;
  limits.feeds_max = settings_.participants_max * static_cast<int64_t>(streams_max);
  room_ = engine.open(limits);
}

// Lines end before their room.
Conference::~Conference() { participants_.clear(); }

Conference::Participant* Conference::find(const std::string& who) {
  const auto found = participants_.find(who);
  return found == participants_.end() ? nullptr : &found->second;
}

Result<void> Conference::join(const FullJid& who, const std::string& occupant, bool may_speak,
                              const xml::Element& jingle) {
  const std::string sid = sid_of(jingle);
  if (sid.empty() || sid.size() > sid_max) return bad_request("A session has a 'sid' of at most 64 bytes.");
  auto contents = read_one_way(jingle);
  if (!contents) return contents.error();
  Participant* there = find(who.str());
  if (there && (there->published.contains(sid) || there->received.contains(sid))) {
    return Error{ErrorKind::conflict, "There is a session with this 'sid' already."};
  }
  if (there && there->published.size() >= streams_max) {
    return Error{ErrorKind::resource_constraint, "You send as many streams into this call as one may."};
  }
  if (!there && participants_.size() >= static_cast<size_t>(settings_.participants_max)) {
    return Error{ErrorKind::resource_constraint, "This call is full: " + std::to_string(settings_.participants_max) +
                                                     " people are in it, as many as there may be."};
  }
  if (!there) there = &participants_.emplace(who.str(), Participant{who, occupant, may_speak}).first->second;
  Published& stream = there->published[sid];
  stream.feed = std::to_string(++last_feed_);
  stream.contents = contents->contents;
  const std::string& name = who.str();
  stream.line =
      room_->publish(stream.feed, write_sdp(*contents, Role::initiator),
                     {[this, name, sid](Result<std::string> sdp) { take_answer(name, sid, std::move(sdp)); },
                      [this, name, sid] { come_up(name, sid); },
                      [this, name, sid](const std::string&) {
                        end_published(name, sid, "connectivity-error", "The connection for media is lost. Call again.");
                      }});
  return {};
}

void Conference::take_answer(const std::string& who, const std::string& sid, Result<std::string> sdp) {
  Participant* participant = find(who);
  if (!participant || !participant->published.contains(sid)) return;
  Published& stream = participant->published[sid];
  auto contents = sdp ? read_sdp(*sdp, Role::responder, names_of(stream.contents)) : Result<Contents>(sdp.error());
  if (!contents) {
    const bool is_theirs = contents.error().kind == ErrorKind::bad_request;
    return end_published(who, sid, is_theirs ? "failed-application" : "general-error", contents.error().text);
  }
  keep_reachable(*contents);
  for (Content& each : contents->contents) each.senders = Senders::initiator;
  say(participant->jid, sid, "session-accept", write_with_focus(*contents, {}));
}

void Conference::come_up(const std::string& who, const std::string& sid) {
  Participant* participant = find(who);
  if (!participant || !participant->published.contains(sid)) return;
  Published& stream = participant->published[sid];
  if (stream.is_up) return;
  const bool is_first =
      std::ranges::none_of(participant->published, [](const auto& each) { return each.second.is_up; });
  stream.is_up = true;
  if (!participant->may_speak) room_->silence(stream.feed, true);
  for (auto& [name, other] : participants_) {
    if (name == who) continue;
    const bool is_in = std::ranges::any_of(other.published, [](const auto& each) { return each.second.is_up; });
    if (!is_in) continue;
    call_back(other, *participant, stream.feed);
    if (!is_first) continue;
    for (const auto& [its_sid, its] : other.published) {
      if (its.is_up) call_back(*participant, other, its.feed);
    }
  }
  if (is_first) tell_change();
}

void Conference::call_back(Participant& to, const Participant& from, const std::string& feed) {
  const std::string sid = random_token(22), who = to.jid.str();
  Received& session = to.received[sid];
  session.feed = feed;
  session.line =
      room_->subscribe(feed, {[this, who, sid, occupant = from.occupant](Result<std::string> sdp) {
                                take_offer(who, sid, occupant, std::move(sdp));
                              },
                              [] {},
                              [this, who, sid](const std::string&) {
                                Participant* whose = find(who);
                                if (whose)
                                  end_received(*whose, sid, "connectivity-error", "The connection for media is lost.");
                              }});
}

void Conference::take_offer(const std::string& who, const std::string& sid, const std::string& from,
                            Result<std::string> sdp) {
  Participant* to = find(who);
  if (!to || !to->received.contains(sid)) return;
  auto contents = sdp ? read_sdp(*sdp, Role::initiator, {}) : Result<Contents>(sdp.error());
  if (!contents) {
    to->received.erase(sid);
    return;
  }
  keep_reachable(*contents);
  for (Content& each : contents->contents) each.senders = Senders::initiator;
  Received& session = to->received[sid];
  session.contents = contents->contents;
  session.is_told = true;
  say(to->jid, sid, "session-initiate", write_with_focus(*contents, from), sid);
}

Result<void> Conference::handle(const FullJid& who, const xml::Element& jingle) {
  const std::string sid = sid_of(jingle);
  const std::string_view action = jingle.attribute("action").value_or("");
  Participant* participant = find(who.str());
  const Error unknown{ErrorKind::item_not_found, "There is no such session."};
  if (!participant) return unknown;
  const auto received = participant->received.find(sid);
  const bool is_received = received != participant->received.end() && received->second.is_told;
  if (!is_received && !participant->published.contains(sid)) return unknown;
  if (action == "session-terminate") {
    if (is_received) {
      participant->received.erase(received);
    } else {
      forget_published(*participant, sid);
    }
    return {};
  }
  if (action == "session-accept" && is_received) return accept(who, sid, jingle);
  if (action == "session-info") return pass_info(*participant, sid, jingle);
  if (action == "transport-info") return {};  // their machine comes to ours: no candidate of theirs is of use
  if (action == "session-accept") return Error{ErrorKind::unexpected_request, "This session is yours."};
  return Error{ErrorKind::feature_not_implemented,
               "Sessions of a conference do not change. Begin another one for other streams."};
}

Result<void> Conference::accept(const FullJid& who, const std::string& sid, const xml::Element& jingle) {
  Received& session = find(who.str())->received[sid];
  if (session.is_accepted) return Error{ErrorKind::unexpected_request, "This session is accepted already."};
  auto said = read_contents(jingle);
  if (!said) return said.error();
  Contents answer;
  answer.bundle = said->bundle;
  for (const Content& offered : session.contents) {
    const auto found = std::ranges::find(said->contents, offered.name, &Content::name);
    if (found == said->contents.end()) return bad_request("The content '" + offered.name + "' has no answer.");
    answer.contents.push_back(*found);
    answer.contents.back().senders = Senders::initiator;
    answer.contents.back().description.media = offered.description.media;
  }
  session.is_accepted = true;
  session.line->accept(write_sdp(answer, Role::responder));
  repeat_mutes(who, sid);
  return {};
}

// A newcomer has not heard what was said before.
void Conference::repeat_mutes(const FullJid& to, const std::string& sid) {
  const Received& session = find(to.str())->received[sid];
  for (const auto& [name, other] : participants_) {
    for (const auto& [its_sid, stream] : other.published) {
      if (stream.feed != session.feed) continue;
      for (const Content& each : session.contents) {
        if (!stream.silent.contains(each.description.media)) continue;
        say(to, sid, "session-info", write_rtp_info("mute", each.name));
      }
    }
  }
}

// `media`: empty for all.
void Conference::note_mute(Published& stream, std::string_view verb, const std::string& media) {
  if (verb != "mute" && verb != "unmute") return;
  for (const Content& each : stream.contents) {
    if (!media.empty() && each.description.media != media) continue;
    if (verb == "mute") {
      stream.silent.insert(each.description.media);
    } else {
      stream.silent.erase(each.description.media);
    }
  }
}

// XEP-0167 section 9: what they say of their stream, others hear of theirs. An empty session-info asks whether the
// session is there.
Result<void> Conference::pass_info(Participant& from, const std::string& sid, const xml::Element& jingle) {
  const auto info = jingle.first_child();
  if (!info) return {};
  const bool is_known =
      info->ns() == ns::jingle_rtp_info && std::ranges::find(passed_on, info->name()) != std::end(passed_on);
  const auto stream = from.published.find(sid);
  if (!is_known) return Error{ErrorKind::feature_not_implemented, "This information is not passed on here."};
  if (stream == from.published.end()) return {};
  const auto name = info->attribute("name");
  std::string media;
  for (const Content& each : stream->second.contents) {
    if (name && each.name == *name) media = each.description.media;
  }
  if (name && media.empty()) return bad_request("There is no content of this name.");
  note_mute(stream->second, info->name(), media);
  for (auto& [who, other] : participants_) {
    for (auto& [its_sid, session] : other.received) {
      if (!session.is_told || session.feed != stream->second.feed) continue;
      const auto its =
          std::ranges::find_if(session.contents, [&](const Content& each) { return each.description.media == media; });
      const std::string its_name = its == session.contents.end() ? std::string() : its->name;
      if (name && its_name.empty()) continue;
      say(other.jid, its_sid, "session-info", write_rtp_info(info->name(), its_name));
    }
  }
  return {};
}

void Conference::bounce(const FullJid& who, const std::string& sid) {
  Participant* participant = find(who.str());
  if (participant) participant->received.erase(sid);
}

void Conference::set_voice(const FullJid& who, bool may_speak) {
  Participant* participant = find(who.str());
  if (!participant || participant->may_speak == may_speak) return;
  participant->may_speak = may_speak;
  for (const auto& [sid, stream] : participant->published) {
    if (stream.is_up) room_->silence(stream.feed, !may_speak);
  }
  tell_change();
}

void Conference::remove(const FullJid& who, std::string_view reason, std::string_view text) {
  const Participant* participant = find(who.str());
  if (!participant) return;
  std::vector<std::string> sids;
  for (const auto& [sid, stream] : participant->published) sids.push_back(sid);
  for (const std::string& sid : sids) end_published(who.str(), sid, reason, text);
}

void Conference::end(std::string_view reason, std::string_view text) {
  std::vector<FullJid> all;
  for (const auto& [name, participant] : participants_) all.push_back(participant.jid);
  for (const FullJid& each : all) remove(each, reason, text);
}

void Conference::end_published(const std::string& who, const std::string& sid, std::string_view reason,
                               std::string_view text) {
  Participant* participant = find(who);
  if (!participant || !participant->published.contains(sid)) return;
  terminate(participant->jid, sid, reason, text);
  forget_published(*participant, sid);
}

void Conference::forget_published(Participant& whose, const std::string& sid) {
  const std::string who = whose.jid.str();
  drop_feed(whose.published[sid].feed);
  whose.published.erase(sid);
  leave_if_silent(who);
}

void Conference::end_received(Participant& whose, const std::string& sid, std::string_view reason,
                              std::string_view text) {
  const auto found = whose.received.find(sid);
  if (found == whose.received.end()) return;
  if (found->second.is_told) terminate(whose.jid, sid, reason, text);
  whose.received.erase(found);
}

// Nobody gets it any more.
void Conference::drop_feed(const std::string& feed) {
  for (auto& [name, other] : participants_) {
    std::vector<std::string> sids;
    for (const auto& [sid, session] : other.received) {
      if (session.feed == feed) sids.push_back(sid);
    }
    for (const std::string& sid : sids) end_received(other, sid, "success", {});
  }
}

// The last of their streams is over: they are not in the call any more.
void Conference::leave_if_silent(const std::string& who) {
  Participant* participant = find(who);
  if (!participant || !participant->published.empty()) return;
  while (!participant->received.empty()) {
    end_received(*participant, std::string(participant->received.begin()->first), "success", {});
  }
  participants_.erase(who);
  tell_change();
  if (participants_.empty()) events_.over();
}

void Conference::keep_reachable(Contents& contents) const {
  for (Content& content : contents.contents) {
    std::erase_if(content.transport.candidates, [this](const Candidate& candidate) {
      return std::ranges::find(settings_.media_addresses, candidate.ip) == settings_.media_addresses.end();
    });
  }
}

std::vector<Present> Conference::find_present() const {
  std::vector<Present> present;
  for (const auto& [name, participant] : participants_) {
    const bool is_in = std::ranges::any_of(participant.published, [](const auto& each) { return each.second.is_up; });
    if (is_in) present.push_back({participant.occupant, participant.may_speak});
  }
  return present;
}

void Conference::tell_change() {
  std::vector<Present> present = find_present();
  if (present == told_) return;
  told_ = std::move(present);
  const std::string now = write_conference_info(settings_.address, ++version_, told_);
  for (const auto& [name, participant] : participants_) {
    const auto stream = std::ranges::find_if(participant.published, [](const auto& each) { return each.second.is_up; });
    if (stream != participant.published.end()) say(participant.jid, stream->first, "session-info", now);
  }
  events_.changed(now);
}

void Conference::say(const FullJid& to, const std::string& sid, const char* action, const std::string& inner,
                     std::string id) {
  if (id.empty()) id = "c" + std::to_string(++last_id_);
  events_.send(to, std::move(id), write_jingle(settings_.address, sid, action, inner));
}

void Conference::terminate(const FullJid& to, const std::string& sid, std::string_view reason, std::string_view text) {
  say(to, sid, "session-terminate", write_reason(reason, text));
}

}  // namespace teahouse::conferences
