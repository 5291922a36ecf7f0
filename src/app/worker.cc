#include "app/worker.h"

#include <latch>

#include "app/modules.h"
#include "net/unbound_dns.h"

namespace teahouse {
namespace {

constexpr int64_t drain_check_ms = 50;
using Accepted = std::unique_ptr<net::Connection>;

// The scripts that pages of other origins load; import() of a module needs CORS.
http::Response respond_asset(const http::StaticFiles& assets, const http::Request& request) {
  http::Response response = assets.respond(request, request.path);
  response.headers.add("Access-Control-Allow-Origin", "*");
  response.headers.add("Cross-Origin-Resource-Policy", "cross-origin");
  response.headers.add("X-Content-Type-Options", "nosniff");
  return response;
}

// All is its own; calls go to the same origin, and no page of another may frame it. Its own frames the preview of the
// chat.
constexpr std::string_view panel_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src "
    "'self'; frame-src 'self'; form-action 'none'; base-uri 'none'; require-trusted-types-for 'script'; "
    "frame-ancestors "
    "'";
constexpr std::string_view preview_page = "/panel/preview.html";

// Each address of the panel that is no file is one of its pages, which the script draws.
http::Response respond_panel(const http::StaticFiles& assets, const http::Request& request) {
  const bool is_file = assets.find(request.path) != nullptr && !request.path.ends_with('/');
  http::Response response = assets.respond(request, is_file ? request.path : "/panel/index.html");
  const bool is_preview = request.path == preview_page;
  response.headers.add("Content-Security-Policy", std::string(panel_policy) + (is_preview ? "self'" : "none'"));
  response.headers.add("Referrer-Policy", "no-referrer");
  response.headers.add("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.add("Cross-Origin-Resource-Policy", "same-origin");
  response.headers.add("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
  return response;
}

}  // namespace

Worker::Worker(unsigned index, Shared& shared, const net::TlsContexts& contexts, net::ConnectionLimit& connections,
               const c2s::Options& options)
    : loop_(index, shared.clock),
      strangers_(connections),
      contexts_(contexts),
      home_(loop_, shared),
      clients_(home_, contexts, options),
      components_(home_, options.login_timeout_s) {
  for (auto& module : make_modules()) home_.modules().add(std::move(module));
  // Nothing else is spoken there: one that asks for HTTP is let go.
  component_handshakes_.emplace(loop_, contexts, AlpnSplitter::Handovers{.xmpp = [this](Accepted c, std::string_view) {
                                  components_.accept(std::move(c));
                                }});
}

void Worker::make_splitter(const net::TlsContexts& contexts, bool has_relay) {
  AlpnSplitter::Handovers to{
      .xmpp = [this](Accepted c, std::string_view early) { clients_.accept(std::move(c), early); },
      .http = [this](Accepted c, std::string_view early) { http_->attach_started(std::move(c), early); }};
  if (has_relay) {
    to.stun = [this](Accepted c, std::string_view early) { accept_call(home_, std::move(c), early); };
  }
  alpn_splitter_.emplace(loop_, contexts, std::move(to));
}

Worker::~Worker() { join(); }

void Worker::return_memory_by(MemoryReturn& memory) {
  loop_.on_freed(MemoryReturn::worth_bytes, [&memory] { memory.ask(); });
}

void Worker::serve_http(std::unique_ptr<api::ApiContext> context, const http::StaticFiles& assets,
                        const http::ServerOptions& options) {
  calls_ = make_calls(home_);
  context_ = std::move(context);
  context_->calls = calls_.get();
  if (prober_) context_->prober = &*prober_;
  http::Router& routes = home_.http_routes();
  api::add_routes(routes, *context_);
  routes.add("GET", "/xmpp", [this](const http::Request& request, http::Responder responder) {
    clients_.accept(request, std::move(responder));
  });
  routes.add({"POST", "/http-bind",
              [this](http::Request request, http::Responder responder) {
                clients_.bosh().serve(std::move(request), std::move(responder));
              },
              c2s::BoshFront::body_rule()});
  routes.add("OPTIONS", "/http-bind", [](const http::Request&, http::Responder responder) {
    responder.send(c2s::BoshFront::answer_preflight());
  });
  for (const char* pattern : {"/w.js", "/w/{rest...}"}) {
    routes.add("GET", pattern, [&assets](const http::Request& request, http::Responder responder) {
      responder.send(respond_asset(assets, request));
    });
  }
  for (const char* pattern : {"/panel", "/panel/{rest...}"}) {
    routes.add("GET", pattern, [&assets](const http::Request& request, http::Responder responder) {
      responder.send(respond_panel(assets, request));
    });
  }
  http_.emplace(loop_, routes, options);
}

void Worker::answer_challenges(const acme::Challenges& challenges) {
  home_.http_routes().add("GET", "/.well-known/acme-challenge/{token}",
                          [&challenges](const http::Request& request, http::Responder responder) {
                            const auto text = challenges.find_token(request.capture("token"));
                            responder.send(text ? http::make_text(200, *text) : http::make_nothing_here(request));
                          });
}

void Worker::probe_domains(const OutsideOptions& options, domains::Target target) {
  outside_.emplace(loop_, options);
  domains::Prober::Ways ways{
      [this] { return outside_->dns(); },
      [this](http::ClientRequest request, http::Client::Done done) {
        return outside_->fetch(std::move(request), std::move(done));
      },
      [this](std::string domain, std::string ours) { return outlook_->look(std::move(domain), std::move(ours)); }};
  outlook_.emplace(loop_, *outside_, target, federation_ ? &*federation_ : nullptr);
  prober_.emplace(loop_, std::move(ways), std::move(target));
}

void Worker::send_pushes(const Config& config, VapidKeys& keys) {
  push_client_.emplace(loop_, config.push_ca_file, config.push_allow_private, config.dns_server);
  push_sender_.emplace(loop_, home_.clock(), [this](http::ClientRequest request, http::Client::Done done) {
    return push_client_->fetch(std::move(request), std::move(done));
  });
  teahouse::send_pushes(home_, *push_sender_, keys);
}

Result<void> Worker::federate(const Config& config, std::shared_ptr<const s2s::House> house) {
  auto dns = net::UnboundDns::make(loop_, {.server = config.dns_server, .trust_anchor_file = config.dns_trust_anchor});
  if (!dns) return dns.error();
  federation_.emplace(home_, std::move(*dns), std::move(house));
  peers_outside_.emplace(loop_, OutsideOptions{.dns_server = config.dns_server,
                                               .ca_file = config.s2s_ca_file,
                                               .allow_private = config.s2s_allow_private});
  federation_->fetch_by([this](http::ClientRequest request, http::Client::Done done) {
    return peers_outside_->fetch(std::move(request), std::move(done));
  });
  server_handshakes_.emplace(loop_, contexts_, AlpnSplitter::Handovers{.servers = [this](Accepted c, std::string_view) {
                               federation_->accept(std::move(c));
                             }});
  return {};
}

Result<void> Worker::open(const std::string& address, uint16_t& port, net::Listener::Accept accept) {
  if (address.empty()) return {};
  const std::string exact = port == 0 ? address : address.substr(0, address.rfind(':') + 1) + std::to_string(port);
  const auto whose = port == 0 ? net::Listener::Port::taken : net::Listener::Port::shared;
  auto listener = net::Listener::listen(loop_, exact, std::move(accept), whose, &strangers_);
  if (!listener) return listener.error();
  port = (*listener)->port();
  listeners_.push_back(std::move(*listener));
  return {};
}

Result<void> Worker::listen(const Config& config, Ports& ports) {
  make_splitter(contexts_, config.has_relay());
  auto opened = open(config.listen_c2s, ports.c2s, [this](Accepted c) { clients_.accept(std::move(c)); });
  if (!opened) return opened;
  opened = open(config.listen_c2s_tls, ports.c2s_tls,
                [this](Accepted c) { alpn_splitter_->accept(std::move(c), AlpnSplitter::Speaks::xmpp); });
  if (!opened) return opened;
  opened = open(config.listen_http, ports.http, [this](Accepted c) { http_->attach(std::move(c)); });
  if (!opened) return opened;
  opened = open(config.listen_https, ports.https,
                [this](Accepted c) { alpn_splitter_->accept(std::move(c), AlpnSplitter::Speaks::http); });
  if (!opened) return opened;
  opened = open(config.listen_components, ports.components, [this](Accepted c) { components_.accept(std::move(c)); });
  if (!opened) return opened;
  opened = open(config.listen_components_tls, ports.components_tls,
                [this](Accepted c) { component_handshakes_->accept(std::move(c), AlpnSplitter::Speaks::xmpp); });
  if (!opened) return opened;
  opened = open(config.listen_proxy65, ports.proxy65, [this](Accepted c) { accept_bytestream(home_, std::move(c)); });
  if (!opened) return opened;
  opened = open(config.listen_s2s, ports.s2s, [this](Accepted c) { federation_->accept(std::move(c)); });
  if (!opened) return opened;
  opened = open(config.listen_s2s_tls, ports.s2s_tls,
                [this](Accepted c) { server_handshakes_->accept(std::move(c), AlpnSplitter::Speaks::server); });
  if (!opened) return opened;
  return listen_for_calls(config, ports);
}

// The port is one for TCP and UDP.
Result<void> Worker::listen_for_calls(const Config& config, Ports& ports) {
  const bool is_first = ports.turn == 0;
  auto opened = open(config.listen_turn, ports.turn, [this](Accepted c) { accept_call(home_, std::move(c), {}); });
  if (opened && ports.turn) {
    const std::string& address = config.listen_turn;
    opened = listen_for_calls_by_udp(home_, address.substr(0, address.rfind(':') + 1) + std::to_string(ports.turn),
                                     is_first);
  }
  if (!opened) return opened;
  return open(config.listen_turn_tls, ports.turn_tls,
              [this](Accepted c) { alpn_splitter_->accept(std::move(c), AlpnSplitter::Speaks::stun); });
}

void Worker::run() {
  thread_ = std::thread([this] { loop_.run(); });
}

void Worker::refuse_more() {
  listeners_.clear();
  clients_.refuse_more();
  components_.refuse_more();
  if (federation_) federation_->refuse_more();
  home_.refuse_more();
  if (context_) context_->event_polls.end_all();
}

void Worker::drain(std::function<void()> done) {
  drained_ = std::move(done);
  home_.stop();
  clients_.stop();
  components_.stop();
  if (federation_) federation_->stop();
  http_->close();
  check_drained();
}

void Worker::check_drained() {
  const bool is_drained = clients_.count() == 0 && components_.count() == 0 &&
                          (!federation_ || federation_->count() == 0) && !http_->owes_answers();
  if (is_drained || drain_checks_left_-- == 0) {
    std::exchange(drained_, nullptr)();
    return;
  }
  drain_timer_ = loop_.start_timer(drain_check_ms, [this] { check_drained(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void on_all_workers(const std::vector<std::unique_ptr<Worker>>& workers,
                    const std::function<void(Worker&, const std::function<void()>&)>& work) {
  const auto left = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(workers.size()));
  for (const auto& worker : workers) {
    worker->loop().post([work, &worker, left] { work(*worker, [left] { left->count_down(); }); });
  }
  left->wait();
}

}  // namespace teahouse
