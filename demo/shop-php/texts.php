<?php
// The shop's words and goods, in English and Chinese.
return array(
    'en' => array(
        'brand' => 'Leaf & Kettle', 'title' => 'Leaf & Kettle, a small tea shop', 'other' => '中文', 'static' => 'Static shop',
        'hero' => 'Good tea, and somebody to ask about it.', 'lead' => 'Six things we drink ourselves. Questions? Write to us in the corner below.',
        'try' => 'Two users to try, in two browsers: Mei buys tea, Tom keeps the shop. Without signing in you chat as a guest.',
        'as' => 'Sign in as', 'hello' => 'Signed in as', 'out' => 'Sign out', 'how' => 'How this page does it: four lines', 'foot' => 'A demo of Teahouse. Nothing here is for sale.',
        'goods' => array(
            'oolong' => array('Roasted oolong', 'Warm, nutty, patient with long brewing.', '€ 14'), 'jasmine' => array('Jasmine pearls', 'Scented five nights with fresh blossoms.', '€ 18'),
            'puer' => array('Aged pu-erh', 'Ten years in a quiet warehouse.', '€ 26'), 'white' => array('White peony', 'Light as a morning without plans.', '€ 16'),
            'black' => array('Keemun black', 'A little smoke, a little cocoa.', '€ 12'), 'kettle' => array('The kettle', 'Pours slowly and does not drip.', '€ 48'),
        ),
    ),
    'zh' => array(
        'brand' => '叶与壶', 'title' => '叶与壶，一家小茶铺', 'other' => 'English', 'static' => '静态页面',
        'hero' => '好茶，也有人为您解答。', 'lead' => '六样我们自己也喝的东西。有问题？在右下角给我们留言。',
        'try' => '可以用两个浏览器试试两位用户：梅来买茶，汤姆看店。不登录则以访客身份聊天。',
        'as' => '登录为', 'hello' => '已登录：', 'out' => '退出', 'how' => '这个页面怎么做到的：四行代码', 'foot' => 'Teahouse 演示页面，商品均不出售。',
        'goods' => array(
            'oolong' => array('焙火乌龙', '温暖、坚果香，久泡不涩。', '¥ 110'), 'jasmine' => array('茉莉龙珠', '鲜花窨制五夜。', '¥ 138'),
            'puer' => array('陈年普洱', '静仓存放十年。', '¥ 198'), 'white' => array('白牡丹', '轻盈如无事的清晨。', '¥ 120'),
            'black' => array('祁门红茶', '一丝烟韵，一丝可可。', '¥ 96'), 'kettle' => array('水壶', '出水缓，不滴漏。', '¥ 368'),
        ),
    ),
);
