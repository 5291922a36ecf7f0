// MailOut: the mail of this server: warnings to owners, and a test for its operator.
//
// Thread: run() on one loop; test() any; the rest the main thread's. Lifetime: the loops end after end().
#pragma once

#include <string>

#include "base/task.h"
#include "mail/mailer.h"
#include "net/loop.h"
#include "tenant/audit.h"
#include "tenant/quota_warnings.h"
#include "tenant/tenants.h"

namespace teahouse {

class MailOut {
 public:
  MailOut(store::ControlPlane& control, const Clock& clock, const mail::SmtpSettings& settings, Audit& audit,
          Tenants& tenants);

  // From now on the owner has a mail of each warning, put into the queue by the transaction that notes it.
  void tell_owners_of(QuotaWarnings& warnings);
  void run(net::Loop& loop) { spawn(mail::Mailer::run(mailer_, loop)); }
  // As Mailer::send_now().
  Task<Result<std::string>> test(Executor& home, std::string to);
  void end() { mailer_.end(); }

 private:
  static Task<void> note(MailOut& self, Executor& home, TenantId tenant, std::string detail);

  const Clock& clock_;
  Audit& audit_;
  Tenants& tenants_;
  mail::MailQueue queue_;
  mail::Mailer mailer_;
};

}  // namespace teahouse
