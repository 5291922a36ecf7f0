#include "tests/simulator/device.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "crypto/encoding.h"
#include "tests/simulator/attribute.h"
#include "xmpp/namespaces.h"

namespace teahouse::simulator {
namespace {

constexpr size_t cheats_seldom = 5;

// Of a message that this device sent; none for what its site has said for its user.
std::optional<uint64_t> read_own_id(std::string_view id) {
  uint64_t number = 0;
  if (!id.starts_with('m')) return std::nullopt;
  const auto read = std::from_chars(id.data() + 1, id.data() + id.size(), number);
  if (read.ec != std::errc() || read.ptr != id.data() + id.size()) return std::nullopt;
  return number;
}

uint32_t count_of(const xml::Element& element) {
  return static_cast<uint32_t>(std::strtoul(attribute(element, "h").c_str(), nullptr, 10));
}

}  // namespace

Device::Device(Scene& scene, const Person& person, std::string kind)
    : scene_(scene),
      person_(person),
      account_(person.address()),
      kind_(std::move(kind)),
      keeps_resource_(scene.chance.one_in(3)),
      resource_(kind_),
      name_(account_ + "/" + resource_),
      archive_(scene, *this),
      rooms_(scene, *this),
      contacts_(scene, *this),
      blocks_(scene, *this) {}

void Device::connect(RunningServer& server) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
  fd_ = ends[0];
  note(resume_id_.empty() ? "connects" : "connects, to resume");
  authenticated_ = false;
  open();
  server.accept(ends[1], scene_.chance);
}

void Device::open() {
  state_ = State::opening;
  restarts_ = true;
  send("<?xml version='1.0'?><stream:stream xmlns='jabber:client' version='1.0' to='" + person_.domain +
       "' xmlns:stream='http://etherx.jabber.org/streams'>");
}

void Device::lose_connection() {
  if (fd_ < 0) return;
  ::close(fd_);
  fd_ = -1;
  out_.clear();
  state_ = State::away;
}

void Device::reset() {
  if (fd_ < 0) return;
  note("its connection breaks");
  lose_connection();
}

void Device::close() {
  note("ends its stream");
  send("</stream:stream>");
  resume_id_.clear();
  write_some(true);
  lose_connection();
}

void Device::exchange(bool all) {
  if (fd_ >= 0) write_some(all);
  if (fd_ >= 0) read_some(all);
}

void Device::write_some(bool all) {
  while (!out_.empty()) {
    const size_t some = all || scene_.chance.one_in(2) ? out_.size() : 1 + scene_.chance.below(out_.size());
    const ssize_t written = ::send(fd_, out_.data(), some, MSG_NOSIGNAL);
    if (written <= 0) return;  // that it is closed is read
    out_.erase(0, static_cast<size_t>(written));
    if (!all) return;
  }
}

void Device::read_some(bool all) {
  std::array<char, 4096> bytes;
  const size_t most = all || scene_.chance.one_in(2) ? bytes.size() : 1 + scene_.chance.below(200);
  const ssize_t got = ::recv(fd_, bytes.data(), most, 0);
  if (got > 0) return take({bytes.data(), static_cast<size_t>(got)});
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
  note("the server closed the connection");
  lose_connection();
}

void Device::take(std::string_view bytes) {
  while (!bytes.empty() && fd_ >= 0) {
    if (std::exchange(restarts_, false)) parser_.reset();
    switch (parser_.next(bytes)) {
      case xml::StreamParser::Step::need_more: return;
      case xml::StreamParser::Step::stream_open: break;
      case xml::StreamParser::Step::element: {
        const xml::Document document = parser_.take_element();
        on_element(document.root());
        break;
      }
      case xml::StreamParser::Step::stream_close: lose_connection(); return;
      case xml::StreamParser::Step::fault:
        scene_.book.violate("the server wrote to " + name_ + " what is no XML: " + parser_.fault_text());
        lose_connection();
        return;
    }
  }
}

