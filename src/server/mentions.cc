// In the tenant's map: "of ADDRESS" -> who names it; "at DOMAIN" -> the foreign addresses there that are named. No
// address has a space. In the house's map: DOMAIN -> numbers of tenants.
//
// What leads to a mention is written before it, so that after a crash nothing is named without being found.
#include "server/mentions.h"

#include <charconv>

namespace teahouse {
namespace {

constexpr std::string_view house_map = "mentions";

std::string of_key(const BareJid& named) { return "of " + named.str(); }
std::string at_key(std::string_view domain) { return "at " + std::string(domain); }

Task<Result<std::vector<BareJid>>> load_addresses(Executor& home, store::MapStore map, std::string key) {
  const auto entries = co_await map.load(home, std::move(key));
  if (!entries) co_return entries.error();
  std::vector<BareJid> addresses;
  addresses.reserve(entries->size());
  for (const auto& entry : *entries) {
    if (auto jid = BareJid::parse(entry.name)) addresses.push_back(std::move(*jid));
  }
  co_return addresses;
}

Task<Result<std::vector<TenantId>>> load_tenants(Executor& home, store::MapStore map, std::string domain) {
  const auto entries = co_await map.load(home, std::move(domain));
  if (!entries) co_return entries.error();
  std::vector<TenantId> tenants;
  for (const auto& entry : *entries) {
    uint64_t number = 0;
    std::from_chars(entry.name.data(), entry.name.data() + entry.name.size(), number);
    tenants.push_back(static_cast<TenantId>(number));
  }
  co_return tenants;
}

}  // namespace

void Mentions::add(const Mention& mention, const BareJid& named, bool is_own) const {
  const store::MapStore map = data_.map(mention.tenant, map_);
  if (!is_own) {
    data_.map(TenantId::house, house_map).store(named.domainpart(), std::to_string(raw(mention.tenant)), {});
    map.store(at_key(named.domainpart()), named.str(), {});
  }
  map.store(of_key(named), mention.by.str(), {});
}

void Mentions::remove(const Mention& mention, const BareJid& named) const {
  data_.map(mention.tenant, map_).remove(of_key(named), mention.by.str());
}

Task<Result<std::vector<Mention>>> Mentions::load(Executor& home, BareJid named, std::optional<TenantId> own) const {
  auto tenants = co_await load_tenants(home, data_.map(TenantId::house, house_map), std::string(named.domainpart()));
  if (!tenants) co_return tenants.error();
  if (own) tenants->push_back(*own);
  std::vector<Mention> mentions;
  for (const TenantId tenant : *tenants) {
    const auto addresses = co_await load_addresses(home, data_.map(tenant, map_), of_key(named));
    if (!addresses) co_return addresses.error();
    for (const BareJid& by : *addresses) mentions.push_back({tenant, by});
  }
  co_return mentions;
}

Lsn Mentions::forget(const std::vector<Mention>& mentions, const BareJid& named) const {
  Lsn last = 0;
  for (size_t i = 0; i < mentions.size(); ++i) {
    const TenantId tenant = mentions[i].tenant;
    if (i + 1 < mentions.size() && mentions[i + 1].tenant == tenant) continue;
    const store::MapStore map = data_.map(tenant, map_);
    map.remove_all(of_key(named));
    last = map.remove(at_key(named.domainpart()), named.str());
  }
  return last;
}

Task<Result<std::vector<BareJid>>> Mentions::load_named(Executor& home, std::string domain) const {
  const auto tenants = co_await load_tenants(home, data_.map(TenantId::house, house_map), domain);
  if (!tenants) co_return tenants.error();
  std::vector<BareJid> named;
  for (const TenantId tenant : *tenants) {
    const auto addresses = co_await load_addresses(home, data_.map(tenant, map_), at_key(domain));
    if (!addresses) co_return addresses.error();
    named.insert(named.end(), addresses->begin(), addresses->end());
  }
  co_return named;
}

Lsn Mentions::forget_domain(store::DataPlane& data, std::string_view domain) {
  return data.map(TenantId::house, house_map).remove_all(domain);
}

}  // namespace teahouse
