#include "server/c2s/clients.h"

#include "http/problem.h"
#include "server/c2s/stream.h"
#include "server/c2s/websocket_transport.h"

namespace teahouse::c2s {
namespace {

// Every stream is looked after eight times in what it may be silent, and only so many at once that others have their
// turns between.
constexpr int64_t looks = 8;
constexpr int64_t look_ms_max = 1000;

}  // namespace

Clients::Clients(Home& home, const net::TlsContexts& contexts, const Options& options)
    : home_(home), contexts_(contexts), options_(options) {
  hooked_.push_back(home.hooks().tenant_changed.add([this](const TenantPtr& tenant) { follow(tenant->id); }));
  hooked_.push_back(home.hooks().tenant_removed.add([this](const TenantPtr& tenant) { follow(tenant->id); }));
}
Clients::~Clients() = default;

void Clients::set_siblings(const std::vector<Clients*>& all) {
  siblings_ = all;
  std::vector<BoshFront*> fronts;
  fronts.reserve(all.size());
  for (Clients* each : all) fronts.push_back(&each->bosh_);
  bosh_.set_siblings(std::move(fronts));
}

void Clients::accept(std::unique_ptr<net::Connection> connection, std::string_view early) {
  const auto stream =
      begin([&](Transport::Events& events) { return make_tcp_transport(std::move(connection), events, {}, early); });
  if (stream && !early.empty()) stream->xml_.transport().release();
}

void Clients::accept(const http::Request& request, http::Responder responder) {
  if (refuses_more_) {
    responder.send(http::make_problem(request, 503, "The server is being shut down."));
    return;
  }
  accept([&](Transport::Events& events) -> std::unique_ptr<Transport> {
    auto transport = make_websocket_transport(request, std::move(responder), events);
    return transport ? std::move(*transport) : nullptr;
  });
}

std::shared_ptr<Stream> Clients::begin(const std::function<std::unique_ptr<Transport>(Transport::Events&)>& make) {
  if (refuses_more_) return nullptr;
  const auto stream = std::make_shared<Stream>(*this);
  auto transport = make(stream->transport_events());
  if (!transport) return nullptr;
  add(stream);
  stream->start(std::move(transport));
  return stream;
}

void Clients::add(const std::shared_ptr<Stream>& stream) {
  stream->place_ = static_cast<uint32_t>(streams_.size());
  streams_.push_back(stream);
  if (options_.probe_after_s == 0 || look_timer_.running()) return;
  look_timer_ = home_.loop().start_timer(look_ms(), [this] { look_after_some(); });
}

bool Clients::has(const Stream& stream) const {
  return stream.place_ < streams_.size() && streams_[stream.place_].get() == &stream;
}

void Clients::remove(Stream& stream) {
  std::swap(streams_[stream.place_], streams_.back());
  streams_[stream.place_]->place_ = stream.place_;
  streams_.pop_back();
}

int64_t Clients::look_ms() const { return std::min(look_ms_max, options_.probe_after_s * 1000 / looks); }

void Clients::stop() {
  const auto streams = streams_;
  for (const auto& stream : streams) {
    if (!stream->session()) stream->end("system-shutdown", "The server is being shut down.");
  }
}

void Clients::follow(TenantId tenant) {
  const auto streams = streams_;
  for (const auto& stream : streams) {
    if (stream->host() && stream->host()->tenant->id == tenant) stream->follow_tenant();
  }
}

// One of the many portions. The last stream takes the place of one that goes, and may so be looked after once less or
// more; it is only a matter of when.
void Clients::look_after_some() {
  const auto portions = static_cast<size_t>(options_.probe_after_s * 1000 / looks / look_ms());
  std::vector<std::shared_ptr<Stream>> some;  // what they do may change the list
  for (size_t left = std::min(streams_.size() / portions + 1, streams_.size()); left > 0; --left) {
    looked_at_ = (looked_at_ + 1) % streams_.size();
    some.push_back(streams_[looked_at_]);
  }
  const int64_t now_ms = home_.clock().monotonic_ms();
  for (const auto& stream : some) stream->look_after(now_ms);
  if (!streams_.empty()) look_timer_ = home_.loop().start_timer(look_ms(), [this] { look_after_some(); });
}

void Clients::forget(Stream& stream) {
  if (!has(stream)) return;
  // The caller may be one of the stream's own call-backs.
  home_.loop().at_turn_end([kept = streams_[stream.place_]] {});
  remove(stream);
}

void Clients::move(const std::shared_ptr<Stream>& stream, Place to, std::function<void()> arrived) {
  Clients* there = siblings_.at(to.loop);
  if (there == this) {
    arrived();
    stream->xml_.transport().release();
    return;
  }
  remove(*stream);
  stream->clients_ = there;
  stream->leave_loop();
  stream->xml_.transport().move_to(there->home().loop(), [there, stream, arrived = std::move(arrived)] {
    there->add(stream);
    arrived();
    if (there->home().refuses_more()) stream->end("system-shutdown", "The server is being shut down.");
    stream->xml_.transport().release();
  });
}

}  // namespace teahouse::c2s
