// In the tenant's map: "of ADDRESS" -> its keepers. Where the address is of another tenant, in the server's map too:
// "of ADDRESS" -> "TENANT BY", and "at DOMAIN" -> "LOCALPART TENANT BY". No address has a space. Each row is one
// mention's alone, so that it can be removed without a look at others.
//
// The row that leads to a mention is written before it, and removed after it, so that after a crash nothing is named
// without being found.
#include "server/mentions.h"

#include <charconv>

#include "store/data_plane.h"

namespace teahouse {
namespace {

constexpr std::string_view of_prefix = "of ";

std::string of_key(const BareJid& named) { return std::string(of_prefix) + named.str(); }
std::string at_key(std::string_view domain) { return "at " + std::string(domain); }

std::string write_namer(TenantId tenant, std::string_view by) {
  return std::to_string(raw(tenant)) + " " + std::string(by);
}

std::optional<Mention> read_namer(std::string_view text) {
  uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  const size_t space = static_cast<size_t>(end - text.data());
  if (fault != std::errc() || space >= text.size()) return std::nullopt;
  auto by = BareJid::parse(text.substr(space + 1));
  if (!by) return std::nullopt;
  return Mention{static_cast<TenantId>(number), std::move(*by), false};
}

Lsn remove_outside(const store::MapStore& house, std::string_view namer, const BareJid& named) {
  house.remove(of_key(named), namer);
  return house.remove(at_key(named.domainpart()), std::string(named.localpart()) + " " + std::string(namer));
}

}  // namespace

store::MapStore Mentions::map_of(TenantId tenant) const { return data_.map(tenant, map_); }

Lsn Mentions::add(const Mention& mention, const BareJid& named) const {
  if (!mention.is_own) {
    const store::MapStore house = map_of(TenantId::server);
    const std::string namer = write_namer(mention.tenant, mention.by.str());
    house.store(at_key(named.domainpart()), std::string(named.localpart()) + " " + namer, {});
    house.store(of_key(named), namer, {});
  }
  return map_of(mention.tenant).store(of_key(named), mention.by.str(), {});
}

Lsn Mentions::remove(const Mention& mention, const BareJid& named) const {
  const Lsn inside = map_of(mention.tenant).remove(of_key(named), mention.by.str());
  if (mention.is_own) return inside;
  return remove_outside(map_of(TenantId::server), write_namer(mention.tenant, mention.by.str()), named);
}

Task<Result<std::vector<Mention>>> Mentions::load(Executor& home, BareJid named, std::optional<TenantId> own) const {
  std::vector<Mention> mentions;
  if (own) {
    const auto inside = co_await map_of(*own).load(home, of_key(named));
    if (!inside) co_return inside.error();
    for (const auto& entry : *inside) {
      if (auto by = BareJid::parse(entry.name)) mentions.push_back({*own, std::move(*by), true});
    }
  }
  const auto outside = co_await map_of(TenantId::server).load(home, of_key(named));
  if (!outside) co_return outside.error();
  for (const auto& entry : *outside) {
    if (auto mention = read_namer(entry.name)) mentions.push_back(std::move(*mention));
  }
  co_return mentions;
}

Lsn Mentions::forget(const std::vector<Mention>& mentions, const BareJid& named) const {
  Lsn last = Lsn::none;
  for (const Mention& mention : mentions) last = remove(mention, named);
  return last;
}

Task<Result<std::vector<BareJid>>> Mentions::load_named(Executor& home, std::string domain) const {
  const auto entries = co_await map_of(TenantId::server).load(home, at_key(domain));
  if (!entries) co_return entries.error();
  std::vector<BareJid> named;
  for (const auto& entry : *entries) {
    auto address = BareJid::make(std::string_view(entry.name).substr(0, entry.name.find(' ')), domain);
    if (address && (named.empty() || named.back() != *address)) named.push_back(std::move(*address));
  }
  co_return named;
}

Task<Result<void>> Mentions::forget_tenant(Executor& home, TenantId tenant, std::string domain) const {
  const auto keys = co_await map_of(tenant).keys(home);
  if (!keys) co_return keys.error();
  for (const std::string& key : *keys) {
    if (!key.starts_with(of_prefix)) continue;
    const auto named = BareJid::parse(std::string_view(key).substr(of_prefix.size()));
    if (!named || named->domainpart() == domain) continue;
    const auto namers = co_await map_of(tenant).load(home, key);
    if (!namers) co_return namers.error();
    for (const auto& namer : *namers) remove_outside(map_of(TenantId::server), write_namer(tenant, namer.name), *named);
  }
  co_return Result<void>();
}

}  // namespace teahouse
