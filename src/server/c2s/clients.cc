#include "server/c2s/clients.h"

#include "server/c2s/stream.h"
#include "server/c2s/websocket_transport.h"

namespace teahouse::c2s {

Clients::Clients(Home& home, const net::TlsContexts& contexts, const Options& options)
    : home_(home), contexts_(contexts), options_(options) {
  home.hooks().tenant_changed.push_back([this](const TenantPtr& tenant) { follow(tenant->id); });
  home.hooks().tenant_removed.push_back([this](const TenantPtr& tenant) { follow(tenant->id); });
}
Clients::~Clients() = default;

void Clients::accept(std::unique_ptr<net::Connection> connection) {
  const auto stream = *streams_.insert(std::make_shared<Stream>(*this)).first;
  stream->start(make_tcp_transport(std::move(connection), *stream));
}

void Clients::accept(const http::Request& request, http::Responder responder) {
  const auto stream = std::make_shared<Stream>(*this);
  auto transport = make_websocket_transport(request, std::move(responder), *stream);
  if (!transport) return;
  streams_.insert(stream);
  stream->start(std::move(*transport));
}

void Clients::stop() {
  const auto streams = streams_;
  for (const auto& stream : streams) {
    if (!stream->session()) stream->end("system-shutdown", "The server is being shut down.");
  }
}

void Clients::follow(TenantId tenant) {
  const auto streams = streams_;
  for (const auto& stream : streams) {
    if (stream->host_ && stream->host_->tenant->id == tenant) stream->follow_tenant();
  }
}

void Clients::forget(Stream& stream) {
  const auto found = streams_.find(stream.shared_from_this());
  if (found == streams_.end()) return;
  // Whoever calls may be one of the stream's own call-backs.
  home_.loop().at_turn_end([kept = *found] {});
  streams_.erase(found);
}

void Clients::move(const std::shared_ptr<Stream>& stream, Home& to, std::function<void()> arrived) {
  Clients* there = siblings_.at(to.loop().index());
  if (there == this) {
    arrived();
    stream->transport_->release();
    return;
  }
  streams_.erase(stream);
  stream->clients_ = there;
  stream->timer_.stop();
  stream->transport_->move_to(to.loop(), [there, stream, arrived = std::move(arrived)] {
    there->streams_.insert(stream);
    arrived();
    stream->transport_->release();
  });
}

}  // namespace teahouse::c2s
