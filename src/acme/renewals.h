// Renewals: the certificates that all proved names of all tenants need, each asked for in time.
//
// A name without a certificate is due at once; one that has it when its authority suggests (ARI), or else at two
// thirds of its life, some earlier. A name that fails is tried again after growing pauses, each by itself; an authority
// that is away costs no name a try. All of it is in the control plane, so that a kill in an order loses nothing. A
// certificate that somebody has uploaded is left alone until its last day.
//
// Thread: the wire's home; statuses(), ask_now(), wake() and the notes on any. Lifetime: it outlives what it has begun.
// Limits: 8 orders at once; 20 at first and then 100 an hour; a name that fails is tried after 5 minutes to a day.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "acme/authority.h"
#include "acme/challenges.h"
#include "acme/name_rows.h"
#include "base/token_bucket.h"
#include "crypto/sealer.h"
#include "store/control_plane.h"
#include "tenant/certificate.h"

namespace teahouse::acme {

struct NameStatus {
  enum class State : uint8_t { waiting, issued, failing, uploaded };
  std::string domain;
  State state = State::waiting;
  int64_t renew_ms = 0;     // planned; 0: as soon as it can be
  int64_t next_try_ms = 0;  // of a failing one
  int64_t tries = 0;        // that failed in a row
  std::string told;         // what went wrong last, in words
};
std::string_view to_string(NameStatus::State state);

class Renewals {
 public:
  struct Name {
    TenantPtr tenant;
    std::string domain;
  };
  struct Parts {
    store::ControlPlane& control;
    Certificates& certificates;
    Challenges& challenges;
    std::string seal_key;
    std::function<std::vector<Name>()> wanted;  // all names that are to have a certificate
    std::function<Task<Result<bool>>(std::string ascii_name)> has_address;
    std::function<void(const HostCertificate&)> use;  // shows it from now on
    // A line of the audit, with its event.
    std::function<Task<void>(TenantPtr tenant, std::string action, std::string detail)> note;
  };

  Renewals(Wire wire, AuthoritySettings settings, Parts parts);
  ~Renewals();

  bool is_on() const { return !settings_.directory.empty(); }
  // The names' rows and the account's key, which is made where there is none. Thread: before any loop runs.
  Result<void> load();
  // A certificate that is shown, uploaded or given.
  void note_shown(const HostCertificate& certificate);
  void note_hidden(const std::string& domain);

  void start();  // looks every 10 seconds
  void stop();   // no further order is begun
  void look();   // begins what is due
  void wake();   // looks soon; Thread: any

  std::vector<NameStatus> statuses(TenantId tenant) const;
  // The name is due now. Errors: item_not_found for one that is to have no certificate of the authority.
  Result<void> ask_now(TenantId tenant, const std::string& domain);
  size_t under_way() const;

 private:
  struct Shown {
    std::string fingerprint;
    int64_t not_after_ms = 0;
    std::string ari_id;  // empty: it has none
  };

  void match_wanted();
  static Task<void> forget_row(Renewals& self, NameKey key);
  std::vector<NameKey> find_due(int64_t now_ms) const;
  static Task<void> run(Renewals& self, NameKey key, TenantPtr tenant);
  static Task<void> work(Renewals& self, NameKey key, TenantPtr tenant);
  // When it is due next, where it is not now.
  Task<int64_t> rest_until(NameKey key, NameRow row);
  Task<int64_t> plan_by_ari(std::string ari_id, int64_t planned_ms, int64_t now_ms);
  Task<void> order(NameKey key, TenantPtr tenant, NameRow row);
  Task<Result<void>> take_over(NameKey key, TenantPtr tenant, NameRow row, std::string chain);
  Task<void> note_failure(NameKey key, TenantPtr tenant, NameRow row, Error why);
  void note_away(NameRow& row, const Error& why, int64_t now_ms);
  Task<Result<void>> save(NameKey key, NameRow row);
  NameRow row_of(const NameKey& key) const;
  Shown shown_at(const std::string& domain) const;
  int64_t chance(int64_t below) const;

  const Wire wire_;
  const AuthoritySettings settings_;
  const Parts parts_;
  const Result<crypto::Sealer> sealer_;
  std::unique_ptr<Authority> authority_;
  TokenBucket orders_;
  int64_t away_until_ms_ = 0;
  int away_times_ = 0, limited_times_ = 0;
  size_t under_way_ = 0;
  bool is_stopped_ = false;
  std::map<NameKey, TenantPtr> wanted_;
  mutable std::mutex mutex_;  // of what follows
  std::map<NameKey, NameRow> rows_;
  std::map<std::string, Shown> shown_;
};

}  // namespace teahouse::acme
