#include "sign_up/mails.h"

namespace teahouse::sign_up {
namespace {

constexpr const char* between = "\n-- \n\n";

mail::Mail write(const MailWords& words, const std::string& subject_en, const std::string& subject_zh,
                 const std::string& english, const std::string& chinese) {
  mail::Mail mail;
  mail.to = words.to;
  mail.subject =
      words.site + ": " + (words.is_chinese ? subject_zh + " · " + subject_en : subject_en + " · " + subject_zh);
  mail.text = words.is_chinese ? chinese + between + english : english + between + chinese;
  return mail;
}

}  // namespace

mail::Mail make_proof_mail(const MailWords& words) {
  return write(words, "your chat", "您的聊天",
               "Somebody, we hope you, has ordered the chat " + words.site + " at " + words.brand +
                   " with this address.\n\nOpen this link within an hour to choose a password and have it:\n\n    " +
                   words.link +
                   "\n\nIt is good once. If it was not you, do nothing: without the link nothing is made.\n",
               "有人（希望是您本人）在 " + words.brand + " 用此邮箱地址申请了聊天 " + words.site +
                   "。\n\n请在一小时内打开此链接，设置密码后即可使用：\n\n    " + words.link +
                   "\n\n此链接只能使用一次。如果不是您本人操作，请忽略：不打开链接就不会创建任何内容。\n");
}

mail::Mail make_enough_mail(const MailWords& words, int64_t sites) {
  const std::string count = std::to_string(sites);
  return write(words, "not made", "未创建",
               "Somebody, we hope you, has ordered the chat " + words.site + " at " + words.brand +
                   " with this address. You have " + count +
                   " sites already, which is as many as one can have here, so none was made.\n\nSign in here, or ask "
                   "your host for more:\n\n    " +
                   words.link + "\n",
               "有人（希望是您本人）在 " + words.brand + " 用此邮箱地址申请了聊天 " + words.site + "。您已有 " + count +
                   " 个站点，已达到此处的上限，因此没有创建新的站点。\n\n请在此登录，或联系您的主机商：\n\n    " +
                   words.link + "\n");
}

}  // namespace teahouse::sign_up
