#include "app/mail_out.h"

#include <utility>

#include "mail/templates.h"

namespace teahouse {

MailOut::MailOut(store::ControlPlane& control, const Clock& clock, const mail::SmtpSettings& settings, Audit& audit,
                 Tenants& tenants)
    : clock_(clock),
      audit_(audit),
      tenants_(tenants),
      queue_(control),
      mailer_(queue_, clock, settings, [this](Executor& home, TenantId tenant, std::string detail) {
        return note(*this, home, tenant, std::move(detail));
      }) {}

void MailOut::tell_owners_of(QuotaWarnings& warnings) {
  if (!mailer_.is_set()) return;
  warnings.also([this](const Quota& quota) {
    mail::Mail mail = mail::make_quota_mail(quota);
    mail.to = mail::owner_address(*quota.tenant);
    return mail.to.empty() ? std::vector<store::Statement>()
                           : mail::MailQueue::put(quota.tenant->id, mail, clock_.wall_ms());
  });
}

Task<Result<std::string>> MailOut::test(Executor& home, std::string to) {
  mail::Mail mail = mail::make_test_mail();
  mail.to = std::move(to);
  return mail::Mailer::send_now(mailer_, home, std::move(mail));
}

// A mail that was given up stands in the house's audit, and in its tenant's.
Task<void> MailOut::note(MailOut& self, Executor& home, TenantId tenant, std::string detail) {
  auto noted = self.audit_.note(home, nullptr, "server", "mail.given_up", detail);
  co_await noted;
  const TenantPtr of = self.tenants_.find(tenant);
  if (!of || of->being_removed) co_return;
  auto noted_there = self.audit_.note(home, of, "server", "mail.given_up", std::move(detail));
  co_await noted_there;
}

}  // namespace teahouse
