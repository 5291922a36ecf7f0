// The requests of those who are known: RFC 8656 sections 7 (Allocate and Refresh), 9 (CreatePermission) and 12
// (ChannelBind), in the order in which these sections check what is asked for.
#include <algorithm>

#include "account/network.h"
#include "calls/turn.h"

namespace teahouse::calls {
namespace {

constexpr uint32_t protocol_udp = 17;
constexpr uint8_t pair_bit = 0x80;

// A family is written in the first of four bytes.
uint32_t first_byte(uint32_t number) { return number >> 24; }

int64_t lifetime_of(const StunMessage& message) {
  const int64_t wanted_s = message.find_number(Attribute::lifetime).value_or(Turn::lifetime_s);
  return std::clamp(wanted_s, Turn::lifetime_s, Turn::lifetime_s_max);
}

}  // namespace

struct Turn::Wanted {
  Family family = Family::v4;
  bool v6_too = false;
  PortWish wish = PortWish::any;
  std::optional<std::string_view> token;
};

std::optional<Turn::Wanted> Turn::read_wanted(const Request& request) {
  const StunMessage& message = request.message;
  const auto fail = [&request](int code, std::string_view reason) {
    refuse(request, code, reason);
    return std::nullopt;
  };
  const auto transport = message.find_number(Attribute::requested_transport);
  if (!transport) return fail(400, "REQUESTED-TRANSPORT is missing");
  if (first_byte(*transport) != protocol_udp) return fail(442, "The transport is UDP");
  Wanted wanted;
  const bool has_family = message.has(Attribute::requested_address_family);
  const bool has_additional = message.has(Attribute::additional_address_family);
  wanted.token = message.find(Attribute::reservation_token);
  const auto even = message.find(Attribute::even_port);
  if (wanted.token && (even || has_family || has_additional)) return fail(400, "RESERVATION-TOKEN stands alone");
  if (has_family && has_additional) return fail(400, "Ask for one address family, or for both");
  if (even && even->size() != 1) return fail(400, "EVEN-PORT has one byte");
  if (even) wanted.wish = static_cast<uint8_t>(even->front()) & pair_bit ? PortWish::pair : PortWish::even;
  if (has_additional) {
    const auto family = message.find_number(Attribute::additional_address_family);
    if (!family || first_byte(*family) != static_cast<uint8_t>(Family::v6)) return fail(400, "The family is IPv6");
    if (wanted.wish == PortWish::pair) return fail(400, "A pair of ports is of one family");
    wanted.v6_too = true;
  }
  if (has_family) {
    const auto family = message.find_number(Attribute::requested_address_family);
    wanted.family = static_cast<Family>(family ? first_byte(*family) : 0);
    if (wanted.family != Family::v4 && wanted.family != Family::v6) return fail(440, "There is no such family");
  }
  if (!wanted.token && !ports_.has(wanted.family)) return fail(440, "There is no address of this family");
  return wanted;
}

void Turn::allocate(const Request& request) {
  if (Allocation* const there = find(request.line.key())) {
    const bool is_again = there->transaction() == request.message.transaction();
    if (is_again) return answer_allocated(request, *there);
    return refuse(request, 437, "There is an allocation already");
  }
  if (const auto wanted = read_wanted(request)) make_allocation(request, *wanted);
}

void Turn::make_allocation(const Request& request, const Wanted& wanted) {
  Use::Refusal refusal{};
  const LineKey& key = request.line.key();
  auto use = Use::take(house_.limits, request.asker.tenant, request.asker.claim.account,
                       network_of(key.client.format_ip()), refusal);
  if (!use && refusal == Use::Refusal::capacity) return refuse(request, 508, "The relay is full");
  if (!use) return refuse(request, 486, "There are as many allocations as the plan has, or its month is used up");
  PortSource::Opened opened;
  if (wanted.token) {
    opened.port = ports_.take_reserved(*wanted.token);
  } else {
    opened = ports_.open(wanted.family, wanted.wish);
  }
  if (!opened.port) return refuse(request, 508, "There is no such port");
  auto made = std::make_unique<Allocation>(shared_, request.line.keep(), std::move(use), request.message.transaction());
  Allocation& allocation = *made;
  allocation.token = std::move(opened.token);
  const Family family = opened.port->address().family;
  allocation.add_port(family, std::move(opened.port));
  if (wanted.v6_too && ports_.has(Family::v6)) {
    auto v6 = ports_.open(Family::v6, wanted.wish);
    if (v6.port) allocation.add_port(Family::v6, std::move(v6.port));
  }
  allocation.last_until(shared_.now_ms + lifetime_of(request.message) * 1000);
  allocations_.insert_or_assign(key, std::move(made));
  answer_allocated(request, allocation);
}

// A request that comes again is answered with what was made for it.
void Turn::answer_allocated(const Request& request, const Allocation& allocation) {
  StunWriter writer = begin_success(request);
  for (const Family family : {Family::v4, Family::v6}) {
    if (allocation.has(family)) writer.address(Attribute::xor_relayed_address, allocation.port(family).address());
  }
  writer.number(Attribute::lifetime, static_cast<uint32_t>(allocation.left_ms() / 1000));
  if (!allocation.token.empty()) writer.add(Attribute::reservation_token, allocation.token);
  writer.address(Attribute::xor_mapped_address, request.line.key().client);
  if (request.message.has(Attribute::additional_address_family) && !allocation.has(Family::v6)) {
    writer.add(Attribute::address_error_code, std::string_view("\2\0\4\x28", 4));  // of IPv6: 440
  }
  answer(request, std::move(writer));
}

void Turn::refresh(const Request& request, Allocation& allocation) {
  const auto family = request.message.find_number(Attribute::requested_address_family);
  const auto only = static_cast<Family>(family ? first_byte(*family) : 0);
  if (family && ((only != Family::v4 && only != Family::v6) || !allocation.has(only))) {
    return refuse(request, 443, "The allocation has no address of this family");
  }
  const bool is_end = request.message.find_number(Attribute::lifetime) == 0U;
  const bool has_both = allocation.has(Family::v4) && allocation.has(Family::v6);
  const int64_t lasts_s = is_end ? 0 : lifetime_of(request.message);
  if (is_end && family && has_both) {
    allocation.remove_port(only);
  } else if (is_end) {
    allocations_.erase(request.line.key());
  } else {
    allocation.last_until(shared_.now_ms + lasts_s * 1000);
  }
  StunWriter writer = begin_success(request);
  writer.number(Attribute::lifetime, static_cast<uint32_t>(lasts_s));
  answer(request, std::move(writer));
}

bool Turn::refuse_peer(const Request& request, const Allocation& allocation, const Endpoint& peer) {
  if (!allocation.has(peer.family)) {
    refuse(request, 443, "The peer is of another address family");
    return true;
  }
  if (house_.guard.allows_address(peer)) return false;
  refuse(request, 403, "The relay does not send there");
  return true;
}

void Turn::create_permission(const Request& request, Allocation& allocation) {
  const auto peers = request.message.addresses(Attribute::xor_peer_address);
  if (!peers || peers->empty()) return refuse(request, 400, "XOR-PEER-ADDRESS is missing, or none");
  for (const Endpoint& peer : *peers) {
    if (refuse_peer(request, allocation, peer)) return;
  }
  if (!allocation.permit(*peers)) return refuse(request, 508, "There are too many permissions");
  answer(request, begin_success(request));
}

void Turn::bind_channel(const Request& request, Allocation& allocation) {
  const auto number = request.message.find_number(Attribute::channel_number);
  const auto peer = request.message.find_address(Attribute::xor_peer_address);
  if (!number || !peer) return refuse(request, 400, "CHANNEL-NUMBER or XOR-PEER-ADDRESS is missing");
  const auto channel = static_cast<uint16_t>(*number >> 16);
  if (channel < channel_min || channel > channel_max) return refuse(request, 400, "A channel is 0x4000 to 0x4FFF");
  if (refuse_peer(request, allocation, *peer)) return;
  if (!house_.guard.allows_port(*peer)) return refuse(request, 403, "The relay does not send there");
  const Allocation::Bound bound = allocation.bind(channel, *peer);
  if (bound == Allocation::Bound::conflict) return refuse(request, 400, "The channel or the peer is bound otherwise");
  if (bound == Allocation::Bound::full) return refuse(request, 508, "There are too many channels");
  answer(request, begin_success(request));
}

}  // namespace teahouse::calls
