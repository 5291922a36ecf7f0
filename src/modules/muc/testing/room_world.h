// RoomWorld: two tenants with accounts, two homes with the module, and clients that write XML and keep what they get;
// for tests.
//
// Thread: one; both loops turn on it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "account/testing/account_world.h"
#include "modules/muc/muc.h"
#include "net/loop.h"
#include "server/account_removal.h"
#include "server/home.h"
#include "store/memory/memory_plane.h"

namespace teahouse::testing {

// A client's end of a session. The stanzas that it got are kept as text with single quotes.
class Client final : public SessionStream {
 public:
  explicit Client(class RoomWorld& world) : world_(world) {}

  void send_stanza(const Stanza& stanza) override {
    std::string text;
    stanza.write(text);
    std::replace(text.begin(), text.end(), '"', '\'');
    got.push_back(std::move(text));
  }
  void send_nonza(std::string) override {}
  size_t queued_bytes() const override { return 0; }
  bool is_private() const override { return true; }
  void session_closed() override {}
  int64_t heard_ms() const override { return 0; }
  bool ask() override { return false; }
  int64_t silent_since_ms() const override { return 0; }
  void end(std::string_view, std::string_view) override {}
  void cut() override {}

  // Sends a stanza and lets everything happen that follows from it.
  void send(const std::string& xml);
  void give(const std::string& xml);  // sends it only
  // The same; what was got before is forgotten.
  void say(const std::string& xml) {
    forget();
    send(xml);
  }
  void forget();  // what all clients got

  // How many of the stanzas hold all of these.
  size_t count(const std::vector<std::string>& parts) const {
    return static_cast<size_t>(std::count_if(got.begin(), got.end(), [&](const std::string& stanza) {
      return std::all_of(parts.begin(), parts.end(),
                         [&](const auto& part) { return stanza.find(part) != stanza.npos; });
    }));
  }
  bool has(const std::vector<std::string>& parts) const { return count(parts) > 0; }
  // Where the first such stanza stands; the number of stanzas when there is none.
  size_t place(const std::vector<std::string>& parts) const {
    for (size_t i = 0; i < got.size(); ++i) {
      if (std::all_of(parts.begin(), parts.end(),
                      [&](const auto& part) { return got[i].find(part) != std::string::npos; }))
        return i;
    }
    return got.size();
  }
  std::string all() const {
    std::string text;
    for (const auto& stanza : got) text += stanza + "\n";
    return text;
  }

  std::vector<std::string> got;
  Session* session = nullptr;
  Home* home = nullptr;

 private:
  class RoomWorld& world_;
};

class RoomWorld : public AccountWorld {
 public:
  RoomWorld() {
    for (unsigned i = 0; i < 2; ++i) {
      loops.push_back(std::make_unique<net::Loop>(i, clock));
      homes.push_back(std::make_unique<Home>(*loops.back(), shared));
    }
    for (auto& each : homes) {
      each->modules().add(make_muc());
      each->set_tenant(shop);
      each->set_tenant(forum);
      plane->watch_commits(each->loop(), [to = each.get()](Lsn lsn) { to->commits().on_committed(lsn); });
    }
    for (const auto& tenant : {shop, forum}) {
      for (const char* user : {"romeo", "juliet", "nurse", "tybalt"}) EXPECT_TRUE(create(tenant, user));
    }
    settle();
  }
  ~RoomWorld() {
    come_to_rest([this] { settle(); });
  }

  Client& connect(const std::string& jid) {
    const FullJid full = *FullJid::parse(jid);
    auto client = std::make_unique<Client>(*this);
    client->home = homes[shared.homes.place_of(full.bare_view()).loop].get();
    bool asked = false;
    client->home->residents().with(full.bare(), [&](Result<Resident*> resident) {
      asked = true;
      ASSERT_TRUE(resident) << jid;
      client->session = *client->home->sessions().bind(**resident, full.resourcepart());
      client->session->attach(client.get());
      // Available, so that messages for the bare address reach it.
      client->session->set_presence(Stanza::make(StanzaKind::presence, StanzaType::none, {}));
    });
    while (!asked) turn(10);
    clients.push_back(std::move(client));
    return *clients.back();
  }

  void turn(int64_t wait_ms = 0) {
    for (const auto& loop : loops) loop->run_once(wait_ms);
  }
  // Storage in memory answers within a turn, so a few of them bring everything to rest.
  void settle() {
    for (int i = 0; i < 24; ++i) turn();
  }
  // Lets the loops' timers of so long a time run out.
  void pass_ms(int64_t ms) {
    for (int64_t left = ms; left > 0; left -= 10'000) {
      clock.advance_ms(std::min<int64_t>(left, 10'000));
      turn();
    }
    settle();
  }
  template <class T>
  T await(Task<T> task) {
    std::optional<T> result;
    start(std::move(task), &result);
    for (int i = 0; i < 200 && !result; ++i) {
      home.run_ready();
      turn();
    }
    EXPECT_TRUE(result) << "the task did not end";
    return std::move(*result);
  }
  // The account goes, with all that others keep of it, and another has its name.
  void replace_account(const TenantPtr& tenant, const std::string& localpart) {
    std::optional<Result<void>> removed;
    start(remove_account_whole(shared, *loops[0], tenant, localpart), &removed);
    while (!removed) turn(10);
    EXPECT_TRUE(*removed) << localpart;
    EXPECT_TRUE(create(tenant, localpart));
    settle();
  }
  // Enters a room; what was got by it stays.
  Client& enter(const std::string& jid, const std::string& address) {
    Client& client = connect(jid);
    client.send("<presence to='" + address + "'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
    return client;
  }
  // Enters a room that is not there and accepts its configuration as it is.
  Client& found(const std::string& jid, const std::string& address, const std::string& fields = {}) {
    Client& client = enter(jid, address);
    client.send("<iq type='set' id='found' to='" + address.substr(0, address.find('/')) +
                "'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>" +
                fields + "</x></query></iq>");
    EXPECT_TRUE(client.has({"<iq", "type='result'", "id='found'"})) << client.all();
    client.forget();
    return client;
  }

  std::unique_ptr<store::MemoryPlane> plane = std::make_unique<store::MemoryPlane>();
  LoginThrottle throttle{clock};
  ApiCallLimits limits{clock};
  Shared shared{clock, *plane, accounts, keys, throttle, limits, "fake", {}};
  std::vector<std::unique_ptr<net::Loop>> loops;
  std::vector<std::unique_ptr<Home>> homes;
  std::vector<std::unique_ptr<Client>> clients;
  std::unique_ptr<Rooms> rooms = make_muc_rooms(shared);
};

inline void Client::give(const std::string& xml) {
  const auto document = xml::Document::parse(SharedBytes(xml), {}, "jabber:client");
  ASSERT_TRUE(document) << document.error().text << xml;
  auto stanza = Stanza::read(*document);
  ASSERT_TRUE(stanza) << stanza.error().text << xml;
  home->router().receive(*session, std::move(*stanza));
}

inline void Client::send(const std::string& xml) {
  give(xml);
  world_.settle();
}

inline void Client::forget() {
  for (const auto& client : world_.clients) client->got.clear();
}

// A field of a submitted form.
inline std::string field(const std::string& var, const std::string& value) {
  return "<field var='" + var + "'><value>" + value + "</value></field>";
}

}  // namespace teahouse::testing
