#include "server/device_sessions.h"

#include <algorithm>
#include <functional>

#include "account/accounts.h"
#include "account/device_id.h"
#include "base/log.h"
#include "server/home.h"

namespace teahouse {
namespace {

constexpr std::string_view session_prefix = "session-";  // no device_id has so few, or such, characters

std::string id_of(const Session& session) { return std::string(session_prefix) + std::to_string(session.number()); }

bool is_of(const Session& session, std::string_view device) {
  if (device.empty() || id_of(session) == device) return true;
  return is_device_id(device) && session.device() == device_number(device);
}

Task<void> remove_certificates(Home& home, TenantId tenant, std::string localpart) {
  const auto removed =
      co_await home.shared().accounts.certificates().remove_all(home.loop(), tenant, std::move(localpart));
  if (!removed)
    log::warning("server", "Late certificates of an account were not removed", {{"why", removed.error().text}});
}

// By number: each end may take others along. Sessions of before a restart come into memory with their account; where
// that can't be read they must not come later.
void end_those(Home& home, const BareJid& account, std::string condition, std::string text,
               std::function<bool(const Session&)> is_meant) {
  home.residents().with(account, [&home, account, condition = std::move(condition), text = std::move(text),
                                  is_meant = std::move(is_meant)](const Result<Resident*>& resident) {
    const HostPtr host = home.hosts().find(account.domainpart());
    if (!resident && host) home.parking().drop(*host->tenant, account);
    if (!resident) return;
    std::vector<uint64_t> ended;
    for (const auto& session : (*resident)->sessions()) {
      if (is_meant(*session)) ended.push_back(session->number());
    }
    for (const uint64_t number : ended) {
      if (Session* session = home.sessions().find(number)) home.sessions().close(*session, condition, text);
    }
  });
}

// A session may have appended a certificate after the account's were removed and before the session ends.
void forget_late_certificates(Home& home, const BareJid& account) {
  const Resident* resident = home.residents().find(account.str());
  if (!resident) return;
  spawn(remove_certificates(home, resident->tenant().id, std::string(account.localpart())));
}

}  // namespace

std::vector<DeviceEntry> list_devices(std::vector<Device> kept, const Resident* resident, int64_t now_ms) {
  std::vector<DeviceEntry> entries;
  entries.reserve(kept.size());
  for (Device& device : kept) entries.push_back({std::move(device)});
  if (!resident) return entries;
  const size_t kept_count = entries.size();
  for (const auto& session : resident->sessions()) {
    const auto end = entries.begin() + static_cast<ptrdiff_t>(kept_count);
    const auto found = std::find_if(entries.begin(), end, [&session](const DeviceEntry& entry) {
      return session->device() == device_number(entry.device.id);
    });
    if (found != end) {
      found->is_connected = true;
      found->device.last_ms = now_ms;
    } else {
      const int64_t since_ms = session->presence_ms() == 0 ? now_ms : session->presence_ms();
      const std::string resource(session->jid().resourcepart());
      entries.push_back({{id_of(*session), {}, resource, since_ms, now_ms, 0}, false, true});
    }
  }
  return entries;
}

void end_device_sessions(Home& home, const BareJid& account, std::string_view device) {
  if (device.empty()) forget_late_certificates(home, account);
  end_those(home, account, "not-authorized", "This device has no access to the account any more.",
            [device = std::string(device)](const Session& session) { return is_of(session, device); });
}

void end_certificate_sessions(Home& home, const BareJid& account, uint64_t certificate) {
  end_those(home, account, "not-authorized", "The certificate by which this client signed in was revoked.",
            [certificate](const Session& session) { return session.certificate() == certificate; });
}

void end_account_sessions(Home& home, const BareJid& account, std::string_view condition, std::string_view text) {
  end_those(home, account, std::string(condition), std::string(text), [](const Session&) { return true; });
}

void end_other_sessions(Home& home, const BareJid& account, std::string_view spared, std::string_view condition,
                        std::string_view text) {
  forget_late_certificates(home, account);
  end_those(home, account, std::string(condition), std::string(text),
            [spared = std::string(spared)](const Session& session) { return session.jid().str() != spared; });
}

}  // namespace teahouse
