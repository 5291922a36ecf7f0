<?php
session_set_cookie_params(array('httponly' => true, 'samesite' => 'Lax'));
session_start();
$users = array('mei' => 'Mei', 'tom' => 'Tom');
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    session_regenerate_id(true);
    $_SESSION['user'] = isset($_POST['user'], $users[$_POST['user']]) ? $_POST['user'] : null;
    header('Location: ' . $_SERVER['REQUEST_URI']);
    exit;
}
$me = isset($_SESSION['user']) ? $_SESSION['user'] : null;
$lang = isset($_GET['lang']) && $_GET['lang'] === 'zh' ? 'zh' : 'en';
$texts = require __DIR__ . '/texts.php';
$t = $texts[$lang];
function h($text) { return htmlspecialchars($text, ENT_QUOTES, 'UTF-8'); }

// The integration: 1. include the function, 2. the site's id and secret, 3. a token for the user of this session, 4. the script tag below.
require __DIR__ . '/im_token.php';
$site = getenv('TEAHOUSE_SITE'); $secret = getenv('TEAHOUSE_SECRET'); $origin = getenv('TEAHOUSE_ORIGIN');
$token = $me ? im_token($site, $secret, $me, $users[$me]) : '';
?>
<!doctype html>
<html lang="<?= $lang ?>">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title><?= h($t['title']) ?></title>
  <link rel="stylesheet" href="/style.css">
  <link rel="icon" href="/images/kettle.svg">
</head>
<body>
<header class="top"><div class="wrap">
  <a class="brand" href="?lang=<?= $lang ?>">
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" aria-hidden="true">
      <path d="M5 9h11v4.5a5 5 0 0 1-5 5h-1a5 5 0 0 1-5-5V9zM16 10h1.5a2.5 2.5 0 0 1 0 5H16M8 3c-.8 1 .8 1.7 0 3M12 3c-.8 1 .8 1.7 0 3"/></svg>
    <?= h($t['brand']) ?>
  </a>
  <a href="/shop/<?= $lang === 'zh' ? 'zh.html' : '' ?>"><?= h($t['static']) ?></a>
  <a href="?lang=<?= $lang === 'zh' ? 'en' : 'zh' ?>" lang="<?= $lang === 'zh' ? 'en' : 'zh' ?>"><?= h($t['other']) ?></a>
<?php if ($me) { ?>
  <form method="post"><span><?= h($t['hello']) ?> <strong><?= h($users[$me]) ?></strong></span> <button><?= h($t['out']) ?></button></form>
<?php } ?>
</div></header>
<main class="wrap">
  <div class="hero"><h1><?= h($t['hero']) ?></h1><p><?= h($t['lead']) ?></p></div>
<?php if (!$me) { ?>
  <form class="login" method="post">
    <p><?= h($t['try']) ?></p>
<?php foreach ($users as $id => $name) { ?>
    <button class="main" name="user" value="<?= h($id) ?>"><?= h($t['as']) ?> <?= h($name) ?></button>
<?php } ?>
  </form>
<?php } ?>
  <ul class="teas">
<?php foreach ($t['goods'] as $image => $tea) { ?>
    <li><img src="/images/<?= $image ?>.svg" alt="" width="340" height="240"><div><h2><?= h($tea[0]) ?></h2><p><?= h($tea[1]) ?></p><strong><?= h($tea[2]) ?></strong></div></li>
<?php } ?>
  </ul>
  <details>
    <summary><?= h($t['how']) ?></summary>
    <pre><?= h('<?php
require "im_token.php";
$token = im_token("pk_…", "ss_…", $user->id, $user->name);
?>
<script async crossorigin src="' . $origin . '/w.js" data-site="pk_…" data-token="<?= $token ?>"></script>') ?></pre>
  </details>
</main>
<footer><div class="wrap"><?= h($t['foot']) ?></div></footer>
<script async crossorigin src="<?= h($origin) ?>/w.js" data-site="<?= h($site) ?>" data-token="<?= $token ?>"<?= $me === 'mei' ? ' data-to="tom"' : '' ?>
  data-lang="<?= $lang ?>" data-push="/teahouse-push.js"></script>
</body>
</html>
