// THE list of modules, of which a home consists, in the order in which their hooks run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/connection.h"
#include "server/calls.h"
#include "server/module.h"
#include "server/pushes.h"
#include "server/rooms.h"
#include "transfer/row_form.h"

namespace teahouse {

class CallsModule;
class Home;
struct Shared;
class VapidKeys;
class Worker;
struct Config;
struct Ports;
namespace webpush {
class Sender;
}

std::vector<std::unique_ptr<Module>> make_modules();
// How rows of modules leave with an export, as XEP-0227 has them.
std::vector<transfer::RowForm> make_row_forms();
// The rooms as the HTTP API sees them; one for all homes. Lifetime: the server outlives it.
std::unique_ptr<Rooms> make_rooms(Shared& shared);
// The same of devices that are woken by pushes.
std::unique_ptr<Pushes> make_pushes(Shared& shared, VapidKeys& keys);
// The home's pushes leave by this sender. Lifetime: both outlive the home's loop. REQUIRES: that does not run yet.
void send_pushes(Home& home, webpush::Sender& sender, VapidKeys& keys);
// The tenants' proxies (XEP-0065) are there, and clients reach them at this port of `host`; where that is empty, of
// each proxy's own domain. `workers` are all, by the indices of their loops. Lifetime: their homes outlive the loops'
// last turns. REQUIRES: no loop runs yet.
void serve_bytestreams(const std::vector<std::unique_ptr<Worker>>& workers, const std::string& host, uint16_t port);
// A connection to the proxies. REQUIRES: they are served, and called on the home's loop.
void accept_bytestream(Home& home, std::unique_ptr<net::Connection> connection);

// The relay of calls is there, as this configuration says. `allocations_max` of all loops together. Errors:
// bad_request for an address that has to be said; the text names the setting.
Result<void> serve_calls(const std::vector<std::unique_ptr<Worker>>& workers, const Config& config,
                         const std::string& secret, int64_t allocations_max);
// The engine of a loop's group calls, which its home hosts from now on.
struct GroupCalls {
  std::string engine;                  // the program
  std::string folder;                  // its own
  std::vector<std::string> addresses;  // IP addresses at which its ports are reached
  bool are_local = true;               // this machine has them
  uint16_t first_port = 0, last_port = 0;
};
// Errors: service_unavailable, with a sentence: the program is not there.
Result<void> host_group_calls(Worker& worker, const GroupCalls& calls);
// Group calls are there, where their engine is; else a warning says what is missing. Errors: as above.
Result<void> serve_group_calls(const std::vector<std::unique_ptr<Worker>>& workers, const Config& config);
// This home's users are told of it (XEP-0215). Lifetime: `calls` is the home's.
void offer_relay(Home& home, const CallsModule& calls);
// The home's calls as the HTTP API sees them. Lifetime: the home outlives it.
std::unique_ptr<Calls> make_calls(Home& home);
// Its UDP port at this home's loop, of which the first takes it. REQUIRES: it is served, and no loop runs yet.
Result<void> listen_for_calls_by_udp(Home& home, const std::string& address, bool is_first);
// Its clients are told of these ports.
void tell_call_ports(const std::vector<std::unique_ptr<Worker>>& workers, const Config& config, const Ports& ports);
// A connection to it, of which these bytes came already. REQUIRES: called on the home's loop.
void accept_call(Home& home, std::unique_ptr<net::Connection> connection, std::string_view early);

}  // namespace teahouse
