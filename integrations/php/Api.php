<?php

namespace Teahouse;

/**
 * The operator's HTTP API (docs/api.md of Teahouse). It needs PHP's openssl and no other extension, and does not depend on allow_url_fopen.
 * Certificates are verified, and the operator's key goes unencrypted to nothing but the machine itself.
 */
final class Api
{
    private const CONNECT_S = 10;
    private const ANSWER_S = 60;
    private const ANSWER_BYTES = 16777216;
    private const SECRETS = array('api_key', 'signing_secret');

    /** @var string */
    private $host;
    /** @var int */
    private $port;
    /** @var bool */
    private $secure;
    /** @var string */
    private $key;
    /** @var callable|null */
    private $log;

    /** `$log` gets the call, the fields, and the answer without the secrets in it: (string, array, string). */
    public function __construct(string $host, int $port, bool $secure, string $key, ?callable $log = null)
    {
        $this->host = strtolower(trim($host));
        $this->port = $port ?: ($secure ? 443 : 80);
        $this->secure = $secure;
        $this->key = trim($key);
        $this->log = $log;
        if (!preg_match('/^([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/D', $this->host) || $this->port < 1 || $this->port > 65535) {
            throw new Refused("The server's hostname or port is missing or wrong: put in the name of the Teahouse server, as im.example, and its port.");
        }
        if (!preg_match('/^[\x21-\x7e]{8,512}$/D', $this->key)) {
            throw new Refused("The operator's key is missing or wrong: it is the text of the file operator.key in the server's data folder.");
        }
        if (!$secure && !self::isLoopback($this->host)) {
            throw new Refused("The operator's key would travel unencrypted to $this->host: switch secure connections (TLS) on for this server.");
        }
    }

    /** The same, for products that have the server's address as a URL. */
    public static function at(string $address, string $key, ?callable $log = null): self
    {
        if (!preg_match('#^(https?)://([^/:\[\]]+|\[[^\]]+\])(?::(\d{1,5}))?/?$#iD', trim($address), $part)) {
            throw new Refused("The server's address must be its name alone, as https://im.example; it is something else.");
        }
        return new self($part[2], isset($part[3]) ? (int) $part[3] : 0, strtolower($part[1]) === 'https', $key, $log);
    }

    /** Where the server is, as an origin for web pages. */
    public function origin(): string
    {
        $usual = $this->port === ($this->secure ? 443 : 80);
        return ($this->secure ? 'https://' : 'http://') . $this->host . ($usual ? '' : ":$this->port");
    }

    /** The parts of the path are escaped here. Gives the answer's JSON; what is no success becomes a Refused. */
    public function call(string $method, array $path, array $fields = array()): array
    {
        $target = '/operator/v1/' . implode('/', array_map('rawurlencode', $path));
        if ($method === 'GET' && $fields) {
            $target .= '?' . http_build_query($fields, '', '&', PHP_QUERY_RFC3986);
        }
        try {
            list($status, $body) = $this->exchange($method, $target, $method === 'GET' || !$fields ? '' : self::encode($fields));
        } catch (Refused $refused) {
            $this->say("$method $target", $fields, $refused->getMessage());
            throw $refused;
        }
        $json = json_decode($body, true);
        $this->say("$method $target", $fields, "$status " . self::withoutSecrets($json));
        if ($status >= 200 && $status < 300) {
            if ($body !== '' && !is_array($json)) {
                throw new Refused("The server $this->host answered with something other than JSON: see whether a Teahouse server is at this hostname and port.");
            }
            return (array) $json;
        }
        throw new Refused($this->sentence($status, $json), $status);
    }

    private static function isLoopback(string $host): bool
    {
        return $host === 'localhost' || $host === '[::1]' || preg_match('/^127(\.\d{1,3}){3}$/D', $host) === 1;
    }

    private static function encode(array $fields): string
    {
        $json = json_encode($fields);
        if ($json === false) {
            throw new Refused('A name, domain or reason is no text in UTF-8.');
        }
        return $json;
    }

    private function sentence(int $status, $json): string
    {
        if ($status === 401) {
            return "The server refuses the operator's key: put the text of its file operator.key in again.";
        }
        $detail = isset($json['detail']) && is_string($json['detail']) ? $json['detail'] : '';
        return $detail !== '' ? $detail : "The server $this->host answered with HTTP status $status: see whether a Teahouse server is at this hostname and port.";
    }

