#include "mail/mail_queue.h"

#include "base/random.h"

namespace teahouse::mail {

using store::as_int;
using store::as_text;

std::vector<store::Migration> MailQueue::migrations() {
  return {{"mail/1",
           {"CREATE TABLE mail_queue(number BIGINT NOT NULL PRIMARY KEY, tenant_id BIGINT NOT NULL, recipient TEXT NOT "
            "NULL, subject TEXT NOT NULL, body TEXT NOT NULL, id TEXT NOT NULL, made_ms BIGINT NOT NULL, "
            "next_ms BIGINT NOT NULL, tries BIGINT NOT NULL)",
            "CREATE INDEX mail_queue_by_time ON mail_queue(next_ms)",
            "INSERT INTO sequences(name, next) VALUES ('mail', 0)"}}};
}

std::vector<TenantTable> MailQueue::tables() { return {{"mail_queue", {}}}; }

std::vector<store::Statement> MailQueue::put(TenantId tenant, const Mail& mail, int64_t now_ms) {
  store::Statement insert{
      "INSERT INTO mail_queue(number, tenant_id, recipient, subject, body, id, made_ms, next_ms, tries) "
      "SELECT next, ?, ?, ?, ?, ?, ?, ?, 0 FROM sequences WHERE name = 'mail' "
      "AND (SELECT COUNT(*) FROM mail_queue) < ?",
      {to_value(tenant), mail.to, mail.subject, mail.text, random_token(24), now_ms, now_ms, mails_max}};
  if (tenant != TenantId::server) {
    insert.sql += " AND EXISTS (SELECT 1 FROM tenants WHERE tenant_id = ?)";
    insert.parameters.emplace_back(to_value(tenant));
  }
  return {draw_number("mail"), std::move(insert)};
}

Task<Result<std::vector<Waiting>>> MailQueue::due(Executor& home, int64_t now_ms, size_t most) const {
  store::Statement select{
      "SELECT number, tenant_id, recipient, subject, body, id, made_ms, tries FROM mail_queue WHERE next_ms <= ? "
      "ORDER BY next_ms, number LIMIT ?",
      {now_ms, static_cast<int64_t>(most)}};
  const auto answer = co_await control_.execute(home, std::move(select));
  if (!answer) co_return answer.error();
  std::vector<Waiting> mails;
  for (const store::Row& row : answer->rows) {
    mails.push_back({as_int(row[0]),
                     static_cast<TenantId>(as_int(row[1])),
                     {as_text(row[2]), as_text(row[3]), as_text(row[4])},
                     as_text(row[5]),
                     as_int(row[6]),
                     as_int(row[7])});
  }
  co_return mails;
}

Task<Result<void>> MailQueue::begin(Executor& home, int64_t number, int64_t next_ms) const {
  store::Statement update{"UPDATE mail_queue SET tries = tries + 1, next_ms = ? WHERE number = ?", {next_ms, number}};
  const auto answer = co_await control_.execute(home, std::move(update));
  co_return answer ? Result<void>() : Result<void>(answer.error());
}

Task<Result<void>> MailQueue::remove(Executor& home, int64_t number) const {
  store::Statement removal{"DELETE FROM mail_queue WHERE number = ?", {number}};
  const auto answer = co_await control_.execute(home, std::move(removal));
  co_return answer ? Result<void>() : Result<void>(answer.error());
}

}  // namespace teahouse::mail
