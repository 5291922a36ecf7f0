// A packet has an address that anybody may have written there, so nothing of it is believed
// until the integrity is right, and that takes a nonce, which was sent to this address (Nonces). Before that, answers
// are small, one for a request, and so many a second for one network; and no state is made.
#include "calls/turn.h"

#include "account/network.h"
#include "crypto/hash.h"
#include "crypto/md5.h"

namespace teahouse::calls {
namespace {

constexpr uint16_t algorithm_md5 = 1, algorithm_sha256 = 2;
constexpr std::string_view algorithms{"\0\2\0\0\0\1\0\0", 8};  // SHA-256, MD5; without parameters

enum Code : int { bad_request = 400, unauthorized = 401, unknown_attribute = 420, stale_nonce = 438 };

}  // namespace

Turn::Turn(const Clock& clock, House& house, PortSource& ports, std::function<TenantPtr(TenantId)> tenant,
           Counters counters)
    : clock_(clock),
      house_(house),
      ports_(ports),
      tenant_(std::move(tenant)),
      shared_{counters.relayed_bytes, counters.dropped_packets} {}
Turn::~Turn() = default;

Allocation* Turn::find(const LineKey& key) {
  const auto found = allocations_.find(key);
  return found == allocations_.end() || found->second->is_over() ? nullptr : found->second.get();
}

void Turn::receive(Line& line, std::string_view packet) {
  if (packet.size() < channel_header_bytes) return;
  if (!StunMessage::is_begun(packet)) {
    const uint16_t channel = read_u16(packet, 0);
    const size_t size = read_u16(packet, 2);
    Allocation* const allocation = find(line.key());
    if (!allocation || channel < channel_min || channel > channel_max) return;
    if (size > packet.size() - channel_header_bytes) return;
    allocation->send(channel, packet.substr(channel_header_bytes, size));
    return;
  }
  const auto message = StunMessage::parse(packet);
  if (!message) return;
  if (message->is(Method::send, MessageClass::indication)) return handle_send(line, *message);
  if (message->is(Method::binding, MessageClass::request)) return answer_binding(line, *message);
  if (message->message_class() == MessageClass::request) handle_request(line, *message);
}

bool Turn::may_answer(const Line& line) {
  const TokenRate rate = TokenRate::per_second(answers_per_s, answers_burst);
  return answers_.take_ms(network_of(line.key().client.format_ip()), shared_.now_ms, rate) == 0;
}

void Turn::answer_binding(Line& line, const StunMessage& message) {
  if (!may_answer(line)) return;
  if (!message.unknown().empty()) return refuse_unknown(line, message, {});
  StunWriter writer(Method::binding, MessageClass::success, message.transaction());
  writer.address(Attribute::xor_mapped_address, line.key().client);
  if (message.has(Attribute::fingerprint)) writer.fingerprint();
  line.send(writer.take());
}

void Turn::refuse_unknown(Line& line, const StunMessage& message, std::string_view key) {
  std::string types;
  for (const uint16_t type : message.unknown()) {
    types.push_back(static_cast<char>(type >> 8));
    types.push_back(static_cast<char>(type & 0xFF));
    if (types.size() >= 16) break;  // the answer to a stranger stays small
  }
  StunWriter writer(message.method(), MessageClass::error, message.transaction());
  writer.error(unknown_attribute, "").add(Attribute::unknown_attributes, types);
  if (!key.empty() && message.has(Attribute::message_integrity_sha256)) {
    writer.sign_sha256(key);
  } else if (!key.empty()) {
    writer.sign_sha1(key);
  }
  if (message.has(Attribute::fingerprint)) writer.fingerprint();
  line.send(writer.take());
}

// Without a reason phrase: it goes to whatever address the packet has.
void Turn::challenge(Line& line, const StunMessage& message, int code) {
  if (!may_answer(line)) return;
  StunWriter writer(message.method(), MessageClass::error, message.transaction());
  writer.error(code, "");
  if (code != bad_request) {
    writer.add(Attribute::realm, realm).add(Attribute::nonce, house_.nonces.make(line.key().client, clock_.wall_ms()));
    writer.add(Attribute::password_algorithms, algorithms);
  }
  if (message.has(Attribute::fingerprint)) writer.fingerprint();
  line.send(writer.take());
}

// RFC 8489 section 9.2.4: the algorithms that were offered come back as they were, and one of them is chosen.
Result<std::string> Turn::key_of(const CallCredentials::Claim& claim, const StunMessage& message) const {
  const auto chosen = message.find(Attribute::password_algorithm);
  const auto offered = message.find(Attribute::password_algorithms);
  uint16_t algorithm = algorithm_md5;
  if (chosen || offered) {
    if (!chosen || !offered || *offered != algorithms || chosen->size() < 2) return Error{ErrorKind::bad_request, ""};
    algorithm = read_u16(*chosen, 0);
  }
  std::string text(*message.find(Attribute::username));
  text.append(":").append(realm).append(":").append(claim.password);
  if (algorithm == algorithm_md5) return crypto::md5(text);
  if (algorithm == algorithm_sha256) return crypto::sha256(text);
  return Error{ErrorKind::bad_request, ""};
}

std::optional<Turn::Asker> Turn::authenticate(Line& line, const StunMessage& message) {
  const auto fail = [&](int code) {
    challenge(line, message, code);
    return std::nullopt;
  };
  if (!message.has(Attribute::message_integrity) && !message.has(Attribute::message_integrity_sha256)) {
    return fail(unauthorized);
  }
  const auto username = message.find(Attribute::username), nonce = message.find(Attribute::nonce);
  if (!username || !nonce || !message.has(Attribute::realm)) return fail(bad_request);
  const auto claim = house_.credentials.read(*username, clock_.wall_ms());
  if (!claim || message.find(Attribute::realm) != realm) return fail(unauthorized);
  auto key = key_of(*claim, message);
  if (!key) return fail(bad_request);
  if (!message.is_made_with(*key)) return fail(unauthorized);
  if (!house_.nonces.is_good(*nonce, line.key().client, clock_.wall_ms())) return fail(stale_nonce);
  TenantPtr tenant = tenant_(claim->tenant);
  if (!tenant || tenant->suspended || house_.limits.is_ended(*claim)) return fail(unauthorized);
  return Asker{*claim, std::move(tenant), std::move(*key)};
}

void Turn::handle_request(Line& line, const StunMessage& message) {
  auto asker = authenticate(line, message);
  if (!asker) return;
  if (!message.unknown().empty()) return refuse_unknown(line, message, asker->key);
  const Request request{line, message, std::move(*asker)};
  if (message.is(Method::allocate, MessageClass::request)) return allocate(request);
  Allocation* const allocation = find(line.key());
  if (!allocation) return refuse(request, 437, "There is no allocation");
  const Use& use = allocation->use();
  if (use.tenant()->id != request.asker.tenant->id || use.account() != request.asker.claim.account) {
    return refuse(request, 441, "The allocation is another's");
  }
  if (message.is(Method::refresh, MessageClass::request)) return refresh(request, *allocation);
  if (message.is(Method::create_permission, MessageClass::request)) return create_permission(request, *allocation);
  if (message.is(Method::channel_bind, MessageClass::request)) return bind_channel(request, *allocation);
  refuse(request, bad_request, "There is no such method");
}

// RFC 8656 section 11.2. An indication is not authenticated; its allocation's line and permissions stand for that.
void Turn::handle_send(Line& line, const StunMessage& message) {
  Allocation* const allocation = find(line.key());
  const auto peer = message.find_address(Attribute::xor_peer_address);
  const auto data = message.find(Attribute::data);
  if (!allocation || !peer || !data || !message.unknown().empty() || !house_.guard.allows_port(*peer)) return;
  allocation->send(*peer, *data, message.has(Attribute::dont_fragment));
}

StunWriter Turn::begin_success(const Request& request) {
  return {request.message.method(), MessageClass::success, request.message.transaction()};
}

void Turn::answer(const Request& request, StunWriter writer) {
  if (request.message.has(Attribute::message_integrity_sha256)) {
    writer.sign_sha256(request.asker.key);
  } else {
    writer.sign_sha1(request.asker.key);
  }
  if (request.message.has(Attribute::fingerprint)) writer.fingerprint();
  request.line.send(writer.take());
}

void Turn::refuse(const Request& request, int code, std::string_view reason) {
  StunWriter writer(request.message.method(), MessageClass::error, request.message.transaction());
  writer.error(code, reason);
  answer(request, std::move(writer));
}

void Turn::end(const std::function<bool(const Use&)>& which) {
  std::erase_if(allocations_, [&which](const auto& each) { return which(each.second->use()); });
}

void Turn::follow(const TenantPtr& tenant) {
  if (tenant->suspended) return end([&tenant](const Use& use) { return use.tenant()->id == tenant->id; });
  for (const auto& [key, allocation] : allocations_) {
    if (allocation->use().tenant()->id == tenant->id) allocation->use().follow(tenant);
  }
}

void Turn::sweep() {
  begin_batch();
  for (const auto& [key, allocation] : allocations_) {
    allocation->forget_expired();
    if (!allocation->take_has_relayed()) continue;
    Meter& meter = *allocation->use().tenant()->meter;
    meter.call_seconds.fetch_add(sweep_ms / 1000, std::memory_order_relaxed);
    meter.usage.add(Used::call_seconds, sweep_ms / 1000);
  }
  std::erase_if(allocations_, [](const auto& each) { return each.second->is_over(); });
}

}  // namespace teahouse::calls
