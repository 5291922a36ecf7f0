// A small set of emoji, each with its name in English and Chinese: "emoji english|中文". Grouped as people look for them.
const source = `
😀 grinning|大笑 😄 happy|开心 😁 beaming|嘻嘻 😅 relieved laugh|汗笑 😂 tears of joy|笑哭 🤣 rolling laughing|笑翻 😊 smiling|微笑 🙂 slight smile|浅笑
😉 wink|眨眼 😍 heart eyes|色 🥰 in love|喜爱 😘 kiss|飞吻 😋 yummy|好吃 😎 cool|酷 🤩 star eyes|崇拜 🥳 party|庆祝
🤗 hug|拥抱 🤔 thinking|思考 🤨 doubtful|怀疑 😐 neutral|面无表情 😴 sleeping|睡觉 🥱 yawning|打哈欠 😮 surprised|惊讶 😳 flushed|脸红
🥺 pleading|恳求 😢 sad|难过 😭 crying|大哭 😤 huffing|生气 😡 angry|愤怒 😱 scared|惊恐 🤒 ill|生病 🤯 mind blown|震惊
😇 angel|天使 🙃 upside down|倒脸 😬 grimace|尴尬 🙄 rolling eyes|翻白眼 🤫 hush|安静 🤭 giggle|偷笑 😷 mask|口罩 🤖 robot|机器人

👍 thumbs up|赞 👎 thumbs down|踩 👌 okay|好的 ✌️ victory|胜利 🤞 fingers crossed|好运 🤝 handshake|握手 👏 clapping|鼓掌 🙌 hooray|欢呼
🙏 thank you|谢谢 💪 strong|加油 👋 waving|挥手 🤙 call me|打电话 👉 pointing right|向右 👈 pointing left|向左 👆 pointing up|向上 👇 pointing down|向下
✋ stop|停 🤟 love you|爱你 👀 eyes|看 🙋 raising hand|举手 🤷 shrug|耸肩 🤦 facepalm|捂脸 🙇 bowing|鞠躬 🫶 heart hands|比心

❤️ red heart|红心 🧡 orange heart|橙心 💛 yellow heart|黄心 💚 green heart|绿心 💙 blue heart|蓝心 💜 purple heart|紫心 🖤 black heart|黑心 💔 broken heart|心碎
✨ sparkles|闪亮 ⭐ star|星星 🔥 fire|火 💯 hundred|满分 🎉 celebration|撒花 🎁 gift|礼物 🎂 cake|蛋糕 🏆 trophy|奖杯
✅ done|完成 ❌ no|错误 ❓ question|问号 ❗ exclamation|感叹号 💡 idea|主意 ⏰ alarm|闹钟 📌 pin|图钉 🔔 bell|铃

🍵 tea|茶 ☕ coffee|咖啡 🍺 beer|啤酒 🥂 cheers|干杯 🍎 apple|苹果 🍉 watermelon|西瓜 🍓 strawberry|草莓 🍜 noodles|面条
🍚 rice|米饭 🥟 dumpling|饺子 🍕 pizza|披萨 🍔 burger|汉堡 🍦 ice cream|冰淇淋 🍰 dessert|甜点 🍫 chocolate|巧克力 🥐 croissant|牛角包

🐶 dog|狗 🐱 cat|猫 🐼 panda|熊猫 🐰 rabbit|兔子 🦊 fox|狐狸 🐯 tiger|老虎 🐷 pig|猪 🐢 turtle|乌龟
🌸 blossom|樱花 🌹 rose|玫瑰 🌻 sunflower|向日葵 🌲 tree|树 🍀 clover|四叶草 🌈 rainbow|彩虹 ☀️ sun|太阳 🌙 moon|月亮
⛄ snowman|雪人 ☔ rain|雨 ⚡ lightning|闪电 🌊 wave|海浪

🚗 car|汽车 🚲 bicycle|自行车 ✈️ plane|飞机 🚀 rocket|火箭 🏠 house|家 🏖️ beach|海滩 📦 package|包裹 🛒 shopping cart|购物车
💳 card|银行卡 💰 money|钱 📞 phone|电话 💻 computer|电脑 📷 camera|相机 📎 paper clip|回形针 🔑 key|钥匙 🎵 music|音乐
⚽ football|足球 🎮 game|游戏 🎬 film|电影 📚 books|书
`;

export interface Emoji {
  character: string;
  en: string;
  zh: string;
}

/** Groups are the blocks between empty lines. */
export const emojiGroups: Emoji[][] = source
  .trim()
  .split("\n\n")
  .map((block) =>
    [...block.matchAll(/(\S+) ([^|]+)\|(\S+)(?:\s|$)/g)].map((m) => ({ character: m[1]!, en: m[2]!, zh: m[3]! })),
  );
