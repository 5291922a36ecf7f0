<?php
// The owner's words, in English and Chinese.
return array(
    'en' => array(
        'none' => 'The chat is being set up. Come back in a moment.',
        'away' => 'The chat server does not answer just now, so what is used of the plan is missing here.',
        'suspended' => 'The chat is suspended:',
        'embed' => 'Put the chat on your site',
        'embed_html' => 'Copy this line into your pages, before </body>:',
        'embed_php' => 'Or this, where your own users are signed in: they chat under the id and name that your site has for them. '
            . 'Keep the file on the server.',
        'php_user' => '$user_id and $user_name are your signed-in user',
        'details' => 'Addresses and keys',
        'domain' => 'Domain', 'widget' => 'Widget', 'api' => 'HTTP API', 'site' => 'Site id', 'api_key' => 'API key', 'signing_secret' => 'Signing secret',
        'show' => 'Show', 'used' => 'Used of your plan', 'plan' => 'Plan', 'accounts' => 'Accounts', 'sessions' => 'Connected now', 'rooms' => 'Rooms',
        'archive_bytes' => 'Messages kept', 'files_total_bytes' => 'Files', 'of' => '%1$s of %2$s', 'unlimited' => 'unlimited',
        'new_api_key' => 'New API key', 'new_signing_secret' => 'New signing secret',
        'not_now' => 'That could not be done just now. Try again in a while, or ask your provider.',
    ),
    'zh' => array(
        'none' => '聊天服务正在开通，请稍后再来。',
        'away' => '聊天服务器暂时没有响应，因此这里缺少用量。',
        'suspended' => '聊天服务已暂停：',
        'embed' => '把聊天放到您的网站上',
        'embed_html' => '把这一行复制到页面的 </body> 之前：',
        'embed_php' => '如果您的用户已在网站登录，请用这一段：他们会以您网站上的编号和名字聊天。请把这个文件留在服务器上。',
        'php_user' => '$user_id 和 $user_name 是您网站已登录的用户',
        'details' => '地址与密钥',
        'domain' => '域名', 'widget' => '组件', 'api' => 'HTTP API', 'site' => '站点编号', 'api_key' => 'API 密钥', 'signing_secret' => '签名密钥',
        'show' => '显示', 'used' => '套餐用量', 'plan' => '套餐', 'accounts' => '账号', 'sessions' => '当前在线', 'rooms' => '聊天室',
        'archive_bytes' => '保存的消息', 'files_total_bytes' => '文件', 'of' => '已用 %1$s，共 %2$s', 'unlimited' => '不限',
        'new_api_key' => '更换 API 密钥', 'new_signing_secret' => '更换签名密钥',
        'not_now' => '暂时无法完成。请稍后再试，或联系您的服务商。',
    ),
);
