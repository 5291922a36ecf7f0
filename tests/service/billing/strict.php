<?php
// Of every harness: what PHP complains of becomes an exception, and a request comes in and an answer goes out as JSON.
error_reporting(E_ALL);
ini_set('display_errors', 'stderr');
ini_set('error_log', '');
set_error_handler(function ($level, $text, $file, $line) {
    if (!(error_reporting() & $level)) {
        return false;
    }
    throw new ErrorException($text, 0, $level, $file, $line);
});

$request = json_decode(file_get_contents('php://stdin'), true, 512, JSON_THROW_ON_ERROR);

function answer(array $values): void
{
    echo json_encode($values, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
}

/** What a product's own encryption is to the module: another text each time, and the same one back. */
function sealed(string $text): string
{
    $nonce = random_bytes(SODIUM_CRYPTO_SECRETBOX_NONCEBYTES);
    return base64_encode($nonce . sodium_crypto_secretbox($text, $nonce, str_repeat('k', SODIUM_CRYPTO_SECRETBOX_KEYBYTES)));
}

function opened(string $sealed): string
{
    $bytes = base64_decode($sealed, true);
    return sodium_crypto_secretbox_open(substr($bytes, SODIUM_CRYPTO_SECRETBOX_NONCEBYTES), substr($bytes, 0, SODIUM_CRYPTO_SECRETBOX_NONCEBYTES),
        str_repeat('k', SODIUM_CRYPTO_SECRETBOX_KEYBYTES));
}
