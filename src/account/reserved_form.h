// ReservedForm: the form of a localpart that clients send which prepare addresses by RFC 3920, kept for its account.
//
// Those clients write "straße" as "strasse": no two accounts may have one form, and each form leads to its account
// (Aliases). Thread: any.
#pragma once

#include <string>

#include "tenant/tenant.h"

namespace teahouse {

// The form of a prepared localpart, prepared too; the localpart itself where those clients write it so too, or can't.
std::string stringprep_form(const std::string& localpart);

// Holds the form while the account is made. Once it is there the form leads to it.
class ReservedForm {
 public:
  ReservedForm(const Tenant& tenant, const std::string& localpart);
  ReservedForm(const ReservedForm&) = delete;
  ReservedForm& operator=(const ReservedForm&) = delete;
  ~ReservedForm();

  bool is_of_another() const { return !held_; }
  // True where the form is the localpart itself, which no other account could have.
  bool is_localpart() const { return form_ == localpart_; }
  const std::string& form() const { return form_; }
  void lead_to_account() {
    if (!is_localpart()) aliases_->lead(form_, localpart_);
  }

 private:
  const std::shared_ptr<Aliases> aliases_;
  const std::string localpart_;
  const std::string form_;
  const bool held_;
};

}  // namespace teahouse
