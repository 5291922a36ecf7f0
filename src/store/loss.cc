#include "store/loss.h"

#include "base/clock.h"

namespace teahouse::store {
namespace {

std::string to_text(const Loss::End& end) {
  std::string text = end.owner;
  if (end.at_ms) text += " of " + format_time(*end.at_ms);
  return text;
}

std::string place_of(const Loss::End& end, const TenantNames& names, const char* without) {
  std::string text = "tenant " + name_tenant(end.tenant, names);
  text += end.store.empty() ? without : ", " + end.store;
  if (!end.owner.empty()) text += ", " + to_text(end);
  return text;
}

}  // namespace

std::string name_tenant(TenantId tenant, const TenantNames& names) {
  if (tenant == TenantId::server) return "(the house)";
  std::string name = names ? names(tenant) : std::string();
  return name.empty() ? std::to_string(raw(tenant)) : name;
}

std::string stores_of(const Loss& loss) {
  if (loss.first.tenant == loss.last.tenant && loss.first.store == loss.last.store) return loss.first.store;
  return loss.first.store + ".." + loss.last.store;
}

std::string to_text(const Loss& loss, const TenantNames& names) {
  const std::string rows = loss.rows == 0 ? "rows" : "at most " + std::to_string(loss.rows) + " rows";
  if (loss.first.tenant != loss.last.tenant || loss.first.store != loss.last.store) {
    return rows + " from " + place_of(loss.first, names, " (its begin)") + " to " +
           place_of(loss.last, names, " (its begin)");
  }
  std::string text = "tenant " + name_tenant(loss.first.tenant, names);
  if (!loss.first.store.empty()) text += ", " + loss.first.store;
  text += ": " + rows;
  if (loss.first.owner == loss.last.owner && loss.first.at_ms && loss.last.at_ms) {
    return text + " of " + loss.first.owner + " from " + format_time(*loss.first.at_ms) + " to " +
           format_time(*loss.last.at_ms);
  }
  if (loss.first.owner == loss.last.owner && !loss.first.owner.empty() && !loss.last.at_ms) {
    return text + " of " + loss.first.owner;
  }
  if (!loss.first.owner.empty()) text += " from " + to_text(loss.first);
  if (!loss.last.owner.empty()) text += " to " + to_text(loss.last);
  return text;
}

}  // namespace teahouse::store
