// Aliases: the other forms of localparts that lead to their accounts, and are nobody else's: the forms that clients
// make of them which prepare addresses as RFC 3920 does ("strasse" of "straße").
//
// An account that is being made holds its form, so that of two at once with one form only one is made. The form leads
// to the account only once that is there.
//
// Most tenants have none that lead, and then a question costs one atomic.
//
// Thread: any. Lifetime: one for each tenant, kept while its Tenant snapshots are replaced. Limits: the tenant's
// accounts. Accounts keeps it.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace teahouse {

class Aliases {
 public:
  // True while any form leads to an account.
  bool leads() const { return leading_.load(std::memory_order_relaxed) != 0; }

  // The account that the form leads to; nothing if it leads nowhere, but is perhaps an account's own name.
  std::optional<std::string> owner(std::string_view form) const {
    if (!leads()) return std::nullopt;
    const std::lock_guard lock(mutex_);
    const auto found = forms_.find(form);
    return found == forms_.end() || !found->second.leads ? std::nullopt : std::optional(found->second.localpart);
  }

  // True where another account has the form, one that is there or is being made.
  bool is_of_another(std::string_view form, std::string_view localpart) const {
    const std::lock_guard lock(mutex_);
    const auto found = forms_.find(form);
    return found != forms_.end() && found->second.localpart != localpart;
  }

  // Holds the form for an account that is being made, until as many release(). False: it is another's.
  bool hold(const std::string& form, const std::string& localpart) {
    const std::lock_guard lock(mutex_);
    Form& held = forms_.try_emplace(form, Form{localpart}).first->second;
    if (held.localpart != localpart) return false;
    ++held.holders;
    return true;
  }
  void release(std::string_view form) {
    const std::lock_guard lock(mutex_);
    const auto found = forms_.find(form);
    if (found == forms_.end()) return;
    if (found->second.holders > 0) --found->second.holders;
    forget_if_unused(found);
  }

  // The account is there: from now on the form leads to it. Nothing changes where it is another's.
  void lead(const std::string& form, const std::string& localpart) {
    const std::lock_guard lock(mutex_);
    Form& made = forms_.try_emplace(form, Form{localpart}).first->second;
    if (made.localpart != localpart || made.leads) return;
    made.leads = true;
    ++leading_;
  }
  // The account was removed.
  void remove(std::string_view form, std::string_view localpart) {
    if (!leads()) return;
    const std::lock_guard lock(mutex_);
    const auto found = forms_.find(form);
    if (found == forms_.end() || found->second.localpart != localpart || !found->second.leads) return;
    found->second.leads = false;
    --leading_;
    forget_if_unused(found);
  }

 private:
  struct Form {
    std::string localpart;
    bool leads = false;
    uint32_t holders = 0;
  };
  using Forms = std::map<std::string, Form, std::less<>>;
  void forget_if_unused(Forms::iterator form) {
    if (!form->second.leads && form->second.holders == 0) forms_.erase(form);
  }

  std::atomic<size_t> leading_ = 0;
  mutable std::mutex mutex_;
  Forms forms_;
};

}  // namespace teahouse
