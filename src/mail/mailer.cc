#include "mail/mailer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.h"
#include "base/random.h"

namespace teahouse::mail {
namespace {
constexpr size_t mails_at_once = 50;
}

Mailer::Mailer(MailQueue& queue, const Clock& clock, SmtpSettings settings, GivenUp given_up)
    : queue_(queue), clock_(clock), settings_(std::move(settings)), given_up_(std::move(given_up)) {
  send_ = [this](const std::string& to, const std::string& message) { return send(settings_, to, message, is_over_); };
}

void Mailer::end() {
  is_over_ = true;
  thread_.finish();
}

int64_t Mailer::pause_ms(int64_t tries) {
  constexpr std::array<int64_t, 6> minutes = {1, 5, 15, 60, 180, 360};
  return minutes[static_cast<size_t>(std::clamp<int64_t>(tries, 0, minutes.size() - 1))] * minute_ms;
}

Task<Sent> Mailer::give(Mailer& self, Executor& home, std::string to, std::string message) {
  Async<Sent> sending(home, [&self, to, message](Async<Sent>::Done done) {
    self.thread_.post([&self, to, message, done = std::move(done)] { done(self.send_(to, message)); });
  });
  auto sent = co_await sending;
  co_return sent;
}

Task<Result<std::string>> Mailer::send_now(Mailer& self, Executor& home, Mail mail) {
  if (!self.is_set()) {
    co_return Error{ErrorKind::service_unavailable,
                    "This server sends no mail: set mail.server and mail.from in teahouse.toml, and restart it."};
  }
  const auto to = wire_address(mail.to);
  if (!to) co_return to.error();
  auto message = write_message(mail, self.settings_.from, random_token(24), self.clock_.wall_ms());
  if (!message) co_return message.error();
  auto sending = give(self, home, *to, std::move(*message));
  const Sent sent = co_await sending;
  if (sent.kind == Sent::Kind::accepted) co_return sent.answer;
  co_return Error{ErrorKind::service_unavailable, "The mail server did not take it: " + sent.answer};
}

Task<void> Mailer::give_up(Mailer& self, Executor& home, Waiting waiting, std::string why) {
  log::warning("mail", "A mail was given up",
               {{"to", waiting.mail.to}, {"subject", waiting.mail.subject}, {"why", why}});
  const auto removed = co_await self.queue_.remove(home, waiting.number);
  if (!removed || !self.given_up_) co_return;
  auto telling = self.given_up_(home, waiting.tenant, "to " + waiting.mail.to + ": " + why);
  co_await telling;
}

Task<bool> Mailer::try_one(Mailer& self, Executor& home, Waiting waiting) {
  const int64_t now_ms = self.clock_.wall_ms();
  const bool is_old = now_ms - waiting.made_ms >= given_up_after_ms;
  if (!self.is_set()) {
    if (!is_old) {
      const auto put_off = co_await self.queue_.begin(home, waiting.number, now_ms + pause_ms(waiting.tries));
      co_return put_off.has_value();
    }
    std::string why = "This server sends no mail.";
    co_await give_up(self, home, std::move(waiting), std::move(why));
    co_return true;
  }
  const auto to = wire_address(waiting.mail.to);
  auto message = write_message(waiting.mail, self.settings_.from, waiting.id, waiting.made_ms);
  if (!to || !message) {
    std::string why = to ? message.error().text : to.error().text;
    co_await give_up(self, home, std::move(waiting), std::move(why));
    co_return true;
  }
  const auto begun = co_await self.queue_.begin(home, waiting.number, now_ms + pause_ms(waiting.tries));
  if (!begun) co_return false;
  auto sending = give(self, home, *to, std::move(*message));
  const Sent sent = co_await sending;
  if (sent.kind == Sent::Kind::accepted) {
    const auto removed = co_await self.queue_.remove(home, waiting.number);
    co_return removed.has_value();
  }
  if (sent.kind == Sent::Kind::refused || is_old) {
    co_await give_up(self, home, std::move(waiting), sent.answer);
    co_return true;
  }
  log::info("mail", "A mail waits for another try", {{"to", waiting.mail.to}, {"why", sent.answer}});
  co_return sent.kind != Sent::Kind::unreached;
}

Task<void> Mailer::run(Mailer& self, Executor& home) {
  self.again_ = true;
  if (self.is_over_ || std::exchange(self.running_, true)) co_return;
  while (!self.is_over_ && std::exchange(self.again_, false)) {
    auto sending = send_due(self, home);
    co_await sending;
  }
  self.running_ = false;
}

Task<void> Mailer::send_due(Mailer& self, Executor& home) {
  auto mails = co_await self.queue_.due(home, self.clock_.wall_ms(), mails_at_once);
  if (mails) {
    for (Waiting& waiting : *mails) {
      if (self.is_over_) break;
      auto trying = try_one(self, home, std::move(waiting));
      const bool goes_on = co_await trying;
      if (!goes_on) break;
    }
  } else {
    log::warning("mail", "Mails that wait could not be read", {{"why", mails.error().text}});
  }
}

}  // namespace teahouse::mail
