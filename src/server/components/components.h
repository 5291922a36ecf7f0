// Components: the streams of external components at one home (XEP-0114), and the way of stanzas to them.
//
// A component is a host of a tenant, of the kind `component`, for which a program elsewhere answers. Its stream lives
// at the home of its name (Homes::place_of), so what is for addresses at the name is led there. There is one for each
// name: a newer one takes the place of the older (conflict), which may be a connection that is dead and does not know
// it.
//
// Thread: its home's loop. Owns: the streams.
// Limits: ComponentStream's.
// Errors: service-unavailable for what is for a component that is not there.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/text_map.h"
#include "net/connection.h"
#include "server/commit_ticket.h"
#include "server/hook_list.h"
#include "server/place.h"
#include "xmpp/stanza.h"

namespace teahouse {
class Home;
}

namespace teahouse::components {

class ComponentStream;

class Components {
 public:
  Components(Home& home, int64_t login_timeout_s);
  ~Components();
  Components(const Components&) = delete;

  // `all` are those of all homes, by loop index: where streams move to.
  void set_siblings(const std::vector<Components*>& all) { siblings_ = all; }
  // A TCP connection; plain, or with its TLS handshake done.
  void accept(std::unique_ptr<net::Connection> connection);
  void refuse_more() { refuses_more_ = true; }  // takes nobody any more
  void stop();                                  // ends all streams
  size_t count() const { return streams_.size(); }

  Home& home() { return home_; }
  int64_t login_timeout_s() const { return login_timeout_s_; }

 private:
  friend class ComponentStream;
  struct ForComponent;  // a stanza on its way to the home of its component's name
  void deliver(const HostPtr& host, const Stanza& stanza, const TicketPtr& ticket);
  void follow(TenantId tenant);
  // Takes the stream to another home, where it arrives. REQUIRES: it is held; it is released when it has arrived.
  void move(const std::shared_ptr<ComponentStream>& stream, Place to);
  void take_place(ComponentStream& stream);
  void leave_place(ComponentStream& stream);
  void forget(ComponentStream& stream);  // it is destroyed at the end of the turn

  Home& home_;
  const int64_t login_timeout_s_;
  std::vector<Components*> siblings_;
  std::unordered_set<std::shared_ptr<ComponentStream>> streams_;
  TextMap<ComponentStream*> by_name_;  // those that are known
  std::vector<Hooked> hooked_;
  bool refuses_more_ = false;
};

}  // namespace teahouse::components
