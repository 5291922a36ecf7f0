#include "server/components/components.h"

#include "server/components/component_stream.h"
#include "server/home.h"

namespace teahouse::components {

struct Components::ForComponent {
  HostPtr host;
  std::shared_ptr<Stanza> stanza;
  TicketPtr ticket;
  void arrive(Home& here) {
    if (const auto* service = here.hooks().find_service(*host)) (*service)(host, std::move(*stanza), std::move(ticket));
  }
};

Components::Components(Home& home, int64_t login_timeout_s) : home_(home), login_timeout_s_(login_timeout_s) {
  hooked_.push_back(home.hooks().tenant_changed.add([this](const TenantPtr& tenant) { follow(tenant->id); }));
  hooked_.push_back(home.hooks().tenant_removed.add([this](const TenantPtr& tenant) { follow(tenant->id); }));
  hooked_.push_back(
      home.hooks().on_service(HostKind::component, [this](const HostPtr& host, Stanza stanza, const TicketPtr& ticket) {
        const Homes& homes = home_.shared().homes;
        const Place there = homes.place_of(host->domain);
        if (there == home_.place()) return deliver(host, stanza, ticket);
        auto carried = std::make_shared<Stanza>(std::move(stanza));
        homes.send(there, ForComponent{host, std::move(carried), ticket});
      }));
}
Components::~Components() = default;

void Components::accept(std::unique_ptr<net::Connection> connection) {
  if (refuses_more_) return;
  const auto stream = std::make_shared<ComponentStream>(*this);
  streams_.insert(stream);
  stream->start(std::move(connection));
}

void Components::stop() {
  const auto streams = streams_;
  for (const auto& stream : streams) stream->end("system-shutdown", "The server is being shut down.");
}

// Its host may have gone while the stanza was on its way.
void Components::deliver(const HostPtr& host, const Stanza& stanza, const TicketPtr& ticket) {
  const HostPtr now = home_.hosts().find(host->domain);
  const auto found = by_name_.find(host->domain);
  const bool is_there = now && now->tenant->id == host->tenant->id && found != by_name_.end();
  if (is_there && found->second->send(stanza)) return note(ticket, Ended::delivered);
  const Error away{ErrorKind::service_unavailable, "The service " + host->domain + " is not there now."};
  // To enter a service's place is a question (Arrivals).
  const bool asks = stanza.kind == StanzaKind::presence && stanza.type == StanzaType::none && stanza.to->is_full();
  if (asks) return home_.router().reply_error(stanza, away);
  home_.router().refuse(stanza, ticket, away);
}

void Components::follow(TenantId tenant) {
  const auto streams = streams_;
  for (const auto& stream : streams) {
    if (stream->tenant() == tenant) stream->follow();
  }
}

void Components::move(const std::shared_ptr<ComponentStream>& stream, Place to) {
  Components* there = siblings_.empty() ? this : siblings_.at(to.loop);
  if (there == this) {
    stream->arrive();
    stream->xml_.transport().release();
    return;
  }
  streams_.erase(stream);
  stream->components_ = there;
  stream->leave_loop();
  stream->xml_.transport().move_to(there->home_.loop(), [there, stream] {
    there->streams_.insert(stream);
    stream->arrive();
    if (there->home_.refuses_more()) stream->end("system-shutdown", "The server is being shut down.");
    stream->xml_.transport().release();
  });
}

void Components::take_place(ComponentStream& stream) {
  const auto found = by_name_.find(stream.name());
  if (found != by_name_.end()) found->second->end("conflict", "The component has connected once more.");
  by_name_.insert_or_assign(stream.name(), &stream);
}

void Components::leave_place(ComponentStream& stream) {
  const auto found = by_name_.find(stream.name());
  if (found == by_name_.end() || found->second != &stream) return;
  const std::string domain = stream.name();
  by_name_.erase(found);
  home_.hooks().component_left(domain);
}

void Components::forget(ComponentStream& stream) {
  leave_place(stream);
  const auto kept = stream.shared_from_this();
  if (streams_.erase(kept) > 0) home_.loop().at_turn_end([kept] {});  // the caller may be one of its own call-backs
}

}  // namespace teahouse::components
