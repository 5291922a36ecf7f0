<?php
// Serves the demo shops:  php -S 127.0.0.1:8090 -t demo demo/router.php
// The site id, the signing secret and the chat server's origin come from the environment: TEAHOUSE_SITE, TEAHOUSE_SECRET, TEAHOUSE_ORIGIN
// (TEAHOUSE_SOCKET too if the WebSocket is not at the same origin). A real static page would have the two values written in it.
$site = getenv('TEAHOUSE_SITE');
$origin = rtrim((string) getenv('TEAHOUSE_ORIGIN'), '/');
if (!$site || !$origin) {
    http_response_code(500);
    exit("Set TEAHOUSE_SITE (pk_...) and TEAHOUSE_ORIGIN (http://...), and for shop-php TEAHOUSE_SECRET (ss_...).\n");
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/') {
    header('Location: /shop/');
    exit;
}
if ($path === '/teahouse-push.js') { // a real site has a copy of it: curl -O $origin/w/teahouse-push.js
    header('Content-Type: text/javascript; charset=utf-8');
    readfile("$origin/w/teahouse-push.js");
    exit;
}
if (preg_match('#^/(style\.css|images/[a-z]+\.svg)$#', $path)) {
    return false; // as it is
}

// The recipe for a strict Content-Security-Policy: the chat needs script-src and connect-src for its own origin; img-src and media-src for
// what people send; notifications need worker-src for the page's own.
$socket = getenv('TEAHOUSE_SOCKET') ?: preg_replace('/^http/', 'ws', $origin);
header("Content-Security-Policy: default-src 'none'; script-src $origin; connect-src 'self' $origin $socket; worker-src 'self'; "
    . "style-src 'self'; img-src 'self' $origin; media-src $origin; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
header('X-Content-Type-Options: nosniff');
header('Referrer-Policy: strict-origin-when-cross-origin');

$pages = array('/shop/' => 'en', '/shop/zh.html' => 'zh');
if (isset($pages[$path])) {
    header('Content-Type: text/html; charset=utf-8');
    $page = file_get_contents(__DIR__ . ($pages[$path] === 'zh' ? '/shop/zh.html' : '/shop/index.html'));
    echo strtr($page, array('{{SITE}}' => htmlspecialchars($site), '{{ORIGIN}}' => htmlspecialchars($origin)));
    exit;
}
if ($path === '/shop-php/' || $path === '/shop-php/index.php') {
    require __DIR__ . '/shop-php/index.php';
    exit;
}
http_response_code(404);
header('Content-Type: text/plain');
echo "There is nothing here. Try /shop/ or /shop-php/.\n";
