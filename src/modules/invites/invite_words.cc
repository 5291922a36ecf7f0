#include "modules/invites/invite_words.h"

#include "http/languages.h"

namespace teahouse {
namespace {

constexpr InviteWords english = {
    .language = "en",
    .title = "An invitation to chat",
    .invites = "{} invites you to chat",
    .site_invites = "You are invited to chat at {}",
    .makes_account = "With this invitation you can make an account of your own at {}.",
    .makes_contact = "With this invitation you become contacts. You need an account at {} or on any other XMPP server.",
    .accept = "Accept the invitation",
    .lasts = "It works once, until",
    .need_client = "Does nothing happen?",
    .install = "Then you need a chat app first. Install one of these, come back to this page, and accept again.",
    .comma = ", ",
    .address = "Copy the address instead",
    .not_valid = "This invitation is not valid",
    .why_not_valid =
        "It was used already, or has run out, or the address is not complete. Ask whoever sent it from {} "
        "for a new one.",
};

constexpr InviteWords chinese = {
    .language = "zh-CN",
    .title = "聊天邀请",
    .invites = "{} 邀请您一起聊天",
    .site_invites = "您受邀加入 {} 的聊天",
    .makes_account = "凭此邀请，您可以在 {} 注册自己的账号。",
    .makes_contact = "凭此邀请，你们将互为联系人。您需要一个 {} 或其他任意 XMPP 服务器的账号。",
    .accept = "接受邀请",
    .lasts = "仅可使用一次，有效期至",
    .need_client = "点击后没有反应？",
    .install = "请先安装一款聊天应用，然后回到本页，再次点击“接受邀请”。",
    .comma = "、",
    .address = "改为复制地址",
    .not_valid = "此邀请无效",
    .why_not_valid = "它可能已被使用、已过期，或地址不完整。请向从 {} 发出邀请的人重新索取。",
};

}  // namespace

const InviteWords& choose_invite_words(std::string_view accept_language) {
  return http::choose_language(accept_language, {"en", "zh"}) == "zh" ? chinese : english;
}

}  // namespace teahouse
