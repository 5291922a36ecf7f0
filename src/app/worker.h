// Worker: one event loop with all that lives on it: home, client streams, HTTP, listeners; and its thread.
//
// Thread: made and started by the main thread; everything inside belongs to the loop's own.
#pragma once

#include <memory>
#include <optional>
#include <thread>

#include "acme/challenges.h"
#include "api/api.h"
#include "app/alpn_splitter.h"
#include "app/config.h"
#include "app/memory_return.h"
#include "app/outlook.h"
#include "app/outside.h"
#include "app/push_client.h"
#include "domains/prober.h"
#include "http/static_files.h"
#include "net/listener.h"
#include "net/strangers.h"
#include "server/c2s/clients.h"
#include "server/components/components.h"
#include "server/home.h"
#include "server/s2s/federation.h"
#include "tenant/vapid_keys.h"
#include "webpush/sender.h"

namespace teahouse {

// Which port each listener got; 0: it is off.
struct Ports {
  uint16_t c2s = 0, c2s_tls = 0, http = 0, https = 0, components = 0, components_tls = 0, proxy65 = 0, turn = 0,
           turn_tls = 0, s2s = 0, s2s_tls = 0;
};

class Worker {
 public:
  Worker(unsigned index, Shared& shared, const net::TlsContexts& contexts, net::ConnectionLimit& connections,
         const c2s::Options& options);
  ~Worker();

  Home& home() { return home_; }
  net::Loop& loop() { return loop_; }
  c2s::Clients& clients() { return clients_; }
  components::Components& components() { return components_; }
  // Talks with other servers from now on. REQUIRES: before listen() and run(). Errors: those of UnboundDns::make.
  Result<void> federate(const Config& config, std::shared_ptr<const s2s::House> house);

  // `memory` is asked when much was freed. REQUIRES: before run().
  void return_memory_by(MemoryReturn& memory);
  // Sets up the HTTP side, whose routes need the things that the whole server shares. REQUIRES: before run().
  void serve_http(std::unique_ptr<api::ApiContext> context, const http::StaticFiles& assets,
                  const http::ServerOptions& options);
  void send_pushes(const Config& config, VapidKeys& keys);                    // REQUIRES: before run()
  void probe_domains(const OutsideOptions& options, domains::Target target);  // REQUIRES: before serve_http()
  void answer_challenges(const acme::Challenges& challenges);  // REQUIRES: serve_http() was called, before run()
  domains::Prober& prober() { return *prober_; }
  // Opens the listeners; a port 0 in `ports` takes what the configuration says, anything else that port.
  Result<void> listen(const Config& config, Ports& ports);
  void run();  // starts the thread
  // The three steps of the end; all workers have done one, and what is under way has arrived, before any begins the
  // next, so that nobody who is sent away comes in again by another. Thread: the loop's.
  // Takes nobody in any more, and nothing from those inside.
  void refuse_more();
  // Ends all streams, and calls back when their clients have closed and requests are answered (or 5 s later).
  void drain(std::function<void()> done);
  // Writes the sessions that outlive the server. REQUIRES: nothing is under way that would still change one of them.
  void park() { home_.park(); }
  void join();

 private:
  void check_drained();
  Result<void> open(const std::string& address, uint16_t& port, net::Listener::Accept accept);
  void make_splitter(const net::TlsContexts& contexts, bool has_relay);
  Result<void> listen_for_calls(const Config& config, Ports& ports);

  net::Loop loop_;
  net::Strangers strangers_;
  const net::TlsContexts& contexts_;
  std::unique_ptr<Calls> calls_;              // the context names it
  std::unique_ptr<api::ApiContext> context_;  // the home's routes name it
  Home home_;
  std::optional<PushClient> push_client_;
  std::optional<webpush::Sender> push_sender_;
  std::optional<Outside> outside_;
  std::optional<Outside> peers_outside_;  // files of other servers' domains
  std::optional<Outlook> outlook_;
  std::optional<domains::Prober> prober_;
  c2s::Clients clients_;
  components::Components components_;
  std::optional<s2s::Federation> federation_;
  std::optional<http::Server> http_;
  std::optional<AlpnSplitter> alpn_splitter_, component_handshakes_, server_handshakes_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  std::thread thread_;
  std::function<void()> drained_;
  net::Timer drain_timer_;
  int drain_checks_left_ = 100;
};

// Runs the work on all loops at once, and waits until each has called `done`. Thread: the main thread's, while they
// run.
void on_all_workers(const std::vector<std::unique_ptr<Worker>>& workers,
                    const std::function<void(Worker&, const std::function<void()>& done)>& work);

}  // namespace teahouse
