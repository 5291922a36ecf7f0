// MailQueue: mails that wait to be sent, as rows of the control plane: what decides that there is one can put it there
// in its own transaction.
//
// Thread: any. Limits: 10,000 mails; what is put then is dropped.
// Errors: those of the control plane.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/task.h"
#include "mail/mail.h"
#include "store/control_plane.h"
#include "tenant/tables.h"

namespace teahouse::mail {

struct Waiting {
  int64_t number = 0;
  TenantId tenant = TenantId::server;
  Mail mail;
  std::string id;  // of the message, however often it is sent
  int64_t made_ms = 0;
  int64_t tries = 0;
};

class MailQueue {
 public:
  static constexpr int64_t mails_max = 10'000;

  explicit MailQueue(store::ControlPlane& control) : control_(control) {}
  static std::vector<store::Migration> migrations();
  static std::vector<TenantTable> tables();

  // To be added to a transaction. Of a tenant that is not there none is put; of the house (TenantId::server) it is.
  static std::vector<store::Statement> put(TenantId tenant, const Mail& mail, int64_t now_ms);

  // Those whose time has come, the longest waiting first.
  Task<Result<std::vector<Waiting>>> due(Executor& home, int64_t now_ms, size_t most) const;
  // Before a try: should it be cut off, the next one is at that time.
  Task<Result<void>> begin(Executor& home, int64_t number, int64_t next_ms) const;
  Task<Result<void>> remove(Executor& home, int64_t number) const;

 private:
  store::ControlPlane& control_;
};

}  // namespace teahouse::mail
