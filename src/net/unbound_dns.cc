// libunbound calls back out of ub_process(), where its context may not be deleted. So what it tells is noted, and the
// owners hear of it after that call. A look-up has a number of its own: a call that comes late with one that has ended
// (a timer, a query that is destroyed) finds nothing.
#include "net/unbound_dns.h"

#include <sys/epoll.h>
#include <unbound.h>
#include <unistd.h>

#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/log.h"
#include "net/address.h"
#include "net/dns_records.h"

namespace teahouse::net {
namespace {

constexpr int class_internet = 1;
constexpr int rcode_no_error = 0;

// Fewer bytes of cache than a resolver for many would have; and the resolver may be one on this machine.
constexpr std::array<std::pair<const char*, const char*>, 5> settings = {{{"msg-cache-size:", "1m"},
                                                                          {"rrset-cache-size:", "2m"},
                                                                          {"key-cache-size:", "512k"},
                                                                          {"neg-cache-size:", "512k"},
                                                                          {"do-not-query-localhost:", "no"}}};

DnsAnswer to_answer(const ub_result& result) {
  DnsAnswer answer;
  answer.validated = result.secure != 0;
  answer.exists = result.nxdomain == 0;
  answer.ttl_s = result.ttl;
  for (int i = 0; result.havedata && result.data[i] && answer.records.size() < UnboundDns::records_max; ++i) {
    const auto size = static_cast<size_t>(result.len[i]);
    if (size <= UnboundDns::record_bytes_max) answer.records.emplace_back(result.data[i], size);
  }
  return answer;
}

// "127.0.0.1:5353" as libunbound writes it: "127.0.0.1@5353".
Result<std::string> make_forward(const std::string& server) {
  const auto address = parse_address(server);
  if (!address || address->both_families) {
    return Error{ErrorKind::bad_request, "\"" + server + "\" is no DNS server's address; write 192.0.2.53:53"};
  }
  return format_ip(address->storage) + "@" + std::to_string(port_of(address->storage));
}

}  // namespace

struct UnboundDns::State final : Pollable, std::enable_shared_from_this<UnboundDns::State> {
  struct Lookup {
    State& state;
    uint64_t serial;
    std::string name;
    Done done;
    Timer deadline;
    int async_id = 0;  // libunbound's; 0: it does not know of this one
  };
  struct Asked final : Query {
    Asked(std::weak_ptr<State> owner, uint64_t of) : state(std::move(owner)), serial(of) {}
    ~Asked() override {
      if (const auto owner = state.lock()) owner->forget(serial);
    }
    std::weak_ptr<State> state;
    uint64_t serial;
  };

  State(Loop& home, UnboundOptions chosen) : loop(home), options(std::move(chosen)) {}
  ~State() override { close(); }

  Result<void> open();
  void close();
  void on_ready(uint32_t events) override;
  static void on_result(void* lookup, int error, ub_result* result);
  void begin(Lookup& lookup, DnsType type);
  void fail_soon(Lookup& lookup, Error error);
  void tell(uint64_t serial, Result<DnsAnswer> result);
  void forget(uint64_t serial);