void Device::on_element(const xml::Element& element) {
  const std::string_view name = element.name();
  if (name == "features") return on_features();
  if (element.ns() == ns::sasl) {
    if (name == "challenge") {
      const std::string challenge = crypto::parse_base64(element.text()).value();
      return send("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" +
                  crypto::to_base64(scram_->respond(challenge)) + "</response>");
    }
    if (name == "success") {
      authenticated_ = true;
      return open();
    }
    note("its login is refused: " + std::string(element.inner()));
    return lose_connection();
  }
  if (element.ns() == ns::sm) {
    if (name == "enabled") return on_enabled(element);
    if (name == "resumed") return on_resumed(element);
    if (name == "a") return on_handled(element);
    if (name == "r") return acknowledge();
    note("its session is gone");
    return bind();  // <failed/>
  }
  if (name == "error" && element.ns() == ns::stream) {
    note("stream error: " + std::string(element.inner()));
    return lose_connection();
  }
  on_stanza(element);
}

void Device::on_features() {
  if (!authenticated_) {
    scram_.emplace(person_.localpart, person_.password, std::to_string(scene_.chance.next()));
    return send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>" +
                crypto::to_base64(scram_->first()) + "</auth>");
  }
  if (resume_id_.empty()) return bind();
  state_ = State::authenticated;
  send("<resume xmlns='urn:xmpp:sm:3' h='" + std::to_string(received_) + "' previd='" + resume_id_ + "'/>");
}

void Device::bind() {
  state_ = State::binding;
  resume_id_.clear();
  archive_.give_up();
  rooms_.forget();
  contacts_.forget();
  blocks_.forget();
  if (!keeps_resource_) {
    resource_ = kind_ + "-" + std::to_string(++sessions_);
    name_ = account_ + "/" + resource_;
  }
  send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>" + resource_ +
       "</resource></bind></iq>");
}

void Device::on_bound(const xml::Element& element) {
  if (attribute(element, "type") != "result") {
    note("it may not bind");
    return lose_connection();
  }
  state_ = State::enabling;
  chain_ = scene_.book.begin_chain(account_);
  if (std::exchange(owner_, scene_.book.owner(account_)) != owner_) archive_.begin_anew();
  handled_ = 0;
  unhandled_.clear();  // nobody knows what became of these
  send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
}

void Device::on_enabled(const xml::Element& element) {
  note("has a new session");
  resume_id_ = attribute(element, "id");
  received_ = 0;
  copies_since_.reset();
  state_ = State::ready;
  is_quiet_ = true;
  if (!scene_.chance.one_in(4)) send_stanza("<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>");
  if (!scene_.chance.one_in(8)) contacts_.fetch_roster();
  if (!scene_.chance.one_in(3)) appear();
}

void Device::appear() {
  if (!std::exchange(is_quiet_, false)) return;
  appears_ = true;
  may_miss_presence_ = scene_.book.disk_fails();
  send_stanza("<presence/>", [this] { appears_ = false; });
}

void Device::doubt_unhandled(const std::string& account) {
  contacts_.doubt_unhandled(account);
  may_miss_presence_ = may_miss_presence_ || appears_;
}

void Device::on_resumed(const xml::Element& element) {
  note("has resumed its session");
  state_ = State::ready;
  on_handled(element);
  for (const Sent& sent : unhandled_) send(sent.xml);
}

// A stanza that the server says to have handled is stored.
void Device::on_handled(const xml::Element& element) {
  const uint32_t now = count_of(element), more = now - handled_;
  if (more > unhandled_.size()) {
    return scene_.book.violate("the server acknowledged to " + name_ + " more than it sent: " + std::to_string(now) +
                               ", after " + std::to_string(handled_) + ", of " +
                               std::to_string(handled_ + unhandled_.size()));
  }
  for (uint32_t i = 0; i < more; ++i) {
    if (unhandled_.front().acknowledged) unhandled_.front().acknowledged();
    unhandled_.pop_front();
  }
  handled_ = now;
}

