// DNS records as libunbound hands them on, in each reading: what comes out keeps the promises of dns_records.h.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/dns_records.h"

namespace dns_records_fuzz {
namespace {

using namespace teahouse::net;

void require(bool holds) {
  if (!holds) abort();
}

void check_name(const std::string& name) {
  const auto normal = normal_dns_name(name);
  require(normal && *normal == name);
}

// Records of a length byte, and so many bytes.
DnsAnswer make_answer(std::string_view bytes) {
  DnsAnswer answer;
  while (!bytes.empty()) {
    const size_t size = static_cast<uint8_t>(bytes[0]);
    answer.records.emplace_back(bytes.substr(1, size));
    bytes.remove_prefix(std::min(bytes.size(), size + 1));
  }
  return answer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const DnsAnswer answer = make_answer(bytes);
  for (const SocketAddress& address : read_addresses(answer, 5269)) {
    require(!format_ip(address.storage).empty() && port_of(address.storage) == 5269);
  }
  const auto services = read_srv(answer);
  for (const SrvRecord& each : services) {
    if (!each.target.empty()) check_name(each.target);
  }
  uint32_t chance = 0;
  const auto ordered = order_srv(services, [&](uint32_t n) { return (chance = chance * 33 + 7) % n; });
  require(ordered.size() == services.size());
  for (size_t i = 1; i < ordered.size(); ++i) require(ordered[i - 1].priority <= ordered[i].priority);
  require(read_tlsa(answer).size() <= answer.records.size());
  for (const std::string& text : read_txt(answer)) require(text.size() <= 4096);
  if (const auto name = read_cname(answer)) check_name(*name);
  if (const auto normal = normal_dns_name(bytes)) check_name(*normal);
  return 0;
}

}  // namespace dns_records_fuzz