  Loop& loop;
  UnboundOptions options;
  ub_ctx* context = nullptr;
  uint64_t next_serial = 0;
  std::unordered_map<uint64_t, std::unique_ptr<Lookup>> lookups;
  std::vector<std::pair<uint64_t, Result<DnsAnswer>>> ended;  // by ub_process(), not told yet
};

Result<void> UnboundDns::State::open() {
  context = ub_ctx_create();
  if (!context) return Error{ErrorKind::service_unavailable, "libunbound could not be started; is there memory?"};
  ub_ctx_debugout(context, nullptr);
  ub_ctx_async(context, 1);
  for (const auto& [option, value] : settings) ub_ctx_set_option(context, option, value);
  if (options.server.empty()) {
    ub_ctx_resolvconf(context, nullptr);  // without one it asks the root servers itself
    ub_ctx_hosts(context, nullptr);
  } else {
    const auto forward = make_forward(options.server);
    if (!forward) return forward.error();
    if (const int error = ub_ctx_set_fwd(context, forward->c_str()); error != 0) {
      return Error{ErrorKind::bad_request,
                   "the DNS server " + options.server + " cannot be used: " + ub_strerror(error)};
    }
  }
  if (const std::string& anchor = options.trust_anchor_file; !anchor.empty()) {
    if (::access(anchor.c_str(), R_OK) != 0 || ub_ctx_add_ta_file(context, anchor.c_str()) != 0) {  // it reads it later
      return Error{ErrorKind::bad_request, "the DNSSEC trust anchor " + anchor + " cannot be read"};
    }
  }
  loop.watch(ub_fd(context), EPOLLIN, *this);
  return {};
}

void UnboundDns::State::close() {
  lookups.clear();
  if (!context) return;
  if (const int fd = ub_fd(context); fd >= 0) loop.unwatch(fd);
  ub_ctx_delete(std::exchange(context, nullptr));
}

void UnboundDns::State::begin(Lookup& lookup, DnsType type) {
  const int error = ub_resolve_async(context, lookup.name.c_str(), static_cast<int>(type), class_internet, &lookup,
                                     &State::on_result, &lookup.async_id);
  if (error != 0) {
    return fail_soon(
        lookup, {ErrorKind::remote_server_not_found, lookup.name + " could not be looked up: " + ub_strerror(error)});
  }
  lookup.deadline = loop.start_timer(options.timeout_ms, [this, serial = lookup.serial] {
    const auto self = shared_from_this();
    const auto found = lookups.find(serial);
    ub_cancel(context, found->second->async_id);
    tell(serial, Error{ErrorKind::remote_server_timeout, "no DNS server answered in time for " + found->second->name});
  });
}

void UnboundDns::State::fail_soon(Lookup& lookup, Error error) {
  loop.post([weak = weak_from_this(), serial = lookup.serial, error = std::move(error)] {
    if (const auto self = weak.lock()) self->tell(serial, error);
  });
}

void UnboundDns::State::on_ready(uint32_t /*events*/) {
  const auto self = shared_from_this();
  if (const int error = ub_process(context); error != 0) {
    log::error("net", "libunbound's answers cannot be read; names are not found", {{"error", ub_strerror(error)}});
    loop.unwatch(ub_fd(context));  // the look-ups end by their deadlines
  }
  for (auto& [serial, result] : std::exchange(ended, {})) tell(serial, std::move(result));
}

void UnboundDns::State::on_result(void* lookup, int error, ub_result* result) {
  Lookup& ended_one = *static_cast<Lookup*>(lookup);
  const auto end = [&ended_one](Result<DnsAnswer> with) {
    ended_one.async_id = 0;
    ended_one.state.ended.emplace_back(ended_one.serial, std::move(with));
  };
  const auto fail = [&](ErrorKind kind, const std::string& why) {
    end(Error{kind, "DNS has no answer for " + ended_one.name + ": " + why});
  };
  if (error != 0) {
    fail(ErrorKind::remote_server_timeout, ub_strerror(error));
  } else if (result->bogus) {
    fail(ErrorKind::remote_server_not_found,
         std::string("DNSSEC says that it is forged: ") + (result->why_bogus ? result->why_bogus : ""));
  } else if (result->rcode != rcode_no_error && !result->nxdomain) {
    fail(ErrorKind::remote_server_timeout, "the servers failed (rcode " + std::to_string(result->rcode) + ")");
  } else {
    end(to_answer(*result));
  }
  ub_resolve_free(result);
}

// The call may destroy the query, or all of this.
void UnboundDns::State::tell(uint64_t serial, Result<DnsAnswer> result) {
  const auto found = lookups.find(serial);
  if (found == lookups.end()) return;
  const auto lookup = std::move(found->second);
  lookups.erase(found);
  lookup->done(std::move(result));
}

void UnboundDns::State::forget(uint64_t serial) {
  const auto found = lookups.find(serial);
  if (found == lookups.end()) return;
  if (context && found->second->async_id != 0) ub_cancel(context, found->second->async_id);
  lookups.erase(found);
}

Result<std::unique_ptr<UnboundDns>> UnboundDns::make(Loop& loop, UnboundOptions options) {
  auto state = std::make_shared<State>(loop, std::move(options));
  if (auto opened = state->open(); !opened) return opened.error();
  // tidy: allow new: make_unique cannot call a private constructor
  return std::unique_ptr<UnboundDns>(new UnboundDns(std::move(state)));
}

UnboundDns::UnboundDns(std::shared_ptr<State> state) : state_(std::move(state)) {}
UnboundDns::~UnboundDns() { state_->close(); }

std::unique_ptr<Dns::Query> UnboundDns::find(const std::string& name, DnsType type, Done done) {
  State& state = *state_;
  const uint64_t serial = ++state.next_serial;
  const bool too_many = state.lookups.size() >= state.options.queries_max;
  auto made = std::make_unique<State::Lookup>(State::Lookup{state, serial, name, std::move(done), Timer()});
  State::Lookup& lookup = *state.lookups.emplace(serial, std::move(made)).first->second;
  const auto normal = normal_dns_name(name);
  if (!normal) {
    state.fail_soon(lookup, {ErrorKind::bad_request, "\"" + name + "\" is no DNS name"});
  } else if (too_many) {
    state.fail_soon(lookup, {ErrorKind::resource_constraint, "too many names are being looked up; try again later"});
  } else {
    lookup.name = *normal;
    state.begin(lookup, type);
  }
  return std::make_unique<State::Asked>(state_, serial);
}

size_t UnboundDns::queries() const { return state_->lookups.size(); }

}  // namespace teahouse::net
