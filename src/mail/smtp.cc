#include "mail/smtp.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/text.h"
#include "mail/mail.h"
#include "tenant/whole_file.h"

namespace teahouse::mail {
namespace {

constexpr long connect_timeout_s = 20, timeout_s = 120;
constexpr size_t answer_bytes_max = 300;

bool is_this_machine(std::string_view server) {
  server.remove_prefix(std::min(server.find("://") + 3, server.size()));
  const std::string_view host = server.substr(0, server.starts_with('[') ? server.find(']') + 1 : server.find(':'));
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

// A line of the server at a time; the last one counts.
size_t on_line(char* line, size_t, size_t bytes, void* kept) {
  std::string text(line, bytes);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.pop_back();
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  if (!is_utf8(text)) text = "(no text)";
  if (!text.empty()) *static_cast<std::string*>(kept) = cut(text, answer_bytes_max);
  return bytes;
}

struct Rest {
  std::string_view bytes;
};
size_t on_read(char* to, size_t, size_t bytes, void* from) {
  auto& rest = static_cast<Rest*>(from)->bytes;
  const size_t taken = std::min(bytes, rest.size());
  std::memcpy(to, rest.data(), taken);
  rest.remove_prefix(taken);
  return taken;
}

struct Progress {
  const std::atomic<bool>& is_over;
  curl_socket_t socket = CURL_SOCKET_BAD;  // the last one that was opened
};
int on_socket(void* progress, curl_socket_t socket, curlsocktype) {
  static_cast<Progress*>(progress)->socket = socket;
  return CURL_SOCKOPT_OK;
}
// A server that hangs would not answer libcurl's QUIT either, for which it waits: the connection ends for both.
int on_progress(void* of, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& progress = *static_cast<Progress*>(of);
  if (!progress.is_over) return 0;
  if (progress.socket != CURL_SOCKET_BAD) ::shutdown(progress.socket, SHUT_RDWR);
  return 1;
}

// A refused login is no refusal of the mail: the settings can be put right.
Sent::Kind judge(CURLcode code, long status, bool was_spoken_to) {
  if (code == CURLE_OK) return Sent::Kind::accepted;
  if (!was_spoken_to || code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
    return Sent::Kind::unreached;
  if (code == CURLE_LOGIN_DENIED || code == CURLE_USE_SSL_FAILED || code == CURLE_PEER_FAILED_VERIFICATION ||
      code == CURLE_OPERATION_TIMEDOUT || code == CURLE_ABORTED_BY_CALLBACK) {
    return Sent::Kind::later;
  }
  return status >= 500 && status < 600 ? Sent::Kind::refused : Sent::Kind::later;
}

}  // namespace

Result<SmtpSettings> check(SmtpSettings settings) {
  const auto wrong = [](std::string text) { return Error{ErrorKind::bad_request, std::move(text)}; };
  const bool is_implicit = settings.server.starts_with("smtps://");
  if (!is_implicit && !settings.server.starts_with("smtp://")) {
    return wrong(
        "The setting 'mail.server' needs an address as \"smtp://mail.example.com:587\" or "
        "\"smtps://mail.example.com:465\".");
  }
  const std::string rest = settings.server.substr(is_implicit ? 8 : 7);
  const bool is_odd = rest.empty() || std::any_of(rest.begin(), rest.end(), [](char c) {
                        return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7F ||
                               c == '/' || c == '@' || c == '?' || c == '#' || c == '%' || c == '\\';
                      });
  if (is_odd) return wrong("The setting 'mail.server' needs a host and a port alone behind its \"://\".");
  const bool has_port =
      rest.ends_with(']') ? false : rest.find(':', rest.starts_with('[') ? rest.find(']') : 0) != rest.npos;
  if (!has_port) settings.server += is_implicit ? ":465" : ":587";
  auto from = wire_address(settings.from);
  if (!from) return wrong("The setting 'mail.from' needs the address that mail is from: " + from.error().text);
  settings.from = std::move(*from);
  if (!settings.password_file.empty()) {
    const auto text = read_whole_file(settings.password_file);
    if (!text) return wrong("The setting 'mail.password_file': " + text.error().text);
    warn_of_open_key(settings.password_file);
    settings.password = text->substr(0, text->find_first_of("\r\n"));
  }
  if (settings.user.empty() != settings.password.empty()) {
    return wrong("The settings 'mail.user' and 'mail.password_file' belong together: set both, or neither.");
  }
  return settings;
}

Sent send(const SmtpSettings& settings, const std::string& to, const std::string& message,
          const std::atomic<bool>& is_over) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients(
      curl_slist_append(nullptr, ("<" + to + ">").c_str()), &curl_slist_free_all);
  if (!curl || !recipients) return {Sent::Kind::later, "There is no memory for it."};
  std::array<char, CURL_ERROR_SIZE> error{};
  std::string answer;
  Rest rest{message};
  Progress progress{is_over};
  const auto set = [&curl](CURLoption option, auto value) { curl_easy_setopt(curl.get(), option, value); };
  const std::string from = "<" + settings.from + ">";
  const bool may_be_plain = settings.user.empty() && is_this_machine(settings.server);
  set(CURLOPT_URL, settings.server.c_str());
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_PROXY, "");  // none of the environment's
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_USE_SSL, static_cast<long>(may_be_plain ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!settings.ca_file.empty()) set(CURLOPT_CAINFO, settings.ca_file.c_str());
  if (!settings.user.empty()) {
    set(CURLOPT_USERNAME, settings.user.c_str());
    set(CURLOPT_PASSWORD, settings.password.c_str());
  }
  set(CURLOPT_MAIL_FROM, from.c_str());
  set(CURLOPT_MAIL_RCPT, recipients.get());
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_READFUNCTION, &on_read);
  set(CURLOPT_READDATA, static_cast<void*>(&rest));
  set(CURLOPT_HEADERFUNCTION, &on_line);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&answer));
  set(CURLOPT_ERRORBUFFER, error.data());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
  set(CURLOPT_TIMEOUT, timeout_s);
  set(CURLOPT_SERVER_RESPONSE_TIMEOUT, timeout_s);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&progress));
  set(CURLOPT_SOCKOPTFUNCTION, &on_socket);
  set(CURLOPT_SOCKOPTDATA, static_cast<void*>(&progress));
  const CURLcode code = curl_easy_perform(curl.get());
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  Sent sent{judge(code, status, !answer.empty()), answer};
  if (code != CURLE_OK) {
    const std::string why = error[0] != '\0' ? error.data() : curl_easy_strerror(code);
    sent.answer = answer.empty() ? why : why + " (" + answer + ")";
  }
  return sent;
}

}  // namespace teahouse::mail
