#include "account/reserved_form.h"

#include <algorithm>

#include "xmpp/prep.h"
#include "xmpp/stringprep.h"

namespace teahouse {

std::string stringprep_form(const std::string& localpart) {
  if (std::all_of(localpart.begin(), localpart.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
    return localpart;
  }
  const auto form = xmpp::nodeprep(localpart);
  std::string prepared;
  return form && xmpp::append_localpart(prepared, *form) ? prepared : localpart;
}

ReservedForm::ReservedForm(const Tenant& tenant, const std::string& localpart)
    : aliases_(tenant.aliases),
      localpart_(localpart),
      form_(stringprep_form(localpart)),
      held_(aliases_->hold(form_, localpart_)) {}

ReservedForm::~ReservedForm() {
  if (held_) aliases_->release(form_);
}

}  // namespace teahouse