    private function say(string $call, array $fields, string $answer): void
    {
        if ($this->log) {
            call_user_func($this->log, $call, $fields, str_replace($this->key, '…', $answer));
        }
    }

    private static function withoutSecrets($json): string
    {
        if (!is_array($json)) {
            return '';
        }
        foreach (self::SECRETS as $name) {
            if (isset($json[$name])) {
                $json[$name] = '…';
            }
        }
        return (string) json_encode($json, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
    }

    /** @return array{0: int, 1: string} status and body */
    private function exchange(string $method, string $target, string $body): array
    {
        $stream = $this->connect();
        try {
            stream_set_timeout($stream, self::ANSWER_S);
            $name = $this->host . (in_array($this->port, array(80, 443), true) ? '' : ":$this->port");
            $head = "$method $target HTTP/1.1\r\nHost: $name\r\nAuthorization: Bearer $this->key\r\nAccept: application/json\r\n"
                . "User-Agent: teahouse-billing/1\r\nConnection: close\r\n";
            if ($body !== '') {
                $head .= "Content-Type: application/json\r\n";
            }
            $this->send($stream, $head . ($method === 'GET' ? '' : 'Content-Length: ' . strlen($body) . "\r\n") . "\r\n$body");
            return $this->receive($stream);
        } finally {
            fclose($stream);
        }
    }

    /** @return resource */
    private function connect()
    {
        $name = trim($this->host, '[]');
        $tls = array('verify_peer' => true, 'verify_peer_name' => true, 'allow_self_signed' => false, 'peer_name' => $name);
        $complaints = array();
        set_error_handler(function ($level, $text) use (&$complaints) {
            $complaints[] = $text;
            return true;
        });
        try {
            $stream = stream_socket_client(($this->secure ? 'tls' : 'tcp') . "://$this->host:$this->port", $number, $words, self::CONNECT_S,
                STREAM_CLIENT_CONNECT, stream_context_create(array('ssl' => $tls)));
        } finally {
            restore_error_handler();
        }
        if ($stream) {
            return $stream;
        }
        if (preg_match('/certificate|CN=/i', implode(' ', $complaints))) {
            throw new Refused("The certificate of $this->host:$this->port is not good for this name, has run out, "
                . 'or is signed by nobody that this machine trusts.');
        }
        throw new Refused("The server $this->host:$this->port cannot be reached" . ($words ? " ($words)" : '')
            . ': see whether Teahouse runs and the port is open.');
    }

    private function send($stream, string $bytes): void
    {
        while ($bytes !== '') {
            $sent = @fwrite($stream, $bytes);
            if (!$sent) {
                throw new Refused("The server $this->host closed the connection before the request was sent.");
            }
            $bytes = (string) substr($bytes, $sent);
        }
    }

    private function receive($stream): array
    {
        $status = 0;
        $length = -1;
        $chunked = false;
        for ($line = (string) @fgets($stream, 8192); rtrim($line) !== ''; $line = (string) @fgets($stream, 8192)) {
            if (!$status) {
                $status = preg_match('#^HTTP/1\.[01] (\d{3})#', $line, $part) ? (int) $part[1] : -1;
            } elseif (preg_match('/^content-length:\s*(\d{1,12})\s*$/i', $line, $part)) {
                $length = (int) $part[1];
            } elseif (preg_match('/^transfer-encoding:\s*chunked\s*$/i', $line)) {
                $chunked = true;
            }
        }
        if ($status < 200) {
            throw new Refused($status ? "The server $this->host does not speak HTTP at port $this->port, or wants TLS there."
                : "The server $this->host has taken the request and not answered: look at the service before you try again.");
        }
        if ($chunked) {
            stream_filter_append($stream, 'dechunk', STREAM_FILTER_READ);
        }
        $body = $status === 204 ? '' : (string) @stream_get_contents($stream, $length >= 0 ? min($length, self::ANSWER_BYTES) : self::ANSWER_BYTES);
        if ($length > strlen($body)) {
            throw new Refused("The answer of $this->host broke off: look at the service before you try again.");
        }
        return array($status, $body);
    }
}
