#include "mail/templates.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "tenant/contacts.h"
#include "tenant/email.h"

namespace teahouse::mail {
namespace {

struct Words {
  std::string_view limit, english, chinese;
};
constexpr std::array<Words, 9> words = {
    {{"accounts", "accounts", "帐号"},
     {"sessions", "sessions at once", "同时在线的会话"},
     {"rooms", "rooms", "聊天室"},
     {"archive_bytes", "bytes of messages", "消息存储字节"},
     {"files_total_bytes", "bytes of files", "文件存储字节"},
     {"bytestreams", "transfers at once", "同时进行的传输"},
     {"call_allocations", "relayed calls at once", "同时中继的通话"},
     {"call_bytes_per_month", "bytes of relayed calls in this month", "本月通话中继字节"},
     {"s2s_queue_bytes", "bytes that wait for other servers", "等待发往其他服务器的字节"}}};

Words words_of(std::string_view limit) {
  const auto* found =
      std::find_if(words.begin(), words.end(), [limit](const Words& each) { return each.limit == limit; });
  return found != words.end() ? *found : Words{limit, limit, limit};
}

}  // namespace

Mail make_quota_mail(const Quota& quota) {
  const Words name = words_of(quota.line.name);
  const std::string percent = std::to_string(quota.percent) + " %";
  const std::string numbers = std::to_string(*quota.line.used) + " / " + std::to_string(quota.line.limit);
  const std::string& domain = quota.tenant->domain();
  const bool is_refused = quota.line.over_use == OverUse::refuse;
  Mail mail;
  mail.subject = domain + ": " + percent + " · " + std::string(name.english) + " · " + std::string(name.chinese);
  mail.text = "The chat server of " + domain + " uses " + percent + " of a limit of its plan.\n\n    " +
              std::string(name.english) + ": " + numbers + "\n\n";
  mail.text += is_refused
                   ? "At the limit nothing more is taken; what is there stays. Remove what is not needed, or ask "
                     "your host for a larger plan.\n"
                   : "Nothing is refused: what is beyond the limit is counted. Your host can tell you what that "
                     "costs, and has larger plans.\n";
  mail.text += "\n-- \n\n" + domain + " 的聊天服务器已使用其套餐一项限额的 " + percent + "。\n\n    " +
               std::string(name.chinese) + "：" + numbers + "\n\n";
  mail.text +=
      is_refused
          ? "达到限额后将不再接受新的内容；已有的内容会保留。请删除不需要的内容，或向您的主机商选购更大的套餐。\n"
          : "不会拒绝任何内容：超出限额的部分会被计量。费用及更大的套餐请咨询您的主机商。\n";
  return mail;
}

Mail make_test_mail() {
  return {{},
          "Teahouse: test mail · 测试邮件",
          "This is a test: the server can send mail.\n\n-- \n\n这是一封测试邮件：服务器可以发送邮件。\n"};
}

std::string owner_address(const Tenant& tenant) {
  constexpr std::string_view scheme = "mailto:";
  for (const std::string& uri : contacts_of(tenant, "admin")) {
    if (!uri.starts_with(scheme)) continue;
    const std::string text =
        uri.substr(scheme.size(), uri.find('?') == uri.npos ? uri.npos : uri.find('?') - scheme.size());
    if (const auto address = parse_email("The contact", text)) return *address;
  }
  return {};
}

}  // namespace teahouse::mail
