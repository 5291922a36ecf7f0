#include "tests/simulator/room_visitor.h"

#include "tests/simulator/attribute.h"
#include "tests/simulator/device.h"
#include "xmpp/namespaces.h"

namespace teahouse::simulator {
namespace {

std::string make_nick(const std::string& account) {
  std::string nick = account;
  nick[nick.find('@')] = '-';
  return nick;
}

std::string account_of_nick(std::string nick) {
  nick[nick.find('-')] = '@';
  return nick;
}

bool has_status(const xml::Element& x, std::string_view code) {
  bool found = false;
  x.for_each_child([&](const xml::Element& each) {
    if (each.name() == "status" && each.attribute("code").value_or("") == code) found = true;
  });
  return found;
}

}  // namespace

const std::vector<std::string>& rooms_of_town() {
  static const std::vector<std::string> rooms{"hall@rooms.shop.example", "nook@rooms.shop.example",
                                              "hall@rooms.forum.example", "nook@rooms.forum.example"};
  return rooms;
}

bool is_hall(std::string_view room) { return room.starts_with("hall"); }

RoomVisitor::RoomVisitor(Scene& scene, Device& device)
    : scene_(scene), device_(device), nick_(make_nick(device.account())) {
  for (const std::string& room : rooms_of_town()) visits_[room];
}

bool RoomVisitor::is_in(const std::string& room) const { return visits_.at(room).place == Place::in; }

void RoomVisitor::act() {
  const std::string& room = rooms_of_town()[scene_.chance.below(rooms_of_town().size())];
  Visit& visit = visits_.at(room);
  if (visit.place == Place::out) return enter(room);
  if (visit.place != Place::in || visit.makes) return;
  switch (scene_.chance.below(24)) {
    case 0:
    case 1: return leave(room);
    case 2: return send_away(room);
    case 3:
      if (visit.owns && scene_.chance.one_in(4)) return destroy(room);
      return;
    default: return speak(room);
  }
}

void RoomVisitor::forget() {
  for (auto& [room, visit] : visits_) {
    if (visit.place != Place::out) scene_.rooms.end_session(room, device_.account());
    visit = {};
  }
  requests_.clear();
}

void RoomVisitor::enter(const std::string& room) {
  device_.note("enters " + room);
  Visit& visit = visits_.at(room);
  visit.place = Place::entering;
  visit.stay = scene_.rooms.begin_stay(room, device_.account());
  device_.send_stanza("<presence to='" + room + "/" + nick_ +
                      "'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='" +
                      std::to_string(scene_.chance.below(8)) + "'/></x></presence>");
}

void RoomVisitor::leave(const std::string& room) {
  device_.note("leaves " + room);
  visits_.at(room).place = Place::leaving;
  device_.send_stanza("<presence type='unavailable' to='" + room + "/" + nick_ + "'/>");
}

void RoomVisitor::speak(const std::string& room) {
  const Spoken spoken = scene_.rooms.speak(visits_.at(room).stay);
  device_.note("says in " + spoken.body());
  device_.send_stanza("<message to='" + room + "' type='groupchat' id='r" + std::to_string(spoken.number) + "'><body>" +
                          spoken.body() + "</body></message>",
                      [this, number = spoken.number] { scene_.rooms.acknowledge(number); });
}

// By a kick, or a ban, or the end of one; whether it may is the room's affair.
void RoomVisitor::send_away(const std::string& room) {
  const Visit& visit = visits_.at(room);
  std::vector<std::string> nicks(visit.nicks.begin(), visit.nicks.end());
  if (nicks.empty()) return;
  const std::string nick = scene_.chance.pick(nicks), account = account_of_nick(nick);
  std::string item;
  switch (scene_.chance.below(4)) {
    case 0: item = "<item nick='" + nick + "' role='none'/>"; break;
    case 1: item = "<item jid='" + account + "' affiliation='outcast'/>"; break;
    default: item = "<item jid='" + account + "' affiliation='none'/>"; break;
  }
  device_.note("wants in " + room + " " + item);
  scene_.rooms.begin_eviction(room, account);
  ask({Request::What::send_away, room, account},
      "<query xmlns='http://jabber.org/protocol/muc#admin'>" + item + "</query>");
}

void RoomVisitor::destroy(const std::string& room) {
  device_.note("destroys " + room);
  scene_.rooms.begin_destruction(room);
  ask({Request::What::destroy, room, {}}, "<query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query>");
}

void RoomVisitor::configure(const std::string& room) {
  device_.note("makes " + room);
  const std::string persistent =
      is_hall(room) ? "<field var='muc#roomconfig_persistentroom'><value>1</value></field>" : std::string();
  ask({Request::What::configure, room, {}},
      "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"
      "<field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>" +
          persistent + "</x></query>");
}

void RoomVisitor::ask(const Request& request, const std::string& payload) {
  const std::string id = "a" + std::to_string(++next_request_);
  requests_[id] = request;
  device_.send_stanza("<iq type='set' to='" + request.room + "' id='" + id + "'>" + payload + "</iq>");
}

bool RoomVisitor::take(const xml::Element& stanza) {
  const std::string from = attribute(stanza, "from"), room = from.substr(0, from.find('/'));
  if (!visits_.contains(room)) return false;
  if (stanza.name() == "iq") {
    const std::string type = attribute(stanza, "type");
    if ((type != "result" && type != "error") || !requests_.contains(attribute(stanza, "id"))) return false;
    take_answer(stanza);
  } else if (stanza.name() == "presence") {
    take_presence(room, from.size() > room.size() ? from.substr(room.size() + 1) : std::string(), stanza);
  } else {
    take_message(room, stanza);
  }
  return true;
}

void RoomVisitor::take_presence(const std::string& room, const std::string& nick, const xml::Element& presence) {
  Visit& visit = visits_.at(room);
  const std::string type = attribute(presence, "type");
  if (type == "error") {
    device_.note("may not enter " + room);
    if (visit.place == Place::entering) end_visit(room, visit);
    return;
  }
  const auto x = presence.child("x", ns::muc_user);
  if (x && has_status(*x, "110")) return take_own_presence(room, visit, presence);
  if (visit.place == Place::out) {
    return scene_.book.violate("crossed: " + device_.name() + " is not in " + room + ", and hears of " + nick);
  }
  if (type == "unavailable") {
    visit.nicks.erase(nick);
  } else {
    visit.nicks.insert(nick);
  }
}

void RoomVisitor::take_own_presence(const std::string& room, Visit& visit, const xml::Element& presence) {
  const auto x = presence.child("x", ns::muc_user);
  if (attribute(presence, "type") == "unavailable") {
    device_.note("is out of " + room);
    return end_visit(room, visit);
  }
  visit.nicks.insert(nick_);
  const auto item = x->child("item", ns::muc_user);
  visit.owns = item && attribute(*item, "affiliation") == "owner";
  if (visit.place == Place::entering) {
    device_.note("is in " + room);
    visit.place = Place::in;
  }
  if (!has_status(*x, "201")) return;
  visit.makes = true;
  scene_.rooms.begin_making(room);
  configure(room);
}

void RoomVisitor::end_visit(const std::string& room, Visit& visit) {
  scene_.rooms.contest(room, device_.account());
  visit = {};
}

void RoomVisitor::take_message(const std::string& room, const xml::Element& message) {
  const Visit& visit = visits_.at(room);
  if (attribute(message, "type") == "error") {
    const std::string id = attribute(message, "id");
    if (id.starts_with("r")) scene_.rooms.bounce(std::strtoull(id.c_str() + 1, nullptr, 10));
    return;
  }
  const std::string body = message.child_text("body", ns::client);
  if (body.empty()) return;  // a subject, or a change of the room
  const auto spoken = Spoken::parse(body);
  if (!spoken) return scene_.book.violate(device_.name() + " heard in " + room + " what nobody says: " + body);
  if (visit.place == Place::out) {
    return scene_.book.violate("crossed: " + device_.name() + " is not in " + room + ", and heard " + body);
  }
  const bool late = message.child("delay", ns::delay).has_value();
  device_.note("hears " + body + (late ? ", late" : ""));
  scene_.rooms.hear(visit.stay, *spoken);
}

void RoomVisitor::take_answer(const xml::Element& iq) {
  const auto found = requests_.find(attribute(iq, "id"));
  const Request request = found->second;
  requests_.erase(found);
  const bool done = attribute(iq, "type") == "result";
  device_.note("is told " + attribute(iq, "type") + " by " + request.room);
  if (request.what == Request::What::destroy) scene_.rooms.end_destruction(request.room, done);
  if (request.what != Request::What::configure) return;
  visits_.at(request.room).makes = false;
  if (done) return scene_.rooms.end_making(request.room);
  if (is_in(request.room)) leave(request.room);
}

}  // namespace teahouse::simulator
