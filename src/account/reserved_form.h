// ReservedForm: the form of a localpart that clients send which prepare addresses by RFC 3920, kept for its account.
//
// Those clients write "straße" as "strasse": no two accounts may have one form, and each form leads to its account
// (Aliases). Thread: any.
#pragma once

#include <string>

#include "tenant/tenant.h"

namespace teahouse {

// Of a prepared localpart, prepared; itself where those clients write it so too, or can't.
std::string stringprep_form(const std::string& localpart);

// Holds the form while the account is made; keeps it if it was made.
class ReservedForm {
 public:
  ReservedForm(const Tenant& tenant, const std::string& localpart);
  ReservedForm(const ReservedForm&) = delete;
  ReservedForm& operator=(const ReservedForm&) = delete;
  ~ReservedForm();

  bool is_of_another() const { return reserved_ == Aliases::Reserved::by_another; }
  // Nothing that another account could have as its own name.
  bool is_localpart() const { return form_ == localpart_; }
  const std::string& form() const { return form_; }
  void keep() { kept_ = true; }

 private:
  const std::shared_ptr<Aliases> aliases_;
  const std::string localpart_;
  const std::string form_;
  const Aliases::Reserved reserved_;
  bool kept_ = false;
};

}  // namespace teahouse
