#include "mail/mail.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string_view>

#include "base/text.h"
#include "crypto/encoding.h"
#include "tenant/email.h"
#include "tenant/names.h"

namespace teahouse::mail {
namespace {

constexpr size_t subject_bytes_max = 500, text_bytes_max = 64 * 1024;
constexpr size_t line_bytes = 76;
// Of a subject's text in one encoded word: 75 bytes with all around it, in base64, and no character cut in two.
constexpr size_t word_bytes = 42;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}
bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// RFC 2047: words of whole characters, one a line.
std::string write_subject(std::string_view subject) {
  std::string written;
  while (!subject.empty()) {
    const std::string_view part = cut(subject, word_bytes);
    written.append(written.empty() ? "" : "\r\n ").append("=?utf-8?B?").append(crypto::to_base64(part)).append("?=");
    subject.remove_prefix(part.size());
  }
  return written;
}

std::string write_body(std::string_view text) {
  std::string lines;
  for (const char c : text) {
    if (c == '\n') lines += '\r';
    lines += c;
  }
  const std::string encoded = crypto::to_base64(lines);
  std::string body;
  for (size_t at = 0; at < encoded.size(); at += line_bytes) body.append(encoded, at, line_bytes).append("\r\n");
  return body;
}

std::string write_date(int64_t at_ms) {
  namespace chrono = std::chrono;
  constexpr std::array<const char*, 7> weekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const chrono::system_clock::time_point now{chrono::milliseconds(at_ms)};
  const auto midnight = chrono::floor<chrono::days>(now);
  const chrono::year_month_day day{midnight};
  const chrono::hh_mm_ss time{chrono::floor<chrono::seconds>(now - midnight)};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %u %s %d %02d:%02d:%02d +0000",
                weekdays[chrono::weekday(midnight).c_encoding()], unsigned{day.day()},
                months[unsigned{day.month()} - 1], int{day.year()}, static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return text.data();
}

}  // namespace

Result<std::string> wire_address(const std::string& address) {
  const auto parsed = parse_email("The address", address);
  if (!parsed) return parsed.error();
  const size_t at = parsed->rfind('@');
  const auto domain = ascii_domain(parsed->substr(at + 1));
  if (!domain) return domain.error();
  if (has_control(*parsed) || !is_ascii(std::string_view(*parsed).substr(0, at))) {
    return Error{ErrorKind::bad_request,
                 "Mail can't be sent to " + *parsed + ": before its @ there are letters that not all servers take."};
  }
  return parsed->substr(0, at + 1) + *domain;
}

Result<std::string> write_message(const Mail& mail, const std::string& from, const std::string& id, int64_t at_ms) {
  const auto sender = wire_address(from), recipient = wire_address(mail.to);
  if (!sender) return sender.error();
  if (!recipient) return recipient.error();
  if (has_control(mail.subject) || !is_utf8(mail.subject) || mail.subject.size() > subject_bytes_max) {
    return Error{ErrorKind::bad_request, "The subject of a mail must be one line of at most 500 bytes."};
  }
  if (!is_utf8(mail.text) || mail.text.size() > text_bytes_max) {
    return Error{ErrorKind::bad_request, "The text of a mail has more than 64 KiB, or is no UTF-8."};
  }
  std::string message;
  const auto header = [&message](std::string_view name, std::string_view value) {
    message.append(name).append(": ").append(value).append("\r\n");
  };
  header("From", "<" + *sender + ">");
  header("To", "<" + *recipient + ">");
  header("Subject", write_subject(mail.subject));
  header("Date", write_date(at_ms));
  header("Message-ID", "<" + id + sender->substr(sender->rfind('@')) + ">");
  header("Auto-Submitted", "auto-generated");
  header("MIME-Version", "1.0");
  header("Content-Type", "text/plain; charset=utf-8");
  header("Content-Transfer-Encoding", "base64");
  return message + "\r\n" + write_body(mail.text);
}

}  // namespace teahouse::mail