void Device::send_stanza(const std::string& xml, std::function<void()> acknowledged) {
  unhandled_.push_back({xml, std::move(acknowledged)});
  send(xml);
}

void Device::say(const std::string& to, bool is_certain) {
  const Said said = scene_.book.say(chain_, to.substr(0, to.find('/')), is_certain);
  note("says to " + to + ": " + said.body());
  send_stanza("<message to='" + to + "' type='chat' id='m" + std::to_string(said.number) + "'><body>" + said.body() +
                  "</body></message>",
              [this, number = said.number] { scene_.book.acknowledge(number); });
}

void Device::compare_copies() const {
  if (is_ready() && copies_since_) scene_.book.compare_copies(chain_, *copies_since_);
}

void Device::acknowledge() { send("<a xmlns='urn:xmpp:sm:3' h='" + std::to_string(received_) + "'/>"); }

void Device::ask_for_acknowledgement() { send("<r xmlns='urn:xmpp:sm:3'/>"); }

void Device::on_stanza(const xml::Element& stanza) {
  if (state_ == State::binding && attribute(stanza, "id") == "bind") return on_bound(stanza);
  ++received_;
  if (archive_.take(stanza) || rooms_.take(stanza) || blocks_.take(stanza)) return;
  if (stanza.name() == "message") return on_message(stanza);
  contacts_.take(stanza);
  if (attribute(stanza, "id") == "c" && attribute(stanza, "type") == "result") copies_since_ = scene_.book.count();
  if (stanza.name() != "iq") return;
  const std::string type = attribute(stanza, "type");
  if (type == "get" || type == "set") { send_stanza("<iq type='result' id='" + attribute(stanza, "id") + "'/>"); }
}

void Device::on_message(const xml::Element& message) {
  for (const auto& [name, way] : {std::pair{"received", Way::carbon_received}, std::pair{"sent", Way::carbon_sent}}) {
    const auto carbon = message.child(name, ns::carbons);
    const auto forwarded = carbon ? carbon->child("forwarded", ns::forward) : std::nullopt;
    const auto inner = forwarded ? forwarded->child("message", ns::client) : std::nullopt;
    if (inner) return see(*inner, way);
  }
  see(message, Way::message);
}

void Device::see(const xml::Element& message, Way way) {
  if (attribute(message, "type") == "error") {
    const std::string id = attribute(message, "id");
    note("gets back " + id);
    if (const auto number = read_own_id(id)) scene_.book.bounce(*number);
    return;
  }
  const auto said = Said::parse(message.child_text("body", ns::client));
  if (!said) return scene_.book.violate(name_ + " got what nobody says: " + std::string(message.outer()));
  const bool delayed = message.child("delay", ns::delay).has_value();
  note(std::string(way == Way::message ? "gets " : "gets a copy of ") + said->body() + (delayed ? ", late" : ""));
  cheat({*said, way, delayed});
}

void Device::tell(const Seen& seen) { scene_.book.see(chain_, seen.said, seen.way, seen.delayed); }

void Device::cheat(const Seen& seen) {
  const Cheat cheat = scene_.cheat == Cheat::none || !scene_.chance.one_in(cheats_seldom) ? Cheat::none : scene_.cheat;
  if (cheat == Cheat::lose) return;
  if (cheat == Cheat::cross) return scene_.book.see(scene_.chance.below(chain_) + 1, seen.said, seen.way, seen.delayed);
  if (cheat == Cheat::double_up) tell(seen);
  if (cheat == Cheat::reorder && !held_back_) {
    held_back_ = seen;
    return;
  }
  tell(seen);
  if (held_back_) tell(*std::exchange(held_back_, std::nullopt));
}

}  // namespace teahouse::simulator
